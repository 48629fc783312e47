import Core
import Simulator
import Testing

@Suite struct FillConventionTests {
    private func configuration(_ convention: FillConvention) -> ExchangeConfiguration {
        ExchangeConfiguration(instruments: [Stage.instrument(Stage.btc)], convention: convention)
    }

    /// Buys at the close of the first bar with a stop at 95 and a take-profit at 105, and gives the fills.
    private func bracketed(
        _ second: (Double, Double, Double, Double), _ convention: FillConvention
    ) throws -> [String] {
        var market = try Stage.market([(100, 101, 99, 100), second], configuration(convention))
        var isSent = false
        let batches = market.run { batch, market in
            guard case .barClosed = batch.events.first, !isSent else { return }
            isSent = true
            market.send(Stage.order("entry", .buy, "1"))
            market.send(Stage.order("stop", .sell, "1", .stop(trigger: Stage.price("95")), reduceOnly: true))
            market.send(Stage.order("target", .sell, "1", .takeProfit(trigger: Stage.price("105")), reduceOnly: true))
        }
        return batches.fills
    }

    @Test func atTheLastCloseAMarketOrderFillsAtOnce() throws {
        let convention = FillConvention(betweenBars: .lastClose)
        #expect(try bracketed((102, 103, 101, 102), convention) == ["entry buy 1@100 60"])
    }

    @Test func atTheLastCloseOnlyTheCloseOfThisInstantCounts() throws {
        let bars = try Stage.series([(100, 101, 99, 100)])
        let later = try Stage.series([(7, 7, 7, 7)], of: Stage.sber, from: 5)
        let instruments = [Stage.instrument(Stage.btc), Stage.instrument(Stage.sber)]
        var market = try ReplayedMarket(
            configuration: ExchangeConfiguration(
                instruments: instruments, convention: FillConvention(betweenBars: .lastClose)),
            series: [bars, later])
        market.pull { if case .price(Stage.sber, _) = $0 { true } else { false } }
        market.send(Stage.order("late", .buy, "1"))
        #expect(market.run().fills.isEmpty)
        #expect(market.report("late")?.filled == .zero)
    }

    @Test(arguments: [
        (FillConvention.FirstExtreme.adverse, "stop sell 1@95"), (.favourable, "target sell 1@105"),
    ]) func theFirstExtremeDecidesABarThatMeetsBoth(first: FillConvention.FirstExtreme, exit: String) throws {
        let convention = FillConvention(betweenBars: .lastClose, firstExtreme: first)
        let fills = try bracketed((100, 110, 90, 100), convention)
        #expect(fills.count == 2)
        #expect(fills.last?.hasPrefix(exit) == true)
    }

    @Test(arguments: [
        (FillConvention.Gapped.open, "target sell 1@107 60"), (.level, "target sell 1@105 60"),
    ]) func aGappedTakeProfitGetsTheOpenOrItsLevel(gapped: FillConvention.Gapped, exit: String) throws {
        let convention = FillConvention(betweenBars: .lastClose, gappedTakeProfit: gapped)
        #expect(try bracketed((107, 108, 106, 107), convention) == ["entry buy 1@100 60", exit])
    }

    @Test(arguments: [(FillConvention.Gapped.open, "stop sell 1@90 60"), (.level, "stop sell 1@95 60")])
    func aGappedStopGetsTheOpenOrItsLevel(gapped: FillConvention.Gapped, exit: String) throws {
        let convention = FillConvention(betweenBars: .lastClose, gappedStop: gapped)
        #expect(try bracketed((90, 110, 89, 100), convention) == ["entry buy 1@100 60", exit])
    }

    @Test(arguments: FillConvention.FirstExtreme.allCases) func aGapBelowTheStopSellsAtTheOpen(
        first: FillConvention.FirstExtreme
    ) throws {
        let convention = FillConvention(betweenBars: .lastClose, firstExtreme: first, gappedTakeProfit: .level)
        #expect(try bracketed((90, 110, 89, 100), convention) == ["entry buy 1@100 60", "stop sell 1@90 60"])
    }
}
