public import Core
import Optimizer

/// Draws up a ``StudyReport`` from an artifact and the bars it was made from.
public struct StudyReporter: Sendable {
    private let artifact: SignalsArtifact
    private let digest: Digest
    private let bars: [BarSeries]
    private let histories: [UnitKey: [Double?]]
    private let options: WalkForwardOptions

    /// A reporter on `artifact`, whose file has the digest `digest`.
    ///
    /// - Parameters:
    ///   - bars: the series of its assets, which may have grown since.
    ///   - histories: the best fitness by generation of each unit, where they are known.
    ///   - options: those of the search, which cross-validation runs anew.
    public init(
        artifact: SignalsArtifact, digest: Digest, bars: [BarSeries], histories: [UnitKey: [Double?]] = [:],
        options: WalkForwardOptions
    ) {
        (self.artifact, self.digest, self.bars, self.histories) = (artifact, digest, bars, histories)
        self.options = options
    }

    /// The report; an asset whose bars or genomes do not fit the artifact is left out.
    public func report() -> StudyReport {
        let origin = artifact.origin
        return StudyReport(
            generator: origin.generator, artifact: digest, mode: origin.mode, preset: origin.preset, seed: origin.seed,
            intervalMs: origin.interval.milliseconds, trainWindow: origin.trainWindow, tradeWindow: origin.tradeWindow,
            costs: origin.costs, timeframes: origin.timeframes?.used(on: origin.interval),
            timeframesNote: origin.timeframes?.note(on: origin.interval), search: origin.search,
            verdict: artifact.verdict,
            assets: artifact.assets.compactMap { asset in
                guard let series = bars.first(where: { $0.symbol == asset.symbol }),
                    ArtifactBars(series.prefix(asset.bars.count)) == asset.bars
                else { return nil }
                return AssetReporter(
                    asset: asset, origin: origin,
                    study: AssetStudy(
                        bars: series.prefix(asset.bars.count), costs: origin.costs, timeframes: origin.timeframes),
                    histories: histories, options: options
                )?.report()
            })
    }
}
