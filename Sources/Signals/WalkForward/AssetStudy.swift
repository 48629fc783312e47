import Core
import Optimizer

/// One asset's bars with the feature columns that all folds and genomes share.
struct AssetStudy: Sendable {
    private let reference: StrategyReference

    /// Every column there is, for a search.
    init(bars: BarSeries, costs: ArtifactCosts) {
        reference = StrategyReference(table: FeatureTable(bars: bars), costs: costs)
    }

    /// The columns that one genome needs.
    init(bars: BarSeries, costs: ArtifactCosts, genome: Genome) {
        let keys = StrategyGenome(genes: genome.values).columnKeys
        reference = StrategyReference(table: FeatureTable(bars: bars, keys: keys), costs: costs)
    }

    var bars: BarSeries { reference.table.bars }

    /// What a genome earns on a train window. Nothing after the window is looked at: a position that is open or about
    /// to close at its end is marked at the last close, and does not count as a trade.
    func trained(_ genome: Genome, rows: Range<Int>) -> WindowOutcome {
        let strategy = StrategyGenome(genes: genome.values)
        let evaluation = reference.evaluate(strategy, rows: rows, keepsDecisions: false)
        return WindowOutcome(
            returns: Self.changes(evaluation.equity),
            trades: evaluation.trades.filter { $0.exitRow < rows.upperBound }.map(\.profit),
            fees: evaluation.fees, exposedBars: evaluation.exposedBars)
    }

    /// The rows a genome decides in a trade window and what they earn; the exit at the open after a whole window
    /// belongs to its last bar.
    func traded(
        _ genome: Genome, rows: Range<Int>, flatRow: Int?, fold: Int
    ) -> (rows: [SignalRow], outcome: WindowOutcome) {
        let strategy = StrategyGenome(genes: genome.values)
        let evaluation = reference.evaluate(strategy, rows: rows, flatRow: flatRow)
        var returns = Self.changes(evaluation.equity)
        if let last = returns.indices.last { returns[last] += evaluation.settlement }
        let outcome = WindowOutcome(
            returns: returns, trades: evaluation.trades.map(\.profit), fees: evaluation.fees,
            exposedBars: evaluation.exposedBars)
        return (evaluation.signalRows(of: bars, fold: fold), outcome)
    }

    private static func changes(_ equity: [Double]) -> [Double] {
        equity.indices.map { $0 == 0 ? equity[0] : equity[$0] - equity[$0 - 1] }
    }
}
