import Brokers
import Core
import Foundation
import Testing

/// What is certain after a refusal, and what is not.
@Suite(.fewAtOnce) struct TinkoffRefusalTests {
    /// "Not executed" has to be verified, and a look-up that fails verifies nothing.
    @Test func notExecutedIsInDoubtWhenItCannotBeLookedUp() async throws {
        let standIn = TinkoffStandIn()
        standIn.fail(
            "OrdersService/PostOrder",
            .answerThen(status: 400, body: #"{"code":3,"message":"not executed","description":"30095"}"#))
        for _ in 0..<3 { standIn.fail("OrdersService/GetOrderState", .cutBefore) }
        try await withTinkoff(standIn) { broker, _ in
            guard case .silent(let error) = await broker.submit(TinkoffBench.request("a", .buy)) else {
                Issue.record("it was taken for certain")
                return
            }
            #expect(error.remedy == .unknownOutcome && error.code == "TINKOFF_30095")
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("a"))
            #expect(standIn.calls("OrdersService/PostOrder") == 1)
        }
    }

    @Test(arguments: [("30059", true), ("30049", false)]) func cancellingAllGoesOnAfterAnError(
        code: String, isHarmless: Bool
    ) async throws {
        let standIn = TinkoffStandIn()
        try await withTinkoff(standIn) { broker, _ in
            let far = OrderKind.limit(Price(FixedDecimal(50)))
            for id in ["a", "b", "c"] { _ = await broker.submit(TinkoffBench.request(id, .buy, far)) }
            standIn.fail(
                "OrdersService/CancelOrder",
                .answerInstead(
                    status: 400, headers: [:], body: #"{"code":3,"message":"no","description":"\#(code)"}"#))
            let isDone = (try? await broker.cancelAll(TinkoffBench.symbol)) != nil
            #expect(isDone == isHarmless && standIn.calls("OrdersService/CancelOrder") == 3)
            let left = try await broker.snapshot().openOrders
            #expect(left.count == 1)
        }
    }

    /// What the venue would refuse is refused here, with what can be done about it.
    @Test(arguments: [
        ("", false, "TINKOFF_SHORT"), ("shortEnabledFlag", true, "TINKOFF_NO_SHORT"),
        ("sellAvailableFlag", true, "TINKOFF_ONE_WAY"), ("apiTradeAvailableFlag", true, "TINKOFF_NOT_TRADABLE"),
    ]) func shortsNeedTheirPermissions(flag: String, mayShort: Bool, code: String) async throws {
        var manner = TinkoffStandIn.Manner()
        manner.flags[flag] = false
        let standIn = TinkoffStandIn(manner)
        try await withTinkoff(standIn, adjust: { $0.mayShort = mayShort }) { broker, _ in
            let entry = TinkoffBench.request("a", .sell, purpose: .entry)
            guard case .refused(let error) = await broker.submit(entry) else {
                Issue.record("it was sent")
                return
            }
            #expect(error.code == code && error.remedy == .rejected, "\(error)")
            #expect(code != "TINKOFF_SHORT" || error.message.contains("TINKOFF_SHORT=1"))
            #expect(standIn.calls("OrdersService/PostOrder") == 0)
        }
    }

    /// An exit is tried whatever the share's flags say, and a short position is entered where it is allowed.
    @Test func aShortPositionIsEnteredAndLeftWhereItIsAllowed() async throws {
        let standIn = TinkoffStandIn()
        try await withTinkoff(standIn) { broker, _ in
            _ = await broker.submit(TinkoffBench.request("in", .sell, purpose: .entry))
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("in"))
            let out = TinkoffBench.request("out", .buy, reduceOnly: true, purpose: .exit)
            guard case .accepted = await broker.submit(out) else {
                Issue.record("the exit was not taken")
                return
            }
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("out"))
            #expect(try await broker.snapshot().isFlat)
        }
    }

    /// In an auction nothing can be left at once, whatever the flags say.
    @Test(arguments: ["OPENING_AUCTION_PERIOD", "CLOSING_AUCTION", "DISCRETE_AUCTION", "CLOSING_PERIOD"])
    func anAuctionIsNoOpenMarket(word: String) {
        func status(_ word: String) -> TinkoffStatus {
            TinkoffStatus(
                uid: "u", word: word, takesLimit: true, takesMarket: true, takesBest: true, takesOnlyBest: false,
                isOpenToAPI: true)
        }
        #expect(!status(word).takesExits && status("NORMAL_TRADING").takesExits)
    }

    /// The rules are read daily; an exit goes by yesterday's when today's cannot be read.
    @Test func anExitDoesNotWaitForTodaysRules() async throws {
        let (standIn, clock) = (TinkoffStandIn(), TinkoffClock())
        try await withTinkoff(standIn, clock: clock) { broker, _ in
            _ = await broker.submit(TinkoffBench.request("in", .buy, lots: 2))
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("in"))
            for _ in 0..<12 {
                standIn.fail("InstrumentsService/ShareBy", .answerInstead(status: 503, headers: [:], body: ""))
            }
            clock.pass(.seconds(86_400))
            guard case .refused = await broker.submit(TinkoffBench.request("more", .buy)) else {
                Issue.record("an entry went by yesterday's rules")
                return
            }
            let out = TinkoffBench.request("out", .sell, lots: 2, reduceOnly: true, purpose: .exit)
            guard case .accepted = await broker.submit(out) else {
                Issue.record("the exit was blocked")
                return
            }
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("out"))
        }
    }

    /// A close that could not be placed without the stop either leaves it where it is.
    @Test func aStopStaysWhereNothingWouldBeFreeWithoutIt() async throws {
        let standIn = TinkoffStandIn()
        try await withTinkoff(standIn) { broker, _ in
            _ = await broker.submit(TinkoffBench.request("in", .buy, lots: 2))
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("in"))
            let stop = OrderKind.stop(trigger: Price(FixedDecimal(90)))
            let orders = [
                TinkoffBench.request("stop", .sell, stop, lots: 2, reduceOnly: true, purpose: .stop),
                TinkoffBench.request("hand", .sell, .limit(Price(FixedDecimal(200))), lots: 2),
            ]
            for order in orders {
                if case .accepted = await broker.submit(order) {} else { Issue.record("\(order.clientID)") }
            }
            let close = TinkoffBench.request("out", .sell, lots: 2, reduceOnly: true, purpose: .exit)
            guard case .refused(let error) = await broker.submit(close) else {
                Issue.record("all was spoken for, and more was sold")
                return
            }
            #expect(error.code == "CLOSE_IN_THE_WAY")
            #expect(standIn.calls("StopOrdersService/CancelStopOrder") == 0)
        }
    }
}
