import Core
import Simulator
import Testing

/// Protective orders that are changed in place.
@Suite struct AmendmentTests {
    private static let stop = OrderReference.client(ClientOrderID("stop"))

    /// Two bought at the first open, a stop at 95 over one of them.
    private func held(
        _ rows: [(Double, Double, Double, Double)] = [(100, 104, 92, 96)], latency: TimeSpan = .zero
    ) throws -> ReplayedMarket {
        var market = try Stage.market(rows, Stage.configuration(latency: latency))
        market.pullOpen()
        market.send(Stage.order("entry", .buy, "2"))
        market.send(
            Stage.order("stop", .sell, "1", .stop(trigger: Stage.price("95")), reduceOnly: true, purpose: .stop))
        return market
    }

    private func amend(
        _ market: inout ReplayedMarket, _ trigger: String, _ size: String
    ) -> Result<OrderReport, VenueError> {
        market.amend(Self.stop, trigger: Stage.price(trigger), quantity: Stage.quantity(size))
    }

    @Test func aChangedStopActsAtItsNewLevelAndSize() throws {
        var market = try held()
        let report = try amend(&market, "97", "2").get()
        #expect(report.kind == .stop(trigger: Stage.price("97")) && report.quantity == Stage.quantity("2"))
        let batches = market.run()
        #expect(batches.fills.last?.hasPrefix("stop sell 2@97 ") == true)
        #expect(batches.flatMap(\.events).contains { if case .order(let told) = $0 { told == report } else { false } })
    }

    @Test func withLatencyTheOldStopStandsUntilTheWishArrives() throws {
        var market = try held([(100, 104, 92, 96)], latency: .seconds(60))
        let answer = try amend(&market, "97", "2").get()
        #expect(answer.kind.trigger == Stage.price("95"), "not made yet")
        #expect(market.run().fills.last?.hasPrefix("stop sell 2@97 ") == true)
    }

    @Test func aStopThatFiredBeforeTheWishArrivedStaysAsItWas() throws {
        var market = try held([(100, 104, 80, 96)], latency: .seconds(60))
        market.pull { if case .fill(let fill) = $0 { fill.clientID == ClientOrderID("entry") } else { false } }
        while market.now < Stage.minutes(4), market.next() != nil {}
        _ = amend(&market, "97", "2")
        let fills = market.run().fills
        #expect(fills.filter { $0.hasPrefix("stop") }.count <= 1)
        market.checkInvariants()
    }

    @Test func movedBeyondThePriceItActsAtOnce() throws {
        var market = try held()
        _ = try amend(&market, "101", "2").get()
        #expect(market.report("stop")?.state == .filled)
        #expect(market.run().fills.last?.hasPrefix("stop sell 2@100 ") == true)
    }

    @Test func whatCannotBeChangedIsRefusedByReason() throws {
        var market = try held()
        func code(_ result: Result<OrderReport, VenueError>) -> String? {
            if case .failure(let error) = result { error.code } else { nil }
        }
        #expect(code(amend(&market, "97.001", "1")) == "OFF_TICK")
        #expect(code(amend(&market, "97", "0")) == "NOT_POSITIVE")
        #expect(code(amend(&market, "97", "1.0001")) == "OFF_LOT")
        let entry = OrderReference.client(ClientOrderID("entry"))
        #expect(code(market.amend(entry, trigger: Stage.price("97"), quantity: .zero)) == "NOT_AMENDABLE")
        let none = OrderReference.client(ClientOrderID("none"))
        #expect(code(market.amend(none, trigger: Stage.price("97"), quantity: .zero)) == "UNKNOWN_ORDER")
        #expect(market.report("stop")?.quantity == Stage.quantity("1"), "it stands as it was")
    }

    @Test func aTriggerOutsideTheRulesIsRefused() throws {
        let rules = TriggerRules(leastPercent: FixedDecimal(2), mostPercent: nil, countsMinimumNotional: false)
        let plain = Stage.instrument(Stage.btc)
        let instrument = Instrument(
            symbol: plain.symbol, tick: plain.tick, lotStep: plain.lotStep, minimumQuantity: plain.minimumQuantity,
            minimumNotional: plain.minimumNotional, quote: plain.quote, triggerRules: rules)
        var market = try ReplayedMarket(
            configuration: ExchangeConfiguration(instruments: [instrument]),
            series: [Stage.series([(100, 104, 92, 96)])])
        market.pullOpen()
        let near = Stage.order("near", .sell, "1", .stop(trigger: Stage.price("98.01")), reduceOnly: true)
        guard case .failure(let error) = market.submit(near) else {
            Issue.record("it was taken")
            return
        }
        #expect(error.code == "TRIGGER_RULES")
        market.send(Stage.order("far", .sell, "1", .stop(trigger: Stage.price("98")), reduceOnly: true))
    }
}
