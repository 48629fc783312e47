import Brokers
import Core
import Foundation
import Synchronization
import Testing

/// An account that holds something is never called flat, whatever of it cannot be read.
@Suite(.fewAtOnce) struct TinkoffListingTests {
    private static let uid = "41eb2102-5333-4713-bf15-72b204c4bf7b"
    /// As it is listed: a uid is a little longer than a symbol may be.
    private static let listed = "41EB210253334713BF1572B204C4BF7B"

    private func answer(_ body: String) -> TinkoffStandIn.Fault {
        .answerInstead(status: 200, headers: [:], body: body)
    }

    private func hold(_ standIn: TinkoffStandIn, _ row: String) {
        let body = #"{"money":[],"blocked":[],"securities":[\#(row)],"limitsLoadingInProgress":false}"#
        for _ in 0..<200 { standIn.fail("OperationsService/GetPositions", answer(body)) }
    }

    private func rules(_ standIn: TinkoffStandIn, _ status: Int, _ body: String) {
        for _ in 0..<200 {
            standIn.fail(
                "InstrumentsService/GetInstrumentBy", .answerInstead(status: status, headers: [:], body: body))
        }
    }

    private static let unknown = #"{"code":5,"message":"instrument not found","description":"50002"}"#
    private static let bare = #"{"instrument":{"ticker":"","uid":"\#(uid)"}}"#

    /// Neither a ticker nor rules: it goes by the venue's own name for it.
    @Test(arguments: [(404, unknown), (200, bare)]) func aHoldingWithoutATickerIsListedUnderItsUid(
        status: Int, body: String
    ) async throws {
        let standIn = TinkoffStandIn()
        rules(standIn, status, body)
        hold(standIn, #"{"instrumentUid":"\#(Self.uid)","balance":"7","blocked":"0","ticker":""}"#)
        try await withTinkoff(standIn, isStarted: false) { broker, _ in
            let account = try await broker.snapshot()
            #expect(account.positions.map(\.symbol.name) == [Self.listed] && !account.isFlat)
            #expect(account.positions.first?.quantity == TinkoffPieces(7).quantity)
        }
    }

    /// The account was said to be flat while a future was open: what is not traded here can lose money all the same.
    @Test(arguments: ["futures", "options"]) func whatIsNotTradedHereIsNoFlatAccountEither(list: String) async throws {
        let standIn = TinkoffStandIn()
        let row = #"{"instrumentUid":"\#(Self.uid)","ticker":"SiZ6","classCode":"SPBFUT","balance":"-2","blocked":"0"}"#
        let body = #"{"money":[],"blocked":[],"securities":[],"\#(list)":[\#(row)],"limitsLoadingInProgress":false}"#
        for _ in 0..<20 { standIn.fail("OperationsService/GetPositions", answer(body)) }
        try await withTinkoff(standIn, isStarted: false) { broker, _ in
            let account = try await broker.snapshot()
            #expect(account.positions.map(\.symbol.name) == ["SIZ6"] && !account.isFlat)
        }
    }

    /// By its older name alone.
    @Test func aHoldingThatIsNamedByItsFIGIAloneIsListedUnderIt() async throws {
        let standIn = TinkoffStandIn()
        for _ in 0..<20 {
            standIn.fail("InstrumentsService/ShareBy", .answerInstead(status: 404, headers: [:], body: Self.unknown))
        }
        hold(standIn, #"{"figi":"TCS00A102EQ8","balance":"3"}"#)
        try await withTinkoff(standIn, isStarted: false) { broker, _ in
            let account = try await broker.snapshot()
            #expect(account.positions.map(\.symbol.name) == ["TCS00A102EQ8"])
        }
    }

    /// While nobody answers what it is, there is no reading: the next one would call it something else.
    @Test func aHoldingThatCannotBeNamedJustNowIsAnError() async throws {
        let standIn = TinkoffStandIn()
        rules(standIn, 503, "busy")
        hold(standIn, #"{"instrumentUid":"\#(Self.uid)","balance":"7"}"#)
        try await withTinkoff(standIn, isStarted: false) { broker, _ in
            let error = await #expect(throws: VenueError.self) { _ = try await broker.snapshot() }
            #expect(error?.remedy == .retryable, "\(error as Any)")
        }
    }

    /// A kill has to see what is there: after a while it goes by the venue's own name for it, and keeps that name.
    @Test func aHoldingThatNobodyNamesForLongIsListedUnderItsUid() async throws {
        let standIn = TinkoffStandIn()
        rules(standIn, 503, "busy")
        hold(standIn, #"{"instrumentUid":"\#(Self.uid)","balance":"7"}"#)
        try await withTinkoff(standIn, adjust: { $0.resync = .milliseconds(50) }, isStarted: false) { broker, _ in
            await #expect(throws: VenueError.self) { _ = try await broker.snapshot() }
            try await Task.sleep(for: .milliseconds(120))
            let account = try await broker.snapshot()
            #expect(account.positions.map(\.symbol.name) == [Self.listed] && !account.isFlat)
            standIn.state.withLock { $0.faults = [:] }
            hold(standIn, #"{"instrumentUid":"\#(Self.uid)","balance":"7"}"#)
            let later = try await broker.snapshot()
            #expect(later.positions.map(\.symbol) == account.positions.map(\.symbol))
        }
    }

    /// Executions of strangers in what cannot be read just now keep nothing of ours from being told.
    @Test func aStrangersOrderWithoutRulesIsNoReasonToTellNothing() async throws {
        let standIn = TinkoffStandIn()
        rules(standIn, 503, "busy")
        let order =
            #"{"orders":[{"orderId":"9","orderRequestId":"7","instrumentUid":"\#(Self.uid)","ticker":"GAZP","#
            + #""direction":"ORDER_DIRECTION_SELL","executionReportStatus":"EXECUTION_REPORT_STATUS_FILL","#
            + #""lotsRequested":"4","lotsExecuted":"4"}]}"#
        for _ in 0..<50 { standIn.fail("OrdersService/GetOrders", answer(order)) }
        try await withTinkoff(standIn, isStarted: false) { broker, _ in
            let day = Timestamp(milliseconds: TinkoffStandIn.now() / 86_400_000 * 86_400_000)
            let account = try await broker.snapshot(fillsSince: day)
            #expect(account.fills.isEmpty && account.lacksFills != true)
        }
    }

    /// The venue is asked for rules that it does not have once a minute, not with every reading.
    @Test func whatHasNoRulesIsNotAskedForAgainAndAgain() async throws {
        let standIn = TinkoffStandIn()
        rules(standIn, 404, Self.unknown)
        hold(standIn, #"{"instrumentUid":"\#(Self.uid)","balance":"7"}"#)
        try await withTinkoff(standIn, isStarted: false) { broker, _ in
            for _ in 0..<5 {
                let account = try await broker.snapshot()
                #expect(account.positions.count == 1)
            }
            #expect(standIn.calls("InstrumentsService/GetInstrumentBy") == 1)
        }
    }

    /// What makes no sense is no zero.
    @Test(arguments: [
        #"{"balance":"7","blocked":"0","ticker":"SBER"}"#,
        #"{"instrumentUid":"\#(uid)","balance":"1.5","ticker":"SBER"}"#,
        #"{"instrumentUid":"\#(uid)","balance":"0","blocked":"many","ticker":"SBER"}"#,
    ]) func aHoldingThatMakesNoSenseIsAnError(row: String) async throws {
        let standIn = TinkoffStandIn()
        hold(standIn, row)
        try await withTinkoff(standIn, isStarted: false) { broker, _ in
            let error = await #expect(throws: VenueError.self) { _ = try await broker.snapshot() }
            #expect(error?.code == "TINKOFF_MALFORMED", "\(error as Any)")
        }
    }

    /// The same for what waits: an order or a stop of something that nobody can name.
    @Test(arguments: [true, false]) func whatWaitsWithoutATickerIsListed(isStop: Bool) async throws {
        let standIn = TinkoffStandIn()
        rules(standIn, 404, Self.unknown)
        let order =
            #"{"orders":[{"orderId":"9","instrumentUid":"\#(Self.uid)","direction":"ORDER_DIRECTION_SELL","#
            + #""executionReportStatus":"EXECUTION_REPORT_STATUS_NEW","lotsRequested":"4","lotsExecuted":"0"}]}"#
        let stop =
            #"{"stopOrders":[{"stopOrderId":"9","instrumentUid":"\#(Self.uid)","#
            + #""direction":"STOP_ORDER_DIRECTION_SELL","#
            + #""status":"STOP_ORDER_STATUS_ACTIVE","lotsRequested":"4","stopPrice":{"units":"5","nano":0}}]}"#
        for _ in 0..<50 {
            if isStop {
                standIn.fail("StopOrdersService/GetStopOrders", answer(stop))
            } else {
                standIn.fail("OrdersService/GetOrders", answer(order))
            }
        }
        try await withTinkoff(standIn, isStarted: false) { broker, _ in
            let account = try await broker.snapshot()
            #expect(account.openOrders.map(\.symbol.name) == [Self.listed] && !account.isFlat)
        }
    }

    /// A trailing stop follows the price and names no level; one anywhere on the account hides and blocks nothing.
    @Test func aStopWithoutALevelIsListedLikeAnyOther() async throws {
        let standIn = TinkoffStandIn()
        let stop =
            #"{"stopOrders":[{"stopOrderId":"9","instrumentUid":"\#(Self.uid)","ticker":"GAZP","#
            + #""direction":"STOP_ORDER_DIRECTION_SELL","status":"STOP_ORDER_STATUS_ACTIVE","lotsRequested":"4","#
            + #""stopPrice":{"units":"0","nano":0}}]}"#
        try await withTinkoff(standIn) { broker, _ in
            guard case .accepted = await broker.submit(TinkoffBench.request("in", .buy, lots: 2)) else {
                Issue.record("not bought")
                return
            }
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("in"))
            for _ in 0..<50 { standIn.fail("StopOrdersService/GetStopOrders", answer(stop)) }
            let account = try await broker.snapshot()
            #expect(account.openOrders.map(\.venueOrderID) == ["9"] && account.positions.count == 1)
            let close = TinkoffBench.request("out", .sell, lots: 2, reduceOnly: true, purpose: .flatten)
            guard case .accepted = await broker.submit(close) else {
                Issue.record("a stranger's stop of another share kept a close from leaving")
                return
            }
        }
    }

    /// After a restart without rules an order of ours is not told by a lot that nobody read: a tenth of what was done
    /// would look like an order that ended short.
    @Test func anOrderOfOursIsNotToldByAGuessedLot() async throws {
        let standIn = TinkoffStandIn()
        let request = TinkoffBench.request("0b9d6b0a-3c8e-4f0e-9a1b-3f1c3e0c7d21", .buy, lots: 2)
        try await withTinkoff(standIn) { broker, server in
            _ = await broker.submit(request)
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd(request.clientID.text))
            for method in ["ShareBy", "GetInstrumentBy"] {
                for _ in 0..<12 {
                    standIn.fail("InstrumentsService/\(method)", .answerInstead(status: 503, headers: [:], body: ""))
                }
            }
            let other = try TinkoffBroker(TinkoffBench.settings(port: server.port))
            var order = Order(request: request, at: Timestamp(milliseconds: TinkoffStandIn.now()))
            try order.apply(.sent, at: order.intendedAt)
            await other.recall([order])
            let error = await #expect(throws: VenueError.self) {
                _ = try await other.order(request.clientID, request.symbol)
            }
            #expect(error?.code == "TINKOFF_NO_RULES" && error?.remedy == .retryable, "\(error as Any)")
            standIn.state.withLock { $0.faults = [:] }
            let report = try await other.order(request.clientID, request.symbol)
            #expect(report?.state == .filled && report?.filled == request.quantity)
            await other.stop()
        }
    }

    /// After a restart without rules an order of ours that is done in part is listed all the same, with no more of it
    /// than was told, and can be cancelled.
    @Test(arguments: [0, 1]) func anOrderOfOursWithoutALotIsListedAndCancelled(done: Int) async throws {
        let standIn = TinkoffStandIn()
        let request = TinkoffBench.request("0b9d6b0a-3c8e-4f0e-9a1b-3f1c3e0c7d21", .buy, lots: 2)
        for method in ["ShareBy", "GetInstrumentBy"] {
            for _ in 0..<50 {
                standIn.fail("InstrumentsService/\(method)", .answerInstead(status: 503, headers: [:], body: ""))
            }
        }
        let row =
            #"{"orderId":"9","orderRequestId":"\#(request.clientID.text)","instrumentUid":"\#(TinkoffStandIn.uid)","#
            + #""ticker":"SBER","direction":"ORDER_DIRECTION_BUY","lotsRequested":"2","lotsExecuted":"\#(done)","#
            + #""executionReportStatus":"EXECUTION_REPORT_STATUS_\#(done == 0 ? "NEW" : "PARTIALLYFILL")"}"#
        for _ in 0..<50 {
            standIn.fail("OrdersService/GetOrders", answer(#"{"orders":[\#(row)]}"#))
            standIn.fail("OrdersService/GetOrderState", answer(row))
            standIn.fail("OrdersService/CancelOrder", answer(#"{"time":"2026-02-02T08:00:00Z"}"#))
        }
        try await withTinkoff(standIn, isStarted: false) { broker, _ in
            var order = Order(request: request, at: Timestamp(milliseconds: TinkoffStandIn.now()))
            try order.apply(.sent, at: order.intendedAt)
            await broker.recall([order])
            let account = try await broker.snapshot()
            let listed = try #require(account.openOrders.first)
            #expect(listed.quantity == request.quantity && listed.filled == .zero && !listed.state.isFinal)
            let gone = await broker.cancel(.venue("9"), request.symbol)
            if case .accepted = gone {} else { Issue.record("\(gone)") }
            #expect(standIn.calls("OrdersService/CancelOrder") == 1)
        }
    }
}
