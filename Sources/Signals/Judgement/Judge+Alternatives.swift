import Core
import Optimizer

/// What other trials made of the same bars; of use to every search, whatever it tried.
extension Judge {
    /// How choosing among some trials overfits; a column each, a value a period.
    static func overfitting(_ candidates: [[Double]], blocks: Int) -> ArtifactEvidence.Overfitting? {
        let leaders = NearDuplicates.leaders(candidates).map { candidates[$0] }
        guard let result = try? BacktestOverfitting(leaders, blocks: blocks) else { return nil }
        return ArtifactEvidence.Overfitting(
            probability: result.probability, slope: result.slope, lossProbability: result.lossProbability,
            dominance: result.dominance, candidates: candidates.count, trials: result.trials, splits: result.splits)
    }

    /// The first column, which is what was chosen, against the others.
    static func snooping(
        _ columns: [[Double]], _ options: JudgementOptions, _ random: SeededRandom
    ) -> ArtifactEvidence.Snooping? {
        var bootstrap = StationaryBootstrap(
            meanBlock: StationaryBootstrap.usualBlock(rows: columns[0].count), random: random)
        guard let result = try? DataSnooping(columns, resamples: options.resamples, bootstrap: &bootstrap) else {
            return nil
        }
        return ArtifactEvidence.Snooping(
            realityCheck: result.realityCheck, lower: result.lower, consistent: result.consistent,
            upper: result.upper, rows: result.pValue(of: 0), models: columns.count, resamples: result.resamples)
    }
}
