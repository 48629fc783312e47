public import Optimizer

/// Everything that, with the bars, determines an artifact's bytes.
public struct WalkForwardOptions: Hashable, Codable, Sendable {
    /// Whether each asset gets its own genomes or all share one per fold.
    public var mode = ArtifactMode.walk
    /// Whether an asset's genomes are fitted on the other assets only; for universal mode.
    public var crossAsset = false
    /// The values that genes may take, by gene name; a gene that is not named may take all of its own.
    public var limits: [String: GeneLimit] = [:]
    /// The timeframes whose trend genomes may make a condition of entries; nil for none.
    public var timeframes: TimeframeWeights?
    /// The name of the preset the options came from.
    public var preset = "standard"
    /// The seed of every random decision.
    public var seed: UInt64 = 1
    /// Bars per train window, the purge gap included.
    public var trainWindow = 800
    /// Bars per trade window.
    public var tradeWindow = 400
    /// Bars at the end of each train window that are not fitted on; nil means the strategy's longest effect.
    public var purge: Int?
    /// What trading costs.
    public var costs = ArtifactCosts(feeBps: 10, slippageBps: 2)
    /// How the search searches.
    public var search = GeneticOptions(population: 64, generations: 20)
    /// What the search looks for.
    public var fitness = FitnessRule()
    /// How thoroughly the result is judged.
    public var judgement = JudgementOptions()

    /// The defaults.
    public init() {}
}
