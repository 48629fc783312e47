import Core
import Foundation
import Signals
import Testing

/// Artifacts whose rows are known, for every minute around now.
enum KnownRows {
    /// What is known of one asset: `target` decides by the minute, counted from the last full one.
    struct Asset {
        let name: String
        let stop: Double
        let takeProfit: Double
        let target: (_ minute: Int) -> Double

        /// Stop ten percent below a price, take-profit ten percent above.
        init(_ name: String, at price: String, target: @escaping (Int) -> Double) throws {
            let level = try #require(Double(price))
            (self.name, self.target) = (name, target)
            (stop, takeProfit) = ((level * 0.9).rounded(), (level * 1.1).rounded())
        }
    }

    /// Rows of some assets, around a moment.
    static func write(to url: URL, _ assets: [Asset], at moment: Date = Date()) throws {
        let interval = try #require(BarInterval("1m"))
        let artifact = try SignalsArtifact(
            origin: ArtifactOrigin(
                generator: ArtifactGenerator(name: "test", version: "1"), mode: .walk, preset: "known", seed: 1,
                interval: interval, trainWindow: 1, tradeWindow: 1,
                costs: ArtifactCosts(feeBps: 6, slippageBps: 1),
                search: ArtifactSearch(
                    population: 1, generations: 1, evaluations: 1, trials: 1, trialSharpeVariance: nil)),
            assets: try assets.sorted { $0.name < $1.name }.map { try rows(of: $0, interval, at: moment) })
        try Data(try artifact.encode()).write(to: url)
    }

    private static func rows(
        of asset: Asset, _ interval: BarInterval, at moment: Date
    ) throws -> ArtifactAsset {
        let symbol = try #require(Symbol(asset.name))
        let minute: Int64 = 60_000
        let now = Int64(moment.timeIntervalSince1970 * 1000) / minute * minute
        let opens = (-240...1440).map { now + $0 * minute }
        let ones = opens.map { _ in 1.0 }
        let series = try BarSeries(
            symbol: symbol, interval: interval, openTimes: opens, open: ones, high: ones, low: ones, close: ones,
            volume: ones)
        let bars = try #require(ArtifactBars(series))
        let train = ArtifactWindow(first: bars.first, last: now - 180 * minute)
        let none = ArtifactStatistics(
            trades: 0, netReturn: 0, fees: 0, maxDrawdown: 0, exposure: 0, buyAndHold: 0, sharpe: nil, winRate: nil,
            profitFactor: nil)
        let fold = ArtifactFold(
            train: train, trade: ArtifactWindow(first: now - 120 * minute, last: now + 1000 * minute), tail: true,
            genome: ["known": 1], inSample: none, outOfSample: none)
        var columns = SignalColumns()
        for offset in -2...900 {
            let side = asset.target(offset)
            let levels = [asset.stop, asset.takeProfit]
            columns.append(
                SignalRow(
                    symbol: symbol, time: Timestamp(milliseconds: now + Int64(offset) * minute), target: side,
                    confidence: 1, stop: side == 0 ? nil : levels[side > 0 ? 0 : 1],
                    takeProfit: side == 0 ? nil : levels[side > 0 ? 1 : 0], fold: 0))
        }
        return ArtifactAsset(
            symbol: symbol, bars: bars, folds: [fold],
            production: ArtifactProduction(fold: 0, genome: ["known": 1], train: train), statistics: none,
            columns: columns)
    }
}
