import Core
import Foundation
import Runner
import Testing

@Suite struct WatchdogJudgeTests {
    /// A world of one runner: what it shows, and a clock.
    private struct World {
        var judge = WatchdogJudge(maxAge: .seconds(15))
        var beat: Heartbeat
        var sight: WatchdogSight
        var now = 1000

        init(_ state: Heartbeat.State = .running, running: Bool = true, locked: Bool = true) throws {
            beat = try Self.beat(state)
            sight = WatchdogSight(
                beat: .beat(beat), isRunning: running, isLocked: locked, holder: locked ? 7 : nil, hasLedger: true)
        }

        static func beat(_ state: Heartbeat.State) throws -> Heartbeat {
            let text = """
                {"schema":1,"runId":"r","pid":7,"sequence":1,"at":1000000,"state":"\(state.rawValue)","mode":"paper",
                "killed":false,"positions":{},"workingOrders":0,"unprotectedSeconds":0,"brokers":{},"progress":1,
                "stalledSeconds":0}
                """
            return try JSONDecoder().decode(Heartbeat.self, from: Data(text.utf8))
        }

        /// Looks after `seconds` more.
        mutating func look(after seconds: Int, wallStep: Int64 = 0) -> WatchdogVerdict {
            now += seconds
            if case .beat = sight.beat { sight.beat = .beat(beat) }
            return judge.judge(
                sight, wall: Timestamp(milliseconds: Int64(now) * 1000 + wallStep), uptime: .seconds(now))
        }

        /// The runner beats, and gets on unless it goes round in circles.
        mutating func pulse(progress: Bool = true) {
            beat.sequence += 1
            beat.at = Timestamp(milliseconds: Int64(now) * 1000)
            if progress { beat.progress = beat.progress.map { $0 + 1 } }
        }
    }

    private static func isStale(_ verdict: WatchdogVerdict) -> WatchdogCause? {
        if case .stale(let cause, _) = verdict { cause } else { nil }
    }

    @Test func aRunnerThatBeatsAndGetsOnIsHealthyForEver() throws {
        var world = try World()
        for _ in 0..<1000 {
            #expect(world.look(after: 1) == .healthy)
            world.pulse()
        }
    }

    @Test(arguments: [Heartbeat.State.running, .flattening])
    func aFrozenRunnerIsStaleAtThreeMissedBeatsAndNotASecondSooner(state: Heartbeat.State) throws {
        let cause = WatchdogCause.frozen
        var world = try World(state)
        #expect(world.look(after: 0) == .healthy)
        for age in 1...14 {
            let verdict = world.look(after: 1)
            #expect(verdict == (age > 5 ? .suspect(cause, age: .seconds(age)) : .healthy))
        }
        #expect(world.look(after: 1) == .stale(cause, age: .seconds(15)))
        world.pulse()
        #expect(world.look(after: 1) == .healthy)
    }

    @Test func aDeadRunnerHasThreeBeatsToBeStartedAgain() throws {
        var world = try World(running: false, locked: false)
        #expect(world.look(after: 14) == .suspect(.dead, age: .seconds(14)))
        #expect(world.look(after: 1) == .stale(.dead, age: .seconds(15)))
        // A new runner takes the lock, then beats.
        (world.sight.isLocked, world.sight.holder) = (true, 8)
        #expect(world.look(after: 1) == .suspect(.silent, age: .seconds(1)))
        (world.beat.pid, world.beat.runId, world.beat.sequence, world.sight.isRunning) = (8, "s", 1, true)
        #expect(world.look(after: 1) == .healthy)
    }

    @Test func aRunnerThatWasDeadLongBeforeTheFirstLookIsStaleAtOnce() throws {
        for age in [15, 16, 1_000_000] {
            var world = try World(running: false, locked: false)
            #expect(world.look(after: age) == .stale(.dead, age: .seconds(age)))
        }
    }

    @Test func anOldBeatOfALivingRunnerIsGivenOneMoreBeat() throws {
        var world = try World()
        #expect(world.look(after: 10_000) == .suspect(.frozen, age: .seconds(10)))
        #expect(world.look(after: 4) == .suspect(.frozen, age: .seconds(14)))
        #expect(world.look(after: 1) == .stale(.frozen, age: .seconds(15)))
    }

    @Test func aRunnerThatBeatsAndGetsNowhereIsLooping() throws {
        var world = try World()
        _ = world.look(after: 0)
        var stale: Int?
        for second in 1...40 where stale == nil {
            world.pulse(progress: false)
            if Self.isStale(world.look(after: 1)) == .looping { stale = second }
        }
        #expect(stale == 15)
        world.pulse()
        #expect(world.look(after: 1) == .healthy)
    }

    @Test func theRunnersOwnCountOfStandingStillIsHeardAtTheFirstLook() throws {
        var world = try World()
        world.beat.stalledSeconds = 14.5
        #expect(world.look(after: 0) == .suspect(.looping, age: .milliseconds(14_500)))
        for told in [15, 1e300, .infinity] {
            world.beat.stalledSeconds = told
            let verdict = world.look(after: 0)
            #expect(told.isFinite ? Self.isStale(verdict) == .looping : verdict == .healthy)
        }
        for nonsense in [Double.nan, -5] {
            world.beat.stalledSeconds = nonsense
            #expect(world.look(after: 0) == .healthy)
        }
        (world.beat.stalledSeconds, world.beat.progress) = (nil, nil)
        for _ in 0..<100 {
            world.pulse(progress: false)
            #expect(world.look(after: 1) == .healthy, "a runner of an older version does not tell")
        }
    }

    @Test func whatComesAfterAFreezeStartsAfresh() throws {
        var world = try World()
        _ = world.look(after: 0)
        for _ in 0..<14 { _ = world.look(after: 1) }
        world.pulse(progress: false)
        #expect(Self.isStale(world.look(after: 1)) == nil)
        world.pulse()
        #expect(world.look(after: 1) == .healthy)
    }

    @Test(arguments: [Heartbeat.State.halted, .stopped, .finished], [true, false])
    func whatEndedInOrderIsNeverStale(state: Heartbeat.State, running: Bool) throws {
        var world = try World(state, running: running, locked: running)
        for _ in 0..<100 { #expect(world.look(after: 60) == .resting(state)) }
    }

    @Test func aRunnerThatBrokeOffIsStaleAfterTheSameTime() throws {
        var world = try World(.failed, running: false, locked: false)
        #expect(world.look(after: 0) == .suspect(.failed, age: .zero))
        for _ in 0..<14 { #expect(Self.isStale(world.look(after: 1)) == nil) }
        #expect(world.look(after: 1) == .stale(.failed, age: .seconds(15)))
    }

    @Test func aLongRecoveryIsNoFreezeUntilAMinute() throws {
        var world = try World(.starting)
        for _ in 0..<14 { #expect(world.look(after: 1) == .healthy) }
        for _ in 0..<45 { #expect(Self.isStale(world.look(after: 1)) == nil) }
        #expect(world.look(after: 1) == .stale(.frozen, age: .seconds(60)))
    }

    @Test func aClockThatIsSetChangesNothingAndABeatFromTheFutureIsJudgedByItsChanges() throws {
        var world = try World()
        _ = world.look(after: 0)
        for step in [3_600_000, -3_600_000, 86_400_000_000] as [Int64] {
            world.pulse()
            #expect(world.look(after: 1, wallStep: step) == .healthy)
        }
        var future = try World()
        future.beat.at = Timestamp(milliseconds: 9_000_000_000)
        #expect(future.look(after: 0) == .healthy)
        for _ in 0..<14 { _ = future.look(after: 1) }
        #expect(future.look(after: 1) == .stale(.frozen, age: .seconds(15)))
    }

    @Test func timeThatTheWatchdogSleptThroughCountsAsOneBeat() throws {
        var world = try World()
        _ = world.look(after: 0)
        #expect(world.look(after: 100_000) == .healthy)
        #expect(world.look(after: 100_000) == .suspect(.frozen, age: .seconds(10)))
        #expect(world.look(after: 100_000) == .stale(.frozen, age: .seconds(15)))
    }

    @Test func withoutABeatItIsSilenceOnlyWhereSomethingShouldBeat() throws {
        for beat in [WatchdogSight.Beat.missing, .unreadable] {
            for (locked, ledger) in [(false, false), (false, true), (true, false), (true, true)] {
                var world = try World()
                world.sight = WatchdogSight(
                    beat: beat, isRunning: false, isLocked: locked, holder: nil, hasLedger: ledger)
                var seconds = 0
                while Self.isStale(world.look(after: 1)) == nil, seconds < 200 { seconds += 1 }
                let limit = beat == .missing && locked ? 60 : 15
                let rests = beat == .missing && !locked && !ledger
                #expect(seconds == (rests ? 200 : limit), "\(beat) \(locked) \(ledger)")
            }
        }
    }

    /// Every small sight, twice the same: a stale verdict never comes before its time, and a first look at a living
    /// process is never stale.
    @Test func noSightIsStaleBeforeItsTime() throws {
        for state in Heartbeat.State.allCases {
            for bits in 0..<16 {
                for age in [0, 1, 5, 14, 15, 60, 61] {
                    var world = try World(state, running: bits & 1 != 0, locked: bits & 2 != 0)
                    if bits & 4 != 0 { world.sight.holder = 8 }
                    if bits & 8 != 0 { world.beat.progress = nil }
                    let first = world.look(after: age)
                    if Self.isStale(first) != nil { #expect(!world.sight.isRunning && age >= 15) }
                    if case .resting = first { #expect([.halted, .stopped, .finished].contains(state)) }
                    world.pulse()
                    world.sight.isRunning = true
                    let next = world.look(after: 1)
                    #expect(Self.isStale(next) == nil, "a fresh beat is never stale")
                }
            }
        }
    }
}
