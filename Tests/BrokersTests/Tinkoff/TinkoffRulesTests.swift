import Brokers
import Core
import Foundation
import Synchronization
import Testing

/// While the rules of a share cannot be read.
@Suite(.fewAtOnce) struct TinkoffRulesTests {
    private static let stop = TinkoffBench.request(
        "0b9d6b0a-3c8e-4f0e-9a1b-3f1c3e0c7d21", .sell, .stop(trigger: Price(FixedDecimal(90))), lots: 2,
        reduceOnly: true, purpose: .stop)

    private func loseRules(_ standIn: TinkoffStandIn, _ status: Int = 503, _ body: String = "busy") {
        for method in ["ShareBy", "GetInstrumentBy"] {
            for _ in 0..<200 {
                standIn.fail("InstrumentsService/\(method)", .answerInstead(status: status, headers: [:], body: body))
            }
        }
    }

    /// Another process of the runner, and what the venue said to the stop of the position that it finds.
    private func afterARestart(
        _ standIn: TinkoffStandIn, _ body: (TinkoffBroker, OrderReport) async throws -> Void
    ) async throws {
        try await withTinkoff(standIn) { broker, server in
            _ = await broker.submit(TinkoffBench.request("in", .buy, lots: 2))
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("in"))
            guard case .accepted(let placed) = await broker.submit(Self.stop) else {
                Issue.record("the stop was not taken")
                return
            }
            let other = try TinkoffBroker(TinkoffBench.settings(port: server.port))
            try await body(other, placed)
            await other.stop()
        }
    }

    /// A share that was taken off the board has no rules any more: nobody waits for them, and a kill comes to its end.
    @Test(arguments: [
        #"{"code":5,"message":"not found","description":"50002"}"#, #"{"instrument":{"ticker":""}}"#,
        #"{"instrument":{"ticker":"SBER","classCode":"TQBR","uid":"\#(TinkoffStandIn.uid)","lot":10}}"#,
    ]) func aStopOfWhatHasNoRulesAnyMoreIsCancelled(answer: String) async throws {
        let standIn = TinkoffStandIn()
        try await afterARestart(standIn) { other, placed in
            loseRules(standIn, answer.contains("50002") ? 404 : 200, answer)
            let gone = await other.cancel(.venue(placed.venueOrderID), TinkoffBench.symbol)
            if case .accepted = gone {} else { Issue.record("\(gone)") }
            #expect(standIn.calls("StopOrdersService/CancelStopOrder") == 1)
        }
    }

    /// A hand that flattens watches nothing: whether the market takes the close is asked before the stop is gone.
    @Test func theStopOfAShareThatNobodyWatchesStaysWhileTheMarketIsClosed() async throws {
        let standIn = TinkoffStandIn()
        try await afterARestart(standIn) { other, _ in
            standIn.state.withLock { $0.manner.isOpen = false }
            let close = TinkoffBench.request("out", .sell, lots: 2, reduceOnly: true, purpose: .exit)
            guard case .refused(let error) = await other.submit(close) else {
                Issue.record("a closed market took a close")
                return
            }
            #expect(error.code == "TINKOFF_CLOSED" && error.remedy == .retryable, "\(error)")
            #expect(standIn.calls("StopOrdersService/CancelStopOrder") == 0)
        }
    }

    /// After a restart nothing could be closed without them: a stop stays until they can be read.
    @Test func aStopIsNotCancelledWhileNothingCouldBeClosed() async throws {
        let standIn = TinkoffStandIn()
        try await afterARestart(standIn) { other, placed in
            loseRules(standIn)
            var order = Order(request: Self.stop, at: placed.at)
            try order.apply(.sent, at: placed.at)
            try order.apply(.accepted, venueOrderID: placed.venueOrderID, at: placed.at)
            await other.recall([order])
            let kept = await other.cancel(.client(Self.stop.clientID), TinkoffBench.symbol)
            if case .accepted = kept { Issue.record("\(kept)") }
            #expect(standIn.calls("StopOrdersService/CancelStopOrder") == 0)
            standIn.state.withLock { $0.faults = [:] }
            let gone = await other.cancel(.client(Self.stop.clientID), TinkoffBench.symbol)
            if case .accepted = gone {} else { Issue.record("\(gone)") }
            #expect(standIn.calls("StopOrdersService/CancelStopOrder") == 1)
        }
    }

    /// What is gone needs no stop: one that would outlive it is cancelled although nobody tells the rules.
    @Test func aStopOfWhatIsGoneIsCancelledWithoutThem() async throws {
        let standIn = TinkoffStandIn()
        try await afterARestart(standIn) { other, placed in
            loseRules(standIn)
            let nothing = #"{"money":[],"blocked":[],"securities":[],"limitsLoadingInProgress":false}"#
            for _ in 0..<200 {
                standIn.fail("OperationsService/GetPositions", .answerInstead(status: 200, headers: [:], body: nothing))
            }
            let gone = await other.cancel(.venue(placed.venueOrderID), TinkoffBench.symbol)
            if case .accepted = gone {} else { Issue.record("\(gone)") }
            #expect(standIn.calls("StopOrdersService/CancelStopOrder") == 1)
        }
    }

    /// Whatever waits is cancelled by the name that it is listed under, and a name that nobody knows is told as ever.
    @Test func allIsCancelledWithoutThem() async throws {
        let standIn = TinkoffStandIn()
        try await afterARestart(standIn) { other, placed in
            loseRules(standIn)
            try await other.cancelAll(TinkoffBench.symbol)
            #expect(standIn.calls("StopOrdersService/CancelStopOrder") == 1)
            let stranger = try #require(Symbol("GAZP"))
            await #expect(throws: VenueError.self) { try await other.cancelAll(stranger) }
        }
    }

    /// One reading asks once for what is not answered, however much of it is on the account.
    @Test func oneReadingAsksOnceForWhatNobodyAnswers() async throws {
        let standIn = TinkoffStandIn()
        loseRules(standIn)
        let row = #"{"instrumentUid":"u","ticker":"GAZP","balance":"7"}"#
        let body = #"{"money":[],"blocked":[],"securities":[\#(row)],"limitsLoadingInProgress":false}"#
        for _ in 0..<9 {
            standIn.fail("OperationsService/GetPositions", .answerInstead(status: 200, headers: [:], body: body))
        }
        let order =
            #"{"orders":[{"orderId":"9","orderRequestId":"7","instrumentUid":"u","ticker":"GAZP","#
            + #""direction":"ORDER_DIRECTION_SELL","executionReportStatus":"EXECUTION_REPORT_STATUS_PARTIALLYFILL","#
            + #""lotsRequested":"4","lotsExecuted":"1"}]}"#
        for _ in 0..<50 {
            standIn.fail("OrdersService/GetOrders", .answerInstead(status: 200, headers: [:], body: order))
        }
        try await withTinkoff(standIn, isStarted: false) { broker, _ in
            #expect(try await broker.snapshot().positions.map(\.symbol.name) == ["GAZP"])
            let once = standIn.calls("InstrumentsService/GetInstrumentBy")
            _ = try await broker.snapshot()
            #expect(standIn.calls("InstrumentsService/GetInstrumentBy") == 2 * once, "the next one asks again")
            #expect(once <= 3, "one question with its repetitions: \(once)")
        }
    }
}

/// A stop is given up for a close that can be placed as far as anybody knows, and for no other.
@Suite(.fewAtOnce) struct TinkoffGuardTests {
    private func guarded(
        _ standIn: TinkoffStandIn, _ body: (TinkoffBroker, OrderRequest) async throws -> Void
    ) async throws {
        try await withTinkoff(standIn) { broker, _ in
            _ = await broker.submit(TinkoffBench.request("in", .buy, lots: 2))
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("in"))
            let stop = TinkoffBench.request(
                "stop", .sell, .stop(trigger: Price(FixedDecimal(90))), lots: 2, reduceOnly: true, purpose: .stop)
            guard case .accepted = await broker.submit(stop) else {
                Issue.record("the stop was not taken")
                return
            }
            try await body(broker, TinkoffBench.request("out", .sell, lots: 2, reduceOnly: true, purpose: .exit))
        }
    }

    private func expectRefused(_ outcome: SubmitOutcome, _ code: String? = nil) {
        guard case .refused(let error) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(error.remedy == .retryable && (code == nil || error.code == code), "\(error)")
    }

    @Test(arguments: ["OperationsService/GetPositions", "OrdersService/GetOrders", "StopOrdersService/GetStopOrders"])
    func whatCannotBeReadCannotBeClosed(method: String) async throws {
        let standIn = TinkoffStandIn()
        try await guarded(standIn) { broker, close in
            for _ in 0..<200 { standIn.fail(method, .answerInstead(status: 503, headers: [:], body: "busy")) }
            expectRefused(await broker.submit(close))
            #expect(standIn.calls("StopOrdersService/CancelStopOrder") == 0)
            standIn.state.withLock { $0.faults = [:] }
            guard case .accepted = await broker.submit(close) else {
                Issue.record("the close was not taken")
                return
            }
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("out"))
            #expect(try await broker.snapshot().isFlat)
        }
    }

    /// Nor in a market that is known to take nothing.
    @Test func aClosedMarketLeavesTheStop() async throws {
        let standIn = TinkoffStandIn()
        try await guarded(standIn) { broker, close in
            standIn.state.withLock { $0.manner.isOpen = false }
            _ = try await TinkoffBench.wait(broker) {
                if case .session(_, isOpen: false, _) = $0 { true } else { false }
            }
            expectRefused(await broker.submit(close), "TINKOFF_CLOSED")
            #expect(standIn.calls("StopOrdersService/CancelStopOrder") == 0)
            // It opened, and nobody has told of it yet.
            standIn.state.withLock { $0.manner.isOpen = true }
            guard case .accepted = await broker.submit(close) else {
                Issue.record("the close was not taken")
                return
            }
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("out"))
            #expect(try await broker.snapshot().isFlat)
        }
    }
}
