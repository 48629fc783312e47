public import Core

/// How an artifact came about: everything that, with the bars, determines its bytes.
public struct ArtifactOrigin: Hashable, Sendable {
    /// The program that wrote it.
    public var generator: ArtifactGenerator
    /// Whether each asset has its own genome or all share one.
    public var mode: ArtifactMode
    /// Whether each asset's genomes were fitted on the other assets only.
    public var crossAsset: Bool
    /// The name of the preset the options came from.
    public var preset: String
    /// The seed of every random decision.
    public var seed: UInt64
    /// The length of a bar; one artifact has one interval.
    public var interval: BarInterval
    /// Bars in a training window, the purge gap included.
    public var trainWindow: Int
    /// Bars in a trading window.
    public var tradeWindow: Int
    /// What trading was assumed to cost.
    public var costs: ArtifactCosts
    /// How much was tried.
    public var search: ArtifactSearch
    /// The timeframes whose trend the genomes may look at; nil for none.
    public var timeframes: TimeframeWeights?

    /// An origin from its parts.
    public init(
        generator: ArtifactGenerator, mode: ArtifactMode, preset: String, seed: UInt64, interval: BarInterval,
        trainWindow: Int, tradeWindow: Int, costs: ArtifactCosts, search: ArtifactSearch,
        crossAsset: Bool = false, timeframes: TimeframeWeights? = nil
    ) {
        (self.generator, self.mode, self.preset, self.seed) = (generator, mode, preset, seed)
        (self.interval, self.trainWindow, self.tradeWindow) = (interval, trainWindow, tradeWindow)
        (self.costs, self.search, self.crossAsset) = (costs, search, crossAsset)
        self.timeframes = timeframes
    }

    /// The strategy of a genome of this artifact; nil when this program does not know it, or when it looks at
    /// timeframes that the origin does not name.
    func strategy(_ namedGenes: [String: Double]) -> StrategyGenome? {
        guard let strategy = StrategyGenome(namedGenes: namedGenes),
            (strategy.timeframes == nil) == (timeframes == nil)
        else { return nil }
        return strategy
    }
}

/// The program that wrote an artifact.
public struct ArtifactGenerator: Hashable, Codable, Sendable {
    /// Its name.
    public var name: String
    /// Its version.
    public var version: String

    /// A generator from its parts.
    public init(name: String, version: String) {
        (self.name, self.version) = (name, version)
    }
}

/// How genomes are shared between assets.
public enum ArtifactMode: String, Hashable, Codable, Sendable, CaseIterable {
    /// Every asset and fold has its own genome.
    case walk
    /// All assets share the genome of a fold.
    case universal
}

/// What trading is assumed to cost, on every fill.
public struct ArtifactCosts: Hashable, Codable, Sendable {
    /// The fee in basis points of a fill's notional.
    public var feeBps: Double
    /// How far every fill is worse than its price, in basis points.
    public var slippageBps: Double

    /// Costs from their parts.
    public init(feeBps: Double, slippageBps: Double) {
        (self.feeBps, self.slippageBps) = (feeBps, slippageBps)
    }
}

/// How much a search tried; a later test of significance must account for all of it.
public struct ArtifactSearch: Hashable, Codable, Sendable {
    /// Genomes per generation.
    public var population: Int
    /// Generations at most.
    public var generations: Int
    /// Evaluations of one genome on one asset's window, over all assets and folds.
    public var evaluations: Int
    /// Distinct genomes that competed to be chosen, over all assets and folds: every one ever evaluated counts.
    public var trials: Int
    /// The variance of the trials' in-sample Sharpe ratios per bar; nil with fewer than two of them.
    public var trialSharpeVariance: Double?
    /// SHA-256 over the results of all units in their order: what the trial ledger knows this search by.
    public var digest: Digest?

    /// A search from its parts.
    public init(
        population: Int, generations: Int, evaluations: Int, trials: Int, trialSharpeVariance: Double?,
        digest: Digest? = nil
    ) {
        (self.population, self.generations, self.digest) = (population, generations, digest)
        (self.evaluations, self.trials, self.trialSharpeVariance) = (evaluations, trials, trialSharpeVariance)
    }
}
