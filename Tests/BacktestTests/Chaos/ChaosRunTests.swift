import Backtest
import Core
import Foundation
import Simulator
import Testing

@Suite struct ChaosRunTests {
    static let scenarios = (try? ChaosScenarioTests.bundled()) ?? [:]

    /// `make check` runs a thousand seeds of a whole day; here are a few of some hours.
    @Test(arguments: scenarios.keys.sorted()) func everyInvariantHoldsInEveryScenario(name: String) throws {
        var scenario = try #require(Self.scenarios[name])
        scenario.hours = 4
        for seed in 0..<3 as Range<UInt64> {
            let outcome = try ChaosRun(scenario, seed: seed).outcome()
            #expect(outcome.violation == nil, "\(name) seed \(seed): \(outcome.violation?.description ?? "")")
            #expect(outcome.tally.fills > 10, "\(name) seed \(seed) trades")
        }
    }

    /// Whole days in which a doubtful stop stood in the way of a close (5, 74), was there although the venue did not
    /// find it (2), and a position was bare while the clock had been set back (99).
    @Test(arguments: [2, 5, 74, 99] as [UInt64])
    func aDoubtfulStopNeitherHoldsACloseUpNorOutlivesIt(seed: UInt64) throws {
        let outcome = try ChaosRun(try #require(Self.scenarios["shares"]), seed: seed).outcome()
        #expect(outcome.violation == nil, "seed \(seed): \(outcome.violation?.description ?? "")")
    }

    /// Whole days in which a close waited for its market beside a stop.
    @Test(arguments: [55, 92] as [UInt64]) func aCloseThatWaitsBesideAStopKeepsNobodyBusy(seed: UInt64) throws {
        let outcome = try ChaosRun(try #require(Self.scenarios["guards"]), seed: seed).outcome()
        #expect(outcome.violation == nil, "seed \(seed): \(outcome.violation?.description ?? "")")
    }

    /// Venues half a second away and back.
    @Test func aPositionIsWithoutAStopForTwoSecondsAtMost() throws {
        var spans = ChaosSpans()
        var scenario = try #require(Self.scenarios["far"])
        scenario.hours = 6
        for seed in 0..<4 as Range<UInt64> { spans.add(try ChaosRun(scenario, seed: seed).outcome().tally.unprotected) }
        #expect(spans.count > 100)
        #expect(spans.quantile(0.99) <= 2_000 && spans.quantile(1) <= 5_000)
    }

    /// A fifth of all requests get lost, and nobody is told before five seconds are over.
    @Test func aKillIsFlatWithinTenSecondsAlthoughRequestsGetLost() throws {
        var spans = ChaosSpans()
        let scenario = try #require(Self.scenarios["drill"])
        for seed in 0..<12 as Range<UInt64> {
            spans.add(try ChaosRun(scenario, seed: seed).outcome().tally.killToFlat)
        }
        #expect(spans.count > 400)
        #expect(spans.quantile(0.99) <= 10_000, "\(spans.quantile(0.99)) ms")
    }

    @Test func theSameSeedGivesTheSameLogInAnyOrderAndOnAnyThread() async throws {
        var scenario = try #require(Self.scenarios["storm"])
        scenario.hours = 3
        let alone = try (0..<6 as Range<UInt64>).map { try ChaosRun(scenario, seed: $0).outcome() }
        let together = try await withThrowingTaskGroup(of: ChaosRun.Outcome.self) { group in
            for seed in (0..<6 as Range<UInt64>).reversed() {
                group.addTask { [scenario] in try ChaosRun(scenario, seed: seed).outcome() }
            }
            var outcomes: [ChaosRun.Outcome] = []
            for try await outcome in group { outcomes.append(outcome) }
            return outcomes.sorted { $0.seed < $1.seed }
        }
        #expect(alone == together)
        #expect(Set(alone.map(\.digest)).count == alone.count, "different seeds are different runs")
        let traced = try ChaosRun(scenario, seed: 3).outcome(traced: true)
        #expect(traced.digest == alone[3].digest && traced.trace.count > 100, "looking changes nothing")
    }

    /// A network that repeats requests, before a venue that takes a repeated name for a new order: nobody survives.
    @Test func aBrokenInvariantIsFoundAndItsScenarioMadeSmaller() throws {
        var scenario = try #require(Self.scenarios["storm"])
        scenario.hours = 6
        scenario.venues[1].faults[.duplicateRequest] = FaultSetting(chance: 0.2)
        let run = ChaosRun(scenario, seed: 1)
        let violation = try #require(try run.outcome().violation)
        #expect(violation.invariant == .oneOrderPerIntent)
        #expect(violation.step > 0)
        let smallest = try #require(try run.shrunk())
        #expect(smallest.scenario.venues.map(\.name) == ["two"])
        #expect(smallest.scenario.venues[0].faults.switches == [.duplicateRequest])
        #expect(smallest.scenario.hours < 6)
        let again = try ChaosRun(smallest.scenario, seed: 1).outcome().violation
        #expect(again?.invariant == .oneOrderPerIntent)
        #expect(again == smallest.violation)
    }

    /// Seed 246 crashes between a decision and its commit: the order never left, so its name is free after the start.
    @Test func aDecisionThatACrashTookLeavesItsNameFree() throws {
        let scenario = try #require(Self.scenarios["storm"])
        let outcome = try ChaosRun(scenario, seed: 246).outcome()
        #expect(outcome.violation == nil, "\(outcome.violation?.description ?? "")")
    }

    @Test func crashesKillsAndClockStepsCanBeLeftOutOneByOne() throws {
        var scenario = try #require(Self.scenarios["kills"])
        scenario.hours = 6
        let whole = try ChaosRun(scenario, seed: 2).outcome().tally
        #expect(whole.kills > 2)
        scenario.omit = ["kill 0"]
        #expect(try ChaosRun(scenario, seed: 2).outcome().tally.kills == whole.kills - 1)
    }

    /// Every interleaving of two entries, their stops, a crash and a kill.
    @Test func noInterleavingOfTwoOrdersOnTwoVenuesBreaksAnInvariant() {
        let report = Exploration(depth: 5).run()
        #expect(report.broken == nil)
        // The figures of docs/chaos.md.
        #expect(report.statesByDepth == [1, 6, 38, 232, 1_410, 8_565])
    }
}
