import Core
import Simulator
import Testing

@Suite struct ReplayedMarketTests {
    private let rows = [(100.0, 110.0, 90.0, 105.0), (107, 108, 106, 107), (109, 109, 109, 109)]

    private func shape(_ batch: VenueBatch) -> String {
        let events = batch.events.map { event in
            switch event {
            case .price(let symbol, let price): "\(symbol) \(price)"
            case .barClosed(let symbol, let bar, _): "\(symbol) closed \(bar.close)"
            case .quote(let symbol, let bid, let ask): "\(symbol) \(bid)/\(ask)"
            case .session(let symbol, let isOpen, _): "\(symbol) \(isOpen ? "open" : "closed")"
            case .clock(let offset): "clock \(offset.seconds)"
            case .order(let report): "order \(report.venueOrderID)"
            case .fill(let fill): "fill \(fill.symbol)"
            case .reconnected: "reconnected"
            }
        }
        return "\(batch.at.milliseconds / 60_000): " + events.joined(separator: ", ")
    }

    @Test func closesOfAllSymbolsComeBeforeTheirOpens() throws {
        var market = try ReplayedMarket(
            configuration: Stage.configuration(),
            series: [Stage.series(rows, of: Stage.sber), Stage.series(Array(rows.prefix(2)), from: 1)])
        let shapes = market.run().map(shape)
        #expect(
            shapes == [
                "0: SBER 100", "60: SBER closed 105.0", "60: BTCUSDT 100, SBER 107",
                "120: BTCUSDT closed 105.0, SBER closed 107.0", "120: BTCUSDT 107, SBER 109",
                "180: BTCUSDT closed 107.0, SBER closed 109.0",
            ])
        #expect(market.pulled == 6)
    }

    @Test func aBatchThatIsUsedAgainTellsTheSame() throws {
        let series = try [Stage.series(rows, of: Stage.sber), Stage.series(Array(rows.prefix(2)), from: 1)]
        var fresh = try ReplayedMarket(configuration: Stage.configuration(), series: series)
        var again = fresh
        var batch = again.emptyBatch
        #expect(again.barsLeft == 5)
        while again.next(&batch) {
            let told = fresh.next()
            #expect(told == batch)
        }
        #expect(fresh.pulled == again.pulled && again.barsLeft == 0)
        let last = batch
        let end = again.now + .seconds(3600)
        let hasNews = again.next(&batch, until: end)
        #expect(!hasNews && batch == last && again.now == end, "nothing is told, time goes on")
    }

    @Test func onlyBarsInsideTheRangeAreReplayed() throws {
        var market = try ReplayedMarket(
            configuration: Stage.configuration(), series: [Stage.series(rows)], from: Stage.minutes(1),
            to: Stage.minutes(179))
        let shapes = market.run().map(shape)
        #expect(shapes == ["60: BTCUSDT 107", "120: BTCUSDT closed 107.0"])
        #expect(throws: ReplayError.noBars(from: Stage.minutes(121), to: nil)) {
            try ReplayedMarket(
                configuration: Stage.configuration(), series: [Stage.series(rows)], from: Stage.minutes(121))
        }
    }

    @Test func seriesNeedAnInstrumentEachAndOnlyOne() throws {
        let stranger = Stage.symbol("DOGE")
        #expect(throws: ReplayError.noInstrument(stranger)) {
            try ReplayedMarket(configuration: Stage.configuration(), series: [Stage.series(rows, of: stranger)])
        }
        #expect(throws: ReplayError.duplicateSeries(Stage.btc)) {
            try ReplayedMarket(configuration: Stage.configuration(), series: [Stage.series(rows), Stage.series(rows)])
        }
    }
}
