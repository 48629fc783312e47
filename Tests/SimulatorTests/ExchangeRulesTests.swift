import Core
import Simulator
import Testing

@Suite struct ExchangeRulesTests {
    private func refusal(_ request: OrderRequest, in market: inout ReplayedMarket) -> String? {
        guard case .failure(let error) = market.submit(request) else { return nil }
        #expect(error.remedy == .rejected)
        return error.code
    }

    @Test func aClientIdNamesOneOrderForEver() throws {
        var market = try Stage.market([(100, 110, 90, 105)])
        market.pullOpen()
        #expect(refusal(Stage.order("a", .buy, "1"), in: &market) == nil)
        #expect(refusal(Stage.order("a", .buy, "1"), in: &market) == "DUPLICATE_CLIENT_ID")
        #expect(refusal(Stage.order("b", .buy, "0.0005"), in: &market) == "OFF_LOT")
        #expect(refusal(Stage.order("b", .buy, "1"), in: &market) == "DUPLICATE_CLIENT_ID")
        let fills = market.run().fills
        #expect(fills == ["a buy 1@100 0"])
    }

    @Test(arguments: [
        (Stage.order("a", .buy, "0.0015"), "OFF_LOT"),
        (Stage.order("a", .buy, "5", of: Stage.sber), "OFF_LOT"),
        (Stage.order("a", .buy, "0.049"), "BELOW_MINIMUM_NOTIONAL"),
        (Stage.order("a", .buy, "0.05", .limit(Stage.price("99.99"))), "BELOW_MINIMUM_NOTIONAL"),
        (Stage.order("a", .buy, "1", .limit(Stage.price("99.995"))), "OFF_TICK"),
        (Stage.order("a", .buy, "1", .stop(trigger: .zero)), "OFF_TICK"),
        (Stage.order("a", .buy, "1", of: Stage.symbol("NOPE")), "UNKNOWN_SYMBOL"),
    ]) func instrumentRulesRefuse(request: OrderRequest, code: String) throws {
        var market = try Stage.market([(100, 110, 90, 105)])
        market.pullOpen()
        #expect(refusal(request, in: &market) == code)
        #expect(market.snapshot().isFlat)
        let recorded = market.report("a")
        #expect(code == "UNKNOWN_SYMBOL" ? recorded == nil : recorded?.state == .rejected)
    }

    @Test func belowTheMinimumQuantityIsRefused() throws {
        let instrument = Instrument(
            symbol: Stage.btc, tick: Stage.price("0.01"), lotStep: Stage.quantity("0.001"),
            minimumQuantity: Stage.quantity("0.01"), minimumNotional: .zero, quote: Currency("USDT"))
        var market = try ReplayedMarket(
            configuration: ExchangeConfiguration(instruments: [instrument]),
            series: [Stage.series([(100, 110, 90, 105)])])
        market.pullOpen()
        #expect(refusal(Stage.order("a", .buy, "0.009"), in: &market) == "BELOW_MINIMUM_QUANTITY")
        #expect(refusal(Stage.order("b", .buy, "0.01"), in: &market) == nil)
    }

    @Test func reduceOnlyExitsAreNotStuckBehindTheMinimumNotional() throws {
        var market = try Stage.market([(100, 110, 90, 105)])
        market.pullOpen()
        market.send(Stage.order("a", .buy, "1"))
        #expect(refusal(Stage.order("b", .sell, "0.001", reduceOnly: true), in: &market) == nil)
        let fills = market.run().fills
        #expect(fills == ["a buy 1@100 0", "b sell 0.001@100 0"])
    }

    @Test func anUnknownOrderCannotBeCancelled() throws {
        var market = try Stage.market([(100, 110, 90, 105)])
        guard case .failure(let error) = market.cancel(.venue("simulated-7")) else {
            Issue.record("an unknown order was cancelled")
            return
        }
        #expect(error.remedy == .notFound)
    }

    @Test func openOrdersAreInTheSnapshotUntilTheyEnd() throws {
        var market = try Stage.market([(100, 110, 90, 105)])
        market.pullOpen()
        market.send(Stage.order("a", .buy, "1", .stop(trigger: Stage.price("120"))))
        #expect(market.snapshot().openOrders.map(\.venueOrderID) == ["simulated-1"])
        _ = market.cancel(.venue("simulated-1"))
        #expect(market.snapshot().isFlat)
    }
}
