import Backtest
import Core
import Engine
import Foundation
import Runner
import Simulator
import Storage
import Testing

@Suite struct TradingLoopTests {
    static let venues: [(seed: UInt64, policy: FillPolicy, latency: TimeSpan)] = [
        (1, .whole, .zero), (2, .whole, .milliseconds(500)), (3, .parts(3, every: .seconds(60)), .zero),
        (4, .parts(2, every: .seconds(60)), .milliseconds(500)),
    ]

    @Test(arguments: venues) func aReplayIsTheBacktestFillByFill(
        seed: UInt64, policy: FillPolicy, latency: TimeSpan
    ) async throws {
        var scenario = try LoopScenario(bars: 60, seed: seed)
        (scenario.fillPolicy, scenario.latency, scenario.sleep) = (policy, latency, .zero)
        let state = try TemporaryState()
        let end = try await scenario.run(state)
        let record = try scenario.backtest()
        let books = try Books(state)
        #expect(end.outcome == .finished)
        #expect(record.fills.count > 10)
        #expect(books.fills == record.fills)
        let equity = books.equity.map {
            EquityPoint(at: $0.at, currency: $0.currency, equity: $0.equity, unrealised: $0.unrealised)
        }
        #expect(equity == record.equity)
    }

    @Test func sleepingChangesNothing() async throws {
        let (restless, sleepy) = (try TemporaryState(), try TemporaryState())
        var scenario = try LoopScenario()
        _ = try await scenario.run(sleepy)
        scenario.sleep = .zero
        _ = try await scenario.run(restless)
        #expect(try Books(restless) == Books(sleepy))
    }

    @Test func reconcilingAReplayChangesNothingButTheJournal() async throws {
        let (plain, compared) = (try TemporaryState(), try TemporaryState())
        var scenario = try LoopScenario(bars: 60)
        scenario.sleep = .zero
        _ = try await scenario.run(plain)
        scenario.reconcile = .replay
        _ = try await scenario.run(compared)
        #expect(try Books(plain) == Books(compared))
        #expect(try scenario.backtest().fills == Books(compared).fills)
        var (readings, findings) = (0, 0)
        try LedgerReader(path: compared.ledgerPath).readJournal { row in
            if row.draft.effects.contains("readAccount") { readings += 1 }
            if row.draft.effects.contains("reconciled") { findings += 1 }
        }
        #expect(readings == 4, "at the start, after one and two days, at the end")
        #expect(findings == 0)
    }

    @Test func maxStepsStopsAfterSoManyBarsAndTheNextStartGoesOn() async throws {
        let (state, whole) = (try TemporaryState(), try TemporaryState())
        var scenario = try LoopScenario()
        _ = try await scenario.run(whole)
        scenario.maxSteps = 5
        var bars = 0
        while true {
            let end = try await scenario.run(state)
            bars += end.bars
            if end.outcome == .finished { break }
            #expect(end.outcome == .stopped && end.bars == 5)
            try #require(bars <= 100)
        }
        #expect(bars == 24)
        #expect(try Books(state) == Books(whole))
    }

    @Test func aStopRequestEndsAfterTheCurrentPass() async throws {
        let state = try TemporaryState()
        let scenario = try LoopScenario()
        let end = try await scenario.run(state, whenReady: { await $0.requestStop() })
        #expect(end.outcome == .stopped && end.bars == 0)
        let again = try await scenario.run(state)
        #expect(again.outcome == .finished && again.bars == 24)
    }

    @Test func aFinishedReplayHasNothingNewToDo() async throws {
        let state = try TemporaryState()
        let scenario = try LoopScenario()
        _ = try await scenario.run(state)
        let books = try Books(state)
        let end = try await scenario.run(state)
        #expect(end.outcome == .finished && end.bars == 0)
        #expect(try Books(state) == books)
    }

    @Test func theProjectionsShowWhatTheLedgerHolds() async throws {
        let state = try TemporaryState()
        var scenario = try LoopScenario()
        for steps in [1, 2, 3] {
            scenario.maxSteps = steps
            let end = try await scenario.run(state)
            let protections = try #require(try state.json("protections.json") as? [[String: Any]])
            let held = end.engine.desks.filter { !$0.position.isFlat }
            #expect(protections.map { $0["symbol"] as? String } == held.map(\.symbol.name))
            #expect(protections.allSatisfy { $0["stop"] is String })
            let form = try #require(try state.json("runner_state.json") as? [String: Any])
            #expect((form["assets"] as? [Any])?.count == 2)
        }
    }
}
