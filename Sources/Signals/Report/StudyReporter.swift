public import Core
import Optimizer

/// Draws up a ``StudyReport`` from an artifact and the bars it was made from.
public struct StudyReporter: Sendable {
    private let artifact: SignalsArtifact
    private let digest: Digest
    private let bars: [BarSeries]
    private let histories: [UnitKey: [Double?]]
    private let options: WalkForwardOptions?
    private let judgements: [Symbol: ArtifactJudgement]
    private let isCancelled: @Sendable () -> Bool

    /// A reporter on `artifact`, whose file has the digest `digest`.
    ///
    /// - Parameters:
    ///   - bars: the series of its assets, which may have grown since.
    ///   - histories: the best fitness by generation of each unit, where they are known.
    ///   - options: those of the search, which cross-validation runs anew; nil when nobody knows them any more.
    ///   - judgements: the assets judged by everything that was ever tried; what is not there is judged by the
    ///     artifact's own search alone.
    ///   - isCancelled: asked between the searches of cross-validation, which take the time; true stops the report.
    public init(
        artifact: SignalsArtifact, digest: Digest, bars: [BarSeries], histories: [UnitKey: [Double?]] = [:],
        options: WalkForwardOptions?, judgements: [Symbol: ArtifactJudgement] = [:],
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        (self.artifact, self.digest, self.bars, self.histories) = (artifact, digest, bars, histories)
        (self.options, self.judgements, self.isCancelled) = (options, judgements, isCancelled)
    }

    /// The report.
    ///
    /// - Throws: ``StudyReportError`` naming the first asset whose bars or genomes do not fit the artifact, or
    ///   ``StudyReportError/cancelled``.
    public func report() throws(StudyReportError) -> StudyReport {
        let origin = artifact.origin
        var assets: [AssetReport] = []
        for asset in artifact.assets { assets.append(try report(asset)) }
        return StudyReport(
            generator: origin.generator, artifact: digest, mode: origin.mode, crossAsset: origin.crossAsset,
            preset: origin.preset, seed: origin.seed, intervalMs: origin.interval.milliseconds,
            trainWindow: origin.trainWindow, tradeWindow: origin.tradeWindow, costs: origin.costs,
            timeframes: origin.timeframes?.used(on: origin.interval),
            timeframesNote: origin.timeframes?.note(on: origin.interval), search: origin.search,
            verdict: assets.map { $0.judgement?.verdict ?? .fail }.min() ?? .fail, assets: assets)
    }

    private func report(_ asset: ArtifactAsset) throws(StudyReportError) -> AssetReport {
        guard let series = bars.first(where: { $0.symbol == asset.symbol }),
            ArtifactBars(series.prefix(asset.bars.count)) == asset.bars
        else { throw .barsDiffer(asset.symbol) }
        let study = AssetStudy(
            bars: series.prefix(asset.bars.count), costs: artifact.origin.costs,
            timeframes: artifact.origin.timeframes)
        let reporter = AssetReporter(
            asset: asset, origin: artifact.origin, study: study, histories: histories, options: options,
            judgement: judgements[asset.symbol] ?? asset.judgement, isCancelled: isCancelled)
        guard let reporter else { throw .unknownGenome(asset.symbol) }
        return try reporter.report()
    }
}

/// Why there can be no report.
public enum StudyReportError: Error, Hashable, CustomStringConvertible {
    /// The bars are not those the artifact was made from.
    case barsDiffer(Symbol)
    /// A genome is not one of this program's strategy.
    case unknownGenome(Symbol)
    /// The caller asked to stop.
    case cancelled

    /// What is wrong.
    public var problem: String {
        switch self {
        case .barsDiffer(let symbol): "\(symbol): the bars are not those of the artifact, so nothing can be drawn"
        case .unknownGenome(let symbol): "\(symbol): the artifact has a genome that this program does not know"
        case .cancelled: "stopped before the report was made"
        }
    }

    /// What to do about it.
    public var fix: String {
        switch self {
        case .barsDiffer(let symbol): "import the bars of \(symbol) it was made from, or generate the signals again"
        case .unknownGenome: "report with the version that made it, or generate the signals again"
        case .cancelled: "make it with 'aitrade signals report'"
        }
    }

    public var description: String { "\(problem); \(fix)" }
}
