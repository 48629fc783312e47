import Core
import Signals
import Testing

/// Small artifacts with every kind of value.
enum SampleArtifact {
    static func statistics(_ seed: Double = 0) -> ArtifactStatistics {
        ArtifactStatistics(
            trades: 3, netReturn: 0.1 + 0.2 + seed, fees: 1e-7, maxDrawdown: 1.0 / 3, exposure: 0.5,
            buyAndHold: -0.25, sharpe: 1.7, winRate: .nan, profitFactor: .infinity)
    }

    static func origin(search: ArtifactSearch? = nil) throws -> ArtifactOrigin {
        ArtifactOrigin(
            generator: ArtifactGenerator(name: "aitrade", version: "1/ä"), mode: .walk, preset: "standard", seed: .max,
            interval: try #require(BarInterval("1h")), trainWindow: 8, tradeWindow: 4,
            costs: ArtifactCosts(feeBps: 10, slippageBps: 2.5),
            search: search
                ?? ArtifactSearch(population: 6, generations: 2, evaluations: 24, trials: 24, trialSharpeVariance: 0.04)
        )
    }

    static func bars(_ symbol: Symbol, count: Int) throws -> BarSeries {
        let interval = try #require(BarInterval("1h"))
        return try BarSeries(
            symbol: symbol, interval: interval,
            bars: (0..<count).map { row in
                let close = 100 + Double(row % 7)
                return Bar(
                    openTime: Timestamp(milliseconds: Int64(row) * 3_600_000), open: close, high: close + 1,
                    low: close - 1, close: close, volume: 5)
            })
    }

    /// Two folds over `rows` rows; every second row has a stop, every third a take-profit.
    static func asset(_ name: String, rows: Int) throws -> ArtifactAsset {
        let symbol = try #require(Symbol(name))
        let bars = try bars(symbol, count: 8 + rows)
        func close(_ row: Int) -> Int64 { bars.closeTime(row).milliseconds }
        func fold(_ train: (Int, Int), _ trade: (Int, Int), tail: Bool) -> ArtifactFold {
            ArtifactFold(
                train: ArtifactWindow(first: close(train.0), last: close(train.1)),
                trade: ArtifactWindow(first: close(trade.0), last: close(trade.1)), tail: tail,
                genome: ["emaFast": 12, "weight.rsi": -0.35, "mode": 2], inSample: statistics(),
                outOfSample: statistics(0.5))
        }
        var columns = SignalColumns()
        for row in 0..<rows {
            columns.append(
                SignalRow(
                    symbol: symbol, time: bars.closeTime(8 + row), target: [-1, 0, 0.1, 1][row % 4],
                    confidence: Double(row % 3) / 2, stop: row % 2 == 0 ? 99.5 : nil,
                    takeProfit: row % 3 == 0 ? 110.25 : nil, fold: row < 4 ? 0 : 1))
        }
        return ArtifactAsset(
            symbol: symbol, bars: try #require(ArtifactBars(bars)),
            folds: [fold((0, 6), (8, 11), tail: false), fold((4, 10), (12, 7 + rows), tail: true)],
            production: ArtifactProduction(
                fold: 1, genome: ["emaFast": 12], train: ArtifactWindow(first: close(4), last: close(10))),
            statistics: statistics(0.25), columns: columns)
    }

    static func make(rows: Int = 7) throws -> SignalsArtifact {
        try SignalsArtifact(origin: origin(), assets: [asset("ETHUSDT", rows: rows), asset("BTCUSDT", rows: rows + 2)])
    }
}
