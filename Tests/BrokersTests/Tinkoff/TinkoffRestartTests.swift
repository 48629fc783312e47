import Brokers
import Core
import Foundation
import Synchronization
import Testing

/// What happened while nobody listened: stops that fired, executions of yesterday, orders that may still arrive.
@Suite(.fewAtOnce) struct TinkoffRestartTests {
    private static let name = ClientOrderID("5f0c1c1e-5c0a-4a57-9a53-1f7f4a8f0b11")
    static let stop = TinkoffBench.request(
        "0b9d6b0a-3c8e-4f0e-9a1b-3f1c3e0c7d21", .sell, .stop(trigger: Price(FixedDecimal(90))), lots: 2,
        reduceOnly: true, purpose: .stop)

    static func now() -> Timestamp { Timestamp(milliseconds: TinkoffStandIn.now()) }

    /// An order as the ledger of an earlier process has it.
    static func order(_ request: OrderRequest, _ venueID: String?, at moment: Timestamp) throws -> Order {
        var order = Order(request: request, at: moment)
        try order.apply(.sent, at: moment)
        if let venueID { try order.apply(.accepted, venueOrderID: venueID, at: moment) }
        return order
    }

    /// Another process for the same account.
    func withAnother(
        _ server: StandInServer, isStarted: Bool = true, adjust: (inout TinkoffSettings) -> Void = { _ in },
        _ body: (TinkoffBroker) async throws -> Void
    ) async throws {
        var settings = TinkoffBench.settings(port: server.port)
        adjust(&settings)
        let broker = try TinkoffBroker(settings)
        if isStarted {
            try await broker.start(VenueWatch(symbols: [TinkoffBench.symbol], interval: nil, barsAfter: .epoch))
        }
        do { try await body(broker) } catch {
            await broker.stop()
            throw error
        }
        await broker.stop()
    }

    func open(_ broker: TinkoffBroker, lots: Int, _ side: Side = .buy) async throws {
        _ = await broker.submit(TinkoffBench.request("in", side, lots: lots))
        _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("in"))
    }

    /// Its order was booked as a stranger's before anybody asked for the stop.
    @Test(arguments: [false, true]) func aStopThatFiredWhileNobodyListenedIsToldUnderItsName(isRecalled: Bool)
        async throws
    {
        let standIn = TinkoffStandIn()
        try await withTinkoff(standIn) { broker, server in
            try await open(broker, lots: 2)
            let placed = try await place(broker)
            await broker.stop()
            standIn.move(to: FixedDecimal(89))
            try await withAnother(server) { other in
                let before = try await other.snapshot(fillsSince: .epoch)
                #expect(before.positions.isEmpty && before.fills.count == 2)
                if isRecalled {
                    await other.recall([try Self.order(Self.stop, placed.venueOrderID, at: Self.now())])
                } else {
                    #expect(try await other.order(Self.stop.clientID, Self.stop.symbol)?.state == .filled)
                }
                #expect(try await other.told(Self.stop.clientID, until: 20) == 20)
                let after = try await other.snapshot(fillsSince: .epoch)
                #expect(after.fills.last?.clientID == Self.stop.clientID && after.fills.count == 2)
            }
        }
    }

    func place(_ broker: TinkoffBroker) async throws -> OrderReport {
        let outcome = await broker.submit(Self.stop)
        guard case .accepted(let placed) = outcome else { throw VenueError(.rejected, code: "", message: "\(outcome)") }
        return placed
    }

    private func past(_ standIn: TinkoffStandIn, lots: Int64 = 1) {
        standIn.state.withLock { state in
            var entry = TinkoffStandIn.Entry(
                id: "77", key: Self.name.text, isBuy: true, isLimit: false, price: .zero, lots: lots,
                at: TinkoffStandIn.now() - 86_400_000)
            entry.trades = [(id: "T77", price: FixedDecimal(100), lots: 1, at: entry.at)]
            (entry.done, entry.status, entry.isPast) = (1, lots == 1 ? "FILL" : "CANCELLED", true)
            (state.orders, state.pieces) = ([entry], TinkoffStandIn.lot)
        }
    }

    /// The list of orders is of today; the operations have no names.
    @Test(arguments: [false, true]) func anExecutionOfYesterdayKeepsItsName(isRecalled: Bool) async throws {
        let standIn = TinkoffStandIn()
        past(standIn)
        try await withTinkoff(standIn) { broker, _ in
            let request = TinkoffBench.request(Self.name.text, .buy)
            if isRecalled {
                await broker.recall([try Self.order(request, "77", at: Self.now() - .seconds(86_400))])
            } else {
                #expect(try await broker.order(Self.name, request.symbol)?.state == .filled)
            }
            #expect(try await broker.told(Self.name, until: 10) == 10)
            let account = try await broker.snapshot(fillsSince: Self.now() - .seconds(2 * 86_400))
            #expect(account.fills.map(\.clientID) == [Self.name] && account.fills.map(\.tradeID) == ["T77"])
        }
    }

    /// A part executed yesterday, and the venue has forgotten the order: the part counts.
    @Test func anOrderThatIsListedNoMoreKeepsWhatWasExecuted() async throws {
        let standIn = TinkoffStandIn()
        past(standIn, lots: 2)
        try await withTinkoff(standIn) { broker, _ in
            let request = TinkoffBench.request(Self.name.text, .buy, lots: 2)
            let found = try await broker.order(Self.name, request.symbol)
            #expect(found?.state == .cancelled)
            #expect(try await broker.told(Self.name, until: 10) == 10)
            standIn.state.withLock { $0.orders = [] }
            await broker.recall([try Self.order(request, "77", at: Self.now() - .seconds(86_400))])
            let after = try await broker.order(Self.name, request.symbol)
            #expect(after?.state == .expired && after?.filled == TinkoffPieces(10).quantity)
        }
    }

    @Test func anUnansweredOrderOfYesterdayIsForAPerson() async throws {
        try await withTinkoff { broker, _ in
            let request = TinkoffBench.request(Self.name.text, .buy)
            await broker.recall([try Self.order(request, nil, at: Self.now() - .seconds(86_400))])
            let error = await #expect(throws: VenueError.self) {
                _ = try await broker.order(request.clientID, request.symbol)
            }
            #expect(error?.code == "TINKOFF_TOO_OLD" && error?.remedy == .unknownOutcome)
            guard case .silent = await broker.submit(request) else {
                Issue.record("it was sent again")
                return
            }
        }
    }

    /// The lists of stop orders do not end with the day: one of yesterday that is in none of them never arrived.
    @Test func anUnansweredStopOfYesterdayIsSentAgain() async throws {
        let standIn = TinkoffStandIn()
        try await withTinkoff(standIn) { broker, _ in
            try await open(broker, lots: 2)
            await broker.recall([try Self.order(Self.stop, nil, at: Self.now() - .seconds(86_400))])
            var outcome = await broker.submit(Self.stop)
            for _ in 0..<200 {
                guard case .silent = outcome else { break }
                try await Task.sleep(for: .milliseconds(20))
                outcome = await broker.submit(Self.stop)
            }
            guard case .accepted = outcome else {
                Issue.record("the position has no stop: \(outcome)")
                return
            }
            #expect(standIn.state.withLock { $0.stops.count } == 1)
        }
    }

    /// What an earlier process left unanswered is neither absent nor sent again before it cannot arrive any more.
    @Test(arguments: [false, true]) func whatAnEarlierProcessSentMayStillArrive(isRecalled: Bool) async throws {
        let standIn = TinkoffStandIn()
        try await withTinkoff(
            standIn,
            adjust: {
                $0.absence = .milliseconds(700)
                // Counted from when the broker was made: its start takes a part of it.
                $0.strangerAbsence = .milliseconds(isRecalled ? 0 : 4000)
            }
        ) { broker, _ in
            let request = TinkoffBench.request(Self.name.text, .buy)
            let begun = ContinuousClock.now
            if isRecalled { await broker.recall([try Self.order(request, nil, at: Self.now())]) }
            var answers = 0
            while true {
                do {
                    let found = try await broker.order(request.clientID, request.symbol)
                    #expect(found == nil)
                    break
                } catch let error as VenueError {
                    #expect(error.code == "TINKOFF_NOT_YET")
                    answers += 1
                }
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(answers > 0 || ContinuousClock.now - begun > .milliseconds(300))
            #expect(standIn.calls("OrdersService/PostOrder") == 0)
        }
    }

    /// A stop that left its list, and whose order nobody lists yet, counts whole against a close: for the process that
    /// placed it, for the next one, and for one that finds it gone; long and short.
    @Test(arguments: [Side.buy, .sell], [0, 1, 2]) func aStopOnItsWayIsNeverClosedBeside(
        opening: Side, restart: Int
    ) async throws {
        var manner = TinkoffStandIn.Manner()
        manner.childLag = 40
        let standIn = TinkoffStandIn(manner)
        try await withTinkoff(standIn) { broker, server in
            try await open(broker, lots: 2, opening)
            let trigger = Price(FixedDecimal(opening == .buy ? 90 : 110))
            _ = await broker.submit(
                TinkoffBench.request(
                    "stop", opening.opposite, .stop(trigger: trigger), lots: 2, reduceOnly: true, purpose: .stop))
            // Of yesterday, as far as anybody can tell.
            standIn.state.withLock { $0.stops[0].at -= 86_400_000 }
            func close(_ closer: TinkoffBroker) async {
                let out = TinkoffBench.request("out", opening.opposite, lots: 2, reduceOnly: true, purpose: .exit)
                let outcome = await closer.submit(out)
                guard case .refused(let error) = outcome else {
                    Issue.record("closed beside a stop that fired: \(outcome)")
                    return
                }
                #expect(["STOP_IN_THE_WAY", "CLOSE_IN_THE_WAY", "NOTHING_TO_CLOSE"].contains(error.code), "\(error)")
            }
            let beyond = FixedDecimal(opening == .buy ? 89 : 111)
            switch restart {
            case 0:
                _ = try await broker.snapshot()
                standIn.move(to: beyond)
                await close(broker)
            case 1:
                await broker.stop()
                try await withAnother(server) { other in
                    standIn.move(to: beyond)
                    await close(other)
                }
            default:
                await broker.stop()
                standIn.move(to: beyond)
                try await withAnother(server, isStarted: false) { await close($0) }
            }
            #expect(standIn.calls("OrdersService/PostOrder") == 1)
        }
    }
}
