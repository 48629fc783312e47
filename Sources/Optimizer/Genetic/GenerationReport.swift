/// What a ``GeneticSearch`` knows after a generation.
public struct GenerationReport: Hashable, Sendable {
    /// Generations completed; 1 after the random first one.
    public let generation: Int
    /// The best genome so far.
    public let best: Genome
    /// Its fitness; negative infinity when nothing had a finite fitness yet.
    public let bestFitness: Double
    /// The median fitness of the living population.
    public let medianFitness: Double
    /// How much the living population differs, 0 (all equal) ... 1.
    public let diversity: Double
    /// The probability with which a gene mutated in this generation.
    public let mutationRate: Double
    /// Generations since the best fitness last improved.
    public let stagnation: Int
    /// Distinct genomes evaluated so far; no genome is evaluated twice.
    public let evaluations: Int
    /// Genomes proposed so far, those answered from the cache included.
    public let trials: Int
}

/// Why a search is over.
public enum SearchEnd: String, Hashable, Codable, Sendable {
    /// All generations are done.
    case generations
    /// The best fitness did not improve for ``GeneticOptions/stopAfterStagnation`` generations.
    case stagnation
    /// Every genome of a finite space has been evaluated.
    case exhausted
}

/// What the caller of a run wants after a generation.
public enum SearchVerdict: Hashable, Sendable {
    /// Search on.
    case proceed
    /// Stop here; the search keeps its state and can be resumed.
    case stop
}
