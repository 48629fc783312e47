import Core
import Engine
import Foundation
import Runner
import Storage
import Testing

@Suite struct RunBookTests {
    private struct Stage {
        let state: TemporaryState
        let ledger: Ledger
        var book: RunBook
        var engine = Engine()

        init() throws {
            state = try TemporaryState()
            ledger = try state.ledger()
            book = RunBook(
                ledger: ledger, projections: ProjectionFiles(folder: state.url, runId: "test", mode: "backtest"))
        }

        mutating func take(_ event: EngineEvent, at now: Timestamp) throws {
            let effects = engine.step(event, at: now)
            try book.stage(event, effects, engine)
        }
    }

    @Test func whatIsStagedIsWrittenByTheNextFlushAndOnce() throws {
        var stage = try Stage()
        let scenario = try LoopScenario(bars: 4)
        try stage.take(.configured(scenario.configuration), at: .epoch)
        for step in 1...5 { try stage.take(.deadline, at: Timestamp(milliseconds: Int64(step))) }
        #expect(try stage.ledger.reader.journalLength() == 0)
        try stage.book.flush(stage.engine)
        #expect(try stage.ledger.reader.journalLength() == 6)
        try stage.book.flush(stage.engine)
        #expect(try stage.ledger.reader.journalLength() == 6)
        #expect(try stage.ledger.reader.meta()[LedgerMetaKey.artifact] == "test")
    }

    @Test func aBookIsFullBeforeItHoldsTooMuch() throws {
        var stage = try Stage()
        for step in 1..<RunBook.limitRows { try stage.take(.deadline, at: Timestamp(milliseconds: Int64(step))) }
        #expect(!stage.book.isFull)
        try stage.take(.deadline, at: Timestamp(milliseconds: Int64(RunBook.limitRows)))
        #expect(stage.book.isFull)
    }

    @Test func theLatchFollowsTheKillSwitch() throws {
        var stage = try Stage()
        try stage.take(.kill(reason: "storm"), at: Timestamp(milliseconds: 5))
        try stage.book.flush(stage.engine)
        #expect(try stage.ledger.reader.latch() == KillLatch(reason: "storm", at: Timestamp(milliseconds: 5)))
        // Not proven flat yet: the release is refused and the latch stays.
        try stage.take(.release, at: Timestamp(milliseconds: 6))
        try stage.book.flush(stage.engine)
        #expect(try stage.ledger.reader.latch() != nil)
    }

    /// The engine pulls the switch itself: a restart has to find that, too.
    @Test func aHaltOfTheEnginesOwnIsLatched() throws {
        var stage = try Stage()
        var scenario = try LoopScenario(bars: 4)
        scenario.limits.dailyLoss = MoneyLimit("0.01")
        var breaches = BreachRules()
        breaches.dailyLoss = .halted
        scenario.limits.breaches = breaches
        let (symbol, broker) = (try #require(Symbol("AAA")), BrokerName("simulated"))
        try stage.take(.configured(scenario.configuration), at: .epoch)
        func batch(_ events: [VenueEvent]) -> EngineEvent {
            .venue(VenueBatch(broker: broker, at: Timestamp(milliseconds: 1), events: events))
        }
        let moment = Timestamp(milliseconds: 1)
        let (high, low) = (Price(FixedDecimal(100)), Price(FixedDecimal(50)))
        try stage.take(batch([.price(symbol, high)]), at: moment)
        let row = SignalRow(
            symbol: symbol, time: moment, target: 0.5, confidence: 1, stop: 40, takeProfit: nil, fold: 0)
        try stage.take(.signal(row), at: moment)
        let refusal = stage.engine[symbol]?.lastRefusal
        let order = try #require(stage.engine[symbol]?.orders.openOrders.first?.request, "\(refusal as Any)")
        let fill = Fill(
            venue: broker, tradeID: "1", clientID: order.clientID, symbol: symbol, side: order.side, price: high,
            quantity: order.quantity, fee: .zero, at: moment)
        try stage.take(batch([.fill(fill), .price(symbol, low)]), at: moment)
        #expect(stage.engine.kill.isEngaged)
        try stage.book.flush(stage.engine)
        #expect(try stage.ledger.reader.latch()?.reason.hasPrefix("DAILY_LOSS") == true)
    }

    @Test func noMessageLeavesBeforeItIsOnDisk() async throws {
        let state = try TemporaryState()
        let missing = Collected<BrokerCall>()
        let sent = Collected<BrokerCall>()
        // Makes the ledger, so that one reader can look at it all the time.
        try state.ledger().close()
        let reader = try LedgerReader(path: state.ledgerPath)
        _ = try await LoopScenario(seed: 4).run(state) { call in
            switch call {
            case .submit(let request):
                await sent.add(call)
                let known = (try? reader.intents())?.contains { $0.request == request } ?? false
                if !known { await missing.add(call) }
            case .cancel(.client(let id)):
                await sent.add(call)
                let known = (try? reader.orderEvents())?.contains { $0.clientID == id && $0.event == .cancelRequested }
                if known != true { await missing.add(call) }
            case .cancel(.venue), .order, .snapshot, .nextEvents: break
            }
        }
        #expect(await missing.all.isEmpty)
        #expect(await sent.all.contains { if case .cancel = $0 { true } else { false } })
        #expect(await sent.all.count > 10)
    }
}
