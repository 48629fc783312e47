import Core
import Signals

/// An artifact's figures as tables.
enum ArtifactText {
    static func table(_ artifact: SignalsArtifact) {
        Output.table(
            ["asset", "rows", "folds", "trades", "return", "buy+hold", "Sharpe", "drawdown", "win rate", "fees"],
            artifact.assets.map { asset in
                [asset.symbol.name, "\(asset.columns.count)", "\(asset.folds.count)"] + figures(asset.statistics)
            })
    }

    static func folds(_ asset: ArtifactAsset) {
        print("\n  \(asset.symbol)")
        Output.table(
            [
                "fold", "traded from (UTC)", "to", "trades", "return", "buy+hold", "Sharpe", "drawdown", "win rate",
                "fees",
            ],
            asset.folds.enumerated().map { index, fold in
                let name = fold.tail ? "\(index) (tail)" : "\(index)"
                let first = Output.time(Timestamp(milliseconds: fold.trade.first))
                let last = Output.time(Timestamp(milliseconds: fold.trade.last))
                return [name, first, last] + figures(fold.outOfSample)
            })
    }

    private static func figures(_ statistics: ArtifactStatistics) -> [String] {
        [
            "\(statistics.trades)", Output.percent(statistics.netReturn), Output.percent(statistics.buyAndHold),
            Output.number(statistics.sharpe ?? .nan), "\(Output.number(statistics.maxDrawdown * 100)) %",
            statistics.winRate.map { "\(Output.number($0 * 100, 1)) %" } ?? "n/a",
            Output.percent(-statistics.fees),
        ]
    }
}
