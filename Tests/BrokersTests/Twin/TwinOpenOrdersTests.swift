import Brokers
import Core
import Testing

/// "Flat" is said only over everything that can execute: partly filled orders and trigger orders of spot, too.
@Suite(.fewAtOnce) struct TwinOpenOrdersTests {
    /// Reads until a snapshot is as it should be.
    private func until(
        _ broker: BitgetBroker, _ isMeant: (AccountSnapshot) -> Bool
    ) async throws -> AccountSnapshot {
        let end = ContinuousClock.now + .seconds(20)
        while true {
            let account = try await broker.snapshot()
            if isMeant(account) || ContinuousClock.now > end { return account }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test(arguments: TwinStopTests.manners)
    func aPartlyFilledOrderIsOpen(manner: TwinContractTests.Manner) async throws {
        try await withTwin(manner) { broker, twin in
            try await twin.control("faults", #"{"rules":[{"do":"partialThenNothing","parts":2}]}"#)
            let id = "partly"
            guard case .accepted = await broker.submit(BitgetBench.request(id, .buy, .limit(Price(FixedDecimal(101)))))
            else {
                Issue.record("not accepted")
                return
            }
            let account = try await until(broker) {
                !$0.positions.isEmpty && $0.openOrders.first?.state == .partiallyFilled
            }
            #expect(account.positions.count == 1)
            #expect(account.openOrders.map(\.clientID) == [ClientOrderID(id)])
            #expect(account.openOrders.map(\.state) == [.partiallyFilled])
            try await broker.cancelAll(BitgetBench.symbol)
            let after = try await until(broker) { $0.openOrders.isEmpty }
            #expect(after.openOrders.isEmpty)
        }
    }

    private static let plan =
        #"{"symbol":"BTCUSDT","side":"buy","triggerPrice":"90","orderType":"limit","executePrice":"90","size":"1","#
        + #""triggerType":"fill_price","planType":"amount"}"#
    private static let byMoney =
        #"{"symbol":"BTCUSDT","side":"buy","triggerPrice":"80","orderType":"market","size":"50","#
        + #""triggerType":"fill_price","planType":"total"}"#
    private static let exit =
        #"{"symbol":"BTCUSDT","side":"buy","orderType":"limit","force":"gtc","price":"85","size":"1","#
        + #""triggerPrice":"85","tpslType":"tpsl"}"#

    private static func sale(_ trigger: Int, isExit: Bool) -> String {
        #"{"symbol":"BTCUSDT","side":"sell","orderType":"market","force":"gtc","size":"1","triggerPrice":""#
            + #"\#(trigger)","#
            + (isExit ? #""tpslType":"tpsl"}"# : #""triggerType":"fill_price","planType":"amount"}"#)
    }

    /// A sale that waits for a price protects what is held: whoever cancels what would trade leaves it alone.
    @Test func salesWithATriggerProtect() async throws {
        try await withTwin(.classicSpot) { broker, twin in
            _ = await broker.submit(BitgetBench.request("in", .buy, size: 4))
            _ = try await until(broker) { !$0.positions.isEmpty && $0.openOrders.isEmpty }
            for (trigger, isExit) in [(90, true), (110, true), (91, false), (111, false)] {
                let path = isExit ? "place-order" : "place-plan-order"
                try await twin.post("/api/v2/spot/trade/\(path)", Self.sale(trigger, isExit: isExit))
            }
            let orders = try await broker.snapshot().openOrders
            #expect(
                Set(orders.map(\.kind)) == [
                    .stop(trigger: Price(FixedDecimal(90))), .takeProfit(trigger: Price(FixedDecimal(110))),
                    .stop(trigger: Price(FixedDecimal(91))), .takeProfit(trigger: Price(FixedDecimal(111))),
                ])
            #expect(orders.allSatisfy { $0.side == .sell && $0.quantity == Quantity(.one) })
            for order in orders {
                guard case .accepted = await broker.cancel(.venue(order.venueOrderID), order.symbol) else {
                    Issue.record("\(order) was not cancelled")
                    continue
                }
            }
            #expect(try await until(broker) { $0.openOrders.isEmpty }.openOrders.isEmpty)
        }
    }

    @Test(arguments: [false, true]) func triggerOrdersOfSpotAreOpenAndGoAway(oneByOne: Bool) async throws {
        try await withTwin(.classicSpot) { broker, twin in
            for body in [Self.plan, Self.byMoney] { try await twin.post("/api/v2/spot/trade/place-plan-order", body) }
            try await twin.post("/api/v2/spot/trade/place-order", Self.exit)
            let account = try await broker.snapshot()
            #expect(account.openOrders.count == 3 && !account.isFlat)
            // All of them buy: they open what nothing protects yet.
            #expect(account.openOrders.allSatisfy { !$0.kind.isProtective })
            #expect(
                Set(account.openOrders.map(\.kind)) == [
                    .limit(Price(FixedDecimal(90))), .market, .limit(Price(FixedDecimal(85))),
                ])
            if oneByOne {
                for order in account.openOrders {
                    let outcome = await broker.cancel(.venue(order.venueOrderID), order.symbol)
                    guard case .accepted = outcome else {
                        Issue.record("\(order) was not cancelled: \(outcome)")
                        continue
                    }
                }
            } else {
                try await broker.cancelAll(BitgetBench.symbol)
            }
            let after = try await until(broker) { $0.isFlat }
            #expect(after.isFlat)
            // And none of them executes any more.
            try await twin.price("70")
            #expect(try await broker.snapshot(fillsSince: .epoch).fills.isEmpty)
        }
    }

    private static func strategy(_ members: String) -> String {
        #"{"category":"SPOT","symbol":"BTCUSDT","side":"sell","qty":"1",\#(members)}"#
    }

    /// Unified accounts have them by newer documentation alone.
    @Test(arguments: [false, true]) func strategyOrdersOfSpotAreOpenAndGoAway(oneByOne: Bool) async throws {
        try await withTwin(.unifiedSpot) { broker, twin in
            _ = await broker.submit(BitgetBench.request("in", .buy, size: 3))
            _ = try await until(broker) { !$0.positions.isEmpty && $0.openOrders.isEmpty }
            let levels = [#""stopLoss":"90""#, #""takeProfit":"110""#, #""type":"trigger","triggerPrice":"95""#]
            for level in levels {
                try await twin.post("/api/v3/trade/place-strategy-order", Self.strategy(level))
            }
            let orders = try await broker.snapshot().openOrders
            #expect(
                Set(orders.map(\.kind)) == [
                    .stop(trigger: Price(FixedDecimal(90))), .takeProfit(trigger: Price(FixedDecimal(110))),
                    .stop(trigger: Price(FixedDecimal(95))),
                ])
            #expect(orders.allSatisfy { $0.side == .sell && $0.quantity == Quantity(.one) && $0.kind.isProtective })
            if oneByOne {
                for order in orders { _ = await broker.cancel(.venue(order.venueOrderID), order.symbol) }
            } else {
                try await broker.cancelAll(BitgetBench.symbol)
            }
            #expect(try await until(broker) { $0.openOrders.isEmpty }.openOrders.isEmpty)
        }
    }

    /// A venue of older documentation refuses the questions: it has none of those orders, and can be proven flat.
    @Test(arguments: [TwinContractTests.Manner.unifiedSpot, .unifiedOneWay])
    func whatAVenueDoesNotKnowIsNotThere(manner: TwinContractTests.Manner) async throws {
        try await withTwin(manner, hasNewStrategies: false) { broker, _ in
            #expect(try await broker.snapshot().isFlat)
            try await broker.cancelAll(BitgetBench.symbol)
        }
    }
}
