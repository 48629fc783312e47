import Brokers
import Core
import Foundation
import Synchronization
import Testing

/// A venue without reduce-only: a close never flips, whatever else is on its way.
@Suite(.fewAtOnce) struct TinkoffClosingTests {
    private func extremes(_ standIn: TinkoffStandIn) -> (lowest: Int64, highest: Int64, now: Int64) {
        standIn.state.withLock { ($0.lowest, $0.highest, $0.pieces) }
    }

    private func open(_ broker: TinkoffBroker, _ id: String, lots: Int) async throws {
        guard case .accepted = await broker.submit(TinkoffBench.request(id, .buy, lots: lots)) else {
            Issue.record("\(id) was not taken")
            return
        }
        _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd(id))
    }

    /// Many closes at once, with positions that lag, parts, lost answers and a stop that fires in between.
    @Test(arguments: 0..<6 as Range<Int>) func manyClosesAtOnceNeverSellMoreThanIsHeld(seed: Int) async throws {
        var manner = TinkoffStandIn.Manner()
        (manner.positionLag, manner.parts, manner.blindness) = (seed % 4, Int64(seed % 3 + 1), 2)
        let standIn = TinkoffStandIn(manner)
        try await withTinkoff(standIn) { broker, _ in
            try await open(broker, "in", lots: 5)
            if seed % 2 == 0 {
                _ = await broker.submit(
                    TinkoffBench.request(
                        "stop", .sell, .stop(trigger: Price(FixedDecimal(90))), lots: 5, reduceOnly: true,
                        purpose: .stop))
            }
            if seed % 3 == 0 {
                standIn.fail("OrdersService/PostOrder", .answerThen(status: 500, body: #"{"code":2,"message":null}"#))
            }
            await withTaskGroup(of: Void.self) { group in
                for index in 0..<8 {
                    group.addTask {
                        _ = await broker.submit(
                            TinkoffBench.request(
                                "out\(index)", .sell, lots: index % 3 + 1, reduceOnly: true, purpose: .exit))
                    }
                }
                if seed % 2 == 0 { group.addTask { standIn.move(to: FixedDecimal(89)) } }
            }
            let end = extremes(standIn)
            #expect(end.lowest >= 0, "the position was flipped to \(end.lowest)")
            #expect(end.now < 50, "nothing was closed")
        }
    }

    @Test func stopsAreGoneBeforeACloseLeaves() async throws {
        let standIn = TinkoffStandIn()
        try await withTinkoff(standIn) { broker, _ in
            try await open(broker, "in", lots: 2)
            guard
                case .accepted = await broker.submit(
                    TinkoffBench.request(
                        "stop", .sell, .stop(trigger: Price(FixedDecimal(90))), lots: 2, reduceOnly: true,
                        purpose: .stop)),
                case .accepted = await broker.submit(
                    TinkoffBench.request("out", .sell, lots: 2, reduceOnly: true, purpose: .exit))
            else {
                Issue.record("stop or close was not taken")
                return
            }
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("out"))
            let order = standIn.state.withLock { state in state.bodies.map(\.method) }
            let cancelled = try #require(order.lastIndex(of: "StopOrdersService/CancelStopOrder"))
            let closed = try #require(order.lastIndex(of: "OrdersService/PostOrder"))
            #expect(cancelled < closed)
            #expect(try await broker.snapshot().isFlat)
        }
    }

    /// A list of orders that somebody else reads meanwhile shows an execution that the positions read for a close lack.
    @Test func aCloseIsSizedByOneLookAtTheAccount() async throws {
        let standIn = TinkoffStandIn()
        try await withTinkoff(standIn) { broker, _ in
            try await open(broker, "in", lots: 5)
            let resting = OrderKind.limit(Price(FixedDecimal(200)))
            let first = TinkoffBench.request("first", .sell, resting, lots: 5, reduceOnly: true, purpose: .exit)
            guard case .accepted = await broker.submit(first) else {
                Issue.record("the first close was not taken")
                return
            }
            func executed(_ event: VenueEvent) -> Bool {
                if case .fill(let fill) = event { fill.clientID == first.clientID } else { false }
            }
            standIn.execute(2)
            _ = try await TinkoffBench.wait(broker, executed)
            let (gate, opener) = AsyncStream<Void>.makeStream()
            standIn.fail("OperationsService/GetPositions", .held { for await _ in gate {} })
            let asked = standIn.calls("OperationsService/GetPositions")
            async let second = broker.submit(
                TinkoffBench.request("second", .sell, lots: 5, reduceOnly: true, purpose: .exit))
            while standIn.calls("OperationsService/GetPositions") == asked {
                try await Task.sleep(for: .milliseconds(5))
            }
            standIn.execute(2)
            _ = try await TinkoffBench.wait(broker, executed)
            opener.finish()
            guard case .refused(let error) = await second else {
                Issue.record("all was spoken for, and more was sold")
                return
            }
            #expect(error.code == "CLOSE_IN_THE_WAY" && error.remedy == .retryable)
            #expect(extremes(standIn).lowest == 0 && extremes(standIn).now == 10)
        }
    }

    /// The venue allows few readings of stop orders: executions of other orders cause none, and one serves all.
    @Test func executionsOfOrdersLeaveTheListsOfStopsAlone() async throws {
        let standIn = TinkoffStandIn()
        try await withTinkoff(standIn, adjust: { $0.resync = .seconds(30) }) { broker, server in
            try await open(broker, "in", lots: 2)
            _ = await broker.submit(
                TinkoffBench.request(
                    "stop", .sell, .stop(trigger: Price(FixedDecimal(90))), lots: 2, reduceOnly: true, purpose: .stop))
            _ = try await broker.snapshot()
            let before = standIn.calls("StopOrdersService/GetStopOrders")
            let near = OrderKind.limit(Price(FixedDecimal(96)))
            _ = await broker.submit(TinkoffBench.request("more", .sell, .limit(Price(FixedDecimal(200)))))
            let key = TinkoffNames.key(ClientOrderID("more"))
            for part in 0..<20 {
                server.push(
                    #"{"orderState":{"orderId":"\#(part)","orderRequestId":"\#(key)","instrumentUid":"#
                        + #""\#(TinkoffStandIn.uid)","direction":"ORDER_DIRECTION_SELL"}}"#, to: "OrderStateStream")
            }
            // News that come behind them prove that they were heard.
            _ = await broker.submit(TinkoffBench.request("other", .buy, near))
            standIn.move(to: FixedDecimal(95))
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("other"))
            #expect(standIn.calls("StopOrdersService/GetStopOrders") == before)
        }
    }

    @Test func aSecondProtectionOverTheSameSharesIsRefused() async throws {
        try await withTinkoff { broker, _ in
            try await open(broker, "in", lots: 2)
            let stop = TinkoffBench.request(
                "stop", .sell, .stop(trigger: Price(FixedDecimal(90))), lots: 2, reduceOnly: true, purpose: .stop)
            let profit = TinkoffBench.request(
                "profit", .sell, .takeProfit(trigger: Price(FixedDecimal(110))), lots: 2, reduceOnly: true,
                purpose: .takeProfit)
            guard case .accepted = await broker.submit(stop) else {
                Issue.record("the stop was not taken")
                return
            }
            guard case .refused(let error) = await broker.submit(profit) else {
                Issue.record("both could execute")
                return
            }
            #expect(error.code == "CLOSE_IN_THE_WAY")
        }
    }

    @Test func aTriggeredStopIsFollowedToItsChild() async throws {
        let standIn = TinkoffStandIn()
        try await withTinkoff(standIn) { broker, _ in
            try await open(broker, "in", lots: 2)
            _ = await broker.submit(
                TinkoffBench.request(
                    "stop", .sell, .stop(trigger: Price(FixedDecimal(90))), lots: 2, reduceOnly: true, purpose: .stop))
            standIn.move(to: FixedDecimal(89))
            let events = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("stop"))
            let sold = events.reduce(Quantity.zero) { sum, event in
                if case .fill(let fill) = event, fill.clientID == ClientOrderID("stop") { return sum + fill.quantity }
                return sum
            }
            #expect(sold == TinkoffPieces(20).quantity)
            #expect(try await broker.order(ClientOrderID("stop"), TinkoffBench.symbol)?.state == .filled)
        }
    }

    @Test func aStopIsKnownAgainAfterARestart() async throws {
        let standIn = TinkoffStandIn()
        try await withTinkoff(standIn) { broker, server in
            try await open(broker, "in", lots: 2)
            let stop = TinkoffBench.request(
                "stop", .sell, .stop(trigger: Price(FixedDecimal(90))), lots: 2, reduceOnly: true, purpose: .stop)
            guard case .accepted(let placed) = await broker.submit(stop) else {
                Issue.record("the stop was not taken")
                return
            }
            let other = try TinkoffBroker(TinkoffBench.settings(port: server.port))
            let found = try await other.order(ClientOrderID("stop"), TinkoffBench.symbol)
            #expect(found?.venueOrderID == placed.venueOrderID && found?.state == .working)
            #expect(try await other.order(ClientOrderID("another"), TinkoffBench.symbol) == nil)
            #expect(try await other.snapshot().openOrders.map(\.clientID) == [ClientOrderID("stop")])
            await other.stop()
        }
    }

    @Test(arguments: TinkoffStopMark.allCases) func aLostAnswerToAStopIsFoundByWhatItIs(mark: TinkoffStopMark)
        async throws
    {
        let standIn = TinkoffStandIn()
        try await withTinkoff(standIn, adjust: { $0.stopMark = mark }) { broker, _ in
            try await open(broker, "in", lots: 2)
            standIn.fail("StopOrdersService/PostStopOrder", .cutAfter)
            let stop = TinkoffBench.request(
                "stop", .sell, .stop(trigger: Price(FixedDecimal(90))), lots: 2, reduceOnly: true, purpose: .stop)
            guard case .silent = await broker.submit(stop) else {
                Issue.record("a lost answer was taken for an answer")
                return
            }
            #expect(try await broker.order(ClientOrderID("stop"), TinkoffBench.symbol)?.state == .working)
            #expect(standIn.calls("StopOrdersService/PostStopOrder") == 1)
        }
    }

    @Test func replacingIsACancellationAndANewOrderForWhatIsLeft() async throws {
        let standIn = TinkoffStandIn()
        try await withTinkoff(standIn) { broker, _ in
            let far = OrderKind.limit(Price(FixedDecimal(50)))
            _ = await broker.submit(TinkoffBench.request("a", .buy, far))
            let better = TinkoffBench.request("b", .buy, .limit(Price(FixedDecimal(60))), lots: 2)
            guard case .replaced(let report) = await broker.replace(ClientOrderID("a"), with: better) else {
                Issue.record("it was not replaced")
                return
            }
            #expect(report.clientID == ClientOrderID("b"))
            // The failing half: the old one is gone, and the new one is refused.
            standIn.fail(
                "OrdersService/PostOrder",
                .answerInstead(
                    status: 400, headers: [:], body: #"{"code":3,"message":"no money","description":"30042"}"#))
            let last = TinkoffBench.request("c", .buy, .limit(Price(FixedDecimal(70))), lots: 2)
            guard case .gone(let old, let error) = await broker.replace(ClientOrderID("b"), with: last) else {
                Issue.record("the failing half was not told")
                return
            }
            #expect(old.state == .cancelled && error.code == "TINKOFF_30042")
            let account = try await broker.snapshot()
            #expect(account.openOrders.isEmpty)
            // What executed meanwhile does not come on top.
            _ = await broker.submit(TinkoffBench.request("d", .buy, far))
            standIn.move(to: FixedDecimal(49))
            let again = TinkoffBench.request("e", .buy, .limit(Price(FixedDecimal(40))))
            guard case .executed = await broker.replace(ClientOrderID("d"), with: again) else {
                Issue.record("an executed order was replaced")
                return
            }
        }
    }
}
