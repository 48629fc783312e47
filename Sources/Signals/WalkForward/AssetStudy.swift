import Core
import Optimizer

/// One asset's bars with the feature columns that all folds and genomes share.
struct AssetStudy: Sendable {
    private let reference: StrategyReference
    private let kernel: PopulationKernel?

    /// Every column there is, for a search.
    init(
        bars: BarSeries, costs: ArtifactCosts, timeframes: TimeframeWeights?,
        column: FeatureTable.ColumnMaker = FeatureTable.column
    ) {
        let table = FeatureTable(bars: bars, keys: ColumnKey.all, timeframes: timeframes, column: column)
        reference = StrategyReference(table: table, costs: costs)
        kernel = PopulationKernel(table: reference.table, costs: costs)
    }

    /// The columns that one genome needs.
    init(
        bars: BarSeries, costs: ArtifactCosts, genome: Genome, timeframes: TimeframeWeights?,
        column: FeatureTable.ColumnMaker = FeatureTable.column
    ) {
        let strategy = StrategyGenome(genes: genome.values)
        let table = FeatureTable(
            bars: bars, keys: strategy.columnKeys, timeframes: strategy.looksAtTimeframes ? timeframes : nil,
            column: column)
        reference = StrategyReference(table: table, costs: costs)
        kernel = nil
    }

    private init(reference: StrategyReference) {
        self.reference = reference
        kernel = nil
    }

    /// The same bars and columns at other costs.
    func priced(_ costs: ArtifactCosts) -> AssetStudy {
        AssetStudy(reference: StrategyReference(table: reference.table, costs: costs))
    }

    var bars: BarSeries { reference.table.bars }

    /// What every genome of a population earns on a train window, as a search sees it.
    ///
    /// - Precondition: the study was made for a search.
    func scores(_ genomes: [StrategyGenome], rows: Range<Int>) -> [WindowScore] {
        guard let kernel else { preconditionFailure("the study was made for one genome") }
        return kernel.scores(genomes, rows: rows)
    }

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

    /// The rows, trades and equity of a genome in a trade window; `startsFlat` when the window before ended open.
    func evaluated(_ genome: Genome, rows: Range<Int>, flatRow: Int?, startsFlat: Bool) -> StrategyEvaluation {
        reference.evaluate(
            StrategyGenome(genes: genome.values), rows: rows, flatRow: flatRow, startsFlat: startsFlat,
            isFollowed: true)
    }

    /// What a trade window earned; what came of it after its last close belongs to its last bar.
    static func outcome(of evaluation: StrategyEvaluation) -> WindowOutcome {
        WindowOutcome(
            returns: returns(of: evaluation), trades: evaluation.trades.map(\.profit), fees: evaluation.fees,
            exposedBars: evaluation.exposedBars)
    }

    /// The change of equity at each close of a trade window, the last one with the settlement.
    static func returns(of evaluation: StrategyEvaluation) -> [Double] {
        var returns = changes(evaluation.equity)
        if let last = returns.indices.last { returns[last] += evaluation.settlement }
        return returns
    }

    private static func changes(_ equity: [Double]) -> [Double] {
        equity.indices.map { $0 == 0 ? equity[0] : equity[$0] - equity[$0 - 1] }
    }
}
