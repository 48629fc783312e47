import Core
import Engine
import Simulator

/// Engine, books and venues of one chaos run at virtual time: who feeds, who performs, and what goes wrong.
///
/// It keeps the runner's promise of writing down before acting, and checks after every step what must hold whatever
/// happens; see ``ChaosInvariant``.
struct ChaosWorld {
    enum Item: Sendable {
        case action(ChaosAction)
        case start
        case lookAtKillFile
        case pullKill
        case releaseKill
        indirect case signal(SignalRow)
        case check
        case calm
        case converged
        case ended
    }

    /// How long the runner waits for an answer.
    static let patience = TimeSpan.seconds(5)
    static let checkEvery = TimeSpan.seconds(10)

    let scenario: ChaosScenario
    let market: ChaosMarket
    var venues: [FaultyVenue] = []
    var engine = Engine()
    var journal: ChaosJournal
    var log: ChaosLog
    var agenda = Agenda<Item>()
    var now = ChaosMarket.start
    private var clock = SteadyClock(at: ChaosMarket.start)
    private var clockOffset: Int64 = 0
    var isUp = true
    var armed: (point: ChaosAction.CrashPoint, downFor: TimeSpan)?
    var isKillFileSet = false
    var isOver = false
    /// The kill at the end is not released again.
    var isLastKill = false
    /// Answers to requests of an earlier process reach nobody.
    var firstCalls: [Int] = []
    var watched: [Symbol: [Price]] = [:]
    var tally = ChaosTally()
    var watch = ChaosWatch()
    var violation: ChaosViolation?
    /// When the engine wants to be woken.
    var wakeAt: Timestamp?
    private var spin = 0

    init(_ scenario: ChaosScenario, seed: UInt64, keepsLines: Bool) throws {
        self.scenario = scenario
        log = ChaosLog(keepsLines: keepsLines)
        // One seed of eight decides its whole day once more.
        journal = ChaosJournal(replays: seed % 8 == 0)
        var market = ChaosMarket(scenario, seed: seed)
        for venue in scenario.venues { venues.append(try market.venue(venue)) }
        self.market = market
        firstCalls = venues.map { _ in 0 }
        for drawn in ChaosAction.drawn(scenario, seed: seed, until: market.calmFrom) {
            agenda.add(.action(drawn.action), at: drawn.at)
        }
        agenda.add(.check, at: now)
        agenda.add(.calm, at: market.calmFrom)
        agenda.add(.converged, at: market.calmFrom + .seconds(600))
        agenda.add(.ended, at: market.calmFrom + .seconds(900))
        start()
    }

    /// What the runner's clock shows.
    private var wall: Timestamp {
        let drift = (now - ChaosMarket.start).milliseconds * Int64(scenario.runner.clockDriftPpm) / 1_000_000
        return now + .milliseconds(clockOffset + drift)
    }

    /// The engine's time.
    var time: Timestamp { max(engine.now, clock.moment(at: wall)) }

    /// A process of the runner begins, with the time of the engine that it read from the journal.
    mutating func beginClock() { clock = SteadyClock(from: engine.now, at: wall) }

    /// Somebody sets the runner's clock.
    mutating func setClock(_ offset: TimeSpan) {
        _ = clock.read(wall)
        clockOffset = offset.milliseconds
        _ = clock.read(wall)
    }

    /// Runs to the end, or to the first broken invariant.
    mutating func run() {
        while violation == nil, !isOver, let next = nextMoment() {
            let span = next - now
            if isUp, watch.isCalm { watch.good += span.milliseconds }
            now = next
            watch.isCalm = venues.indices.allSatisfy { venues[$0].isAtService(at: next) }
            for place in venues.indices {
                for delivery in venues[place].advance(to: now) { receive(delivery, from: place) }
            }
            while let item = agenda.take(dueAt: now) { handle(item) }
            wakeEngine()
        }
    }

    private mutating func nextMoment() -> Timestamp? {
        var next = agenda.nextAt
        for place in venues.indices {
            if let moment = venues[place].nextInstant() { next = next.map { min($0, moment) } ?? moment }
        }
        if isUp, let deadline = wakeAt {
            let moment = deadline <= time ? now : now + (deadline - time)
            next = next.map { min($0, moment) } ?? moment
        }
        return next.map { max($0, now) }
    }

    private mutating func wakeEngine() {
        guard isUp, let deadline = wakeAt, deadline <= time else { return spin = 0 }
        spin += 1
        if spin > 500 { return fail(.noBusyLoop, "the engine waits for \(deadline.milliseconds), which has passed") }
        take(.deadline)
    }

    private mutating func handle(_ item: Item) {
        switch item {
        case .action(let action): act(action)
        case .start: start()
        case .lookAtKillFile: lookAtKillFile()
        case .pullKill: pullKill()
        case .releaseKill: if !isLastKill { isKillFileSet = false }
        case .signal(let row): take(.signal(row))
        case .check:
            agenda.add(.check, at: now + Self.checkEvery)
            check()
        case .calm:
            armed = nil
            isKillFileSet = false
        case .converged:
            checkConverged()
            isLastKill = true
            pullKill()
        case .ended:
            checkFlat()
            isOver = true
        }
    }
}
