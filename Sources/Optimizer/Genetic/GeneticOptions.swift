/// How a ``GeneticSearch`` searches. Everything here is part of the result's identity.
public struct GeneticOptions: Hashable, Codable, Sendable {
    /// Genomes per generation.
    public var population = 64
    /// Generations at most, the random first one included.
    public var generations = 20
    /// How many of the best genomes survive unchanged.
    public var elites = 2
    /// How many genomes meet in a tournament; the best becomes a parent.
    public var tournament = 3
    /// The probability that two parents are crossed rather than copied.
    public var crossoverRate = 0.9
    /// The distribution index of simulated binary crossover: larger keeps children nearer to their parents.
    public var crossoverIndex = 10.0
    /// The probability that one gene mutates; nil means one gene per genome on average.
    public var mutationRate: Double?
    /// The distribution index of polynomial mutation: larger makes smaller steps.
    public var mutationIndex = 15.0
    /// Generations without improvement after which the mutation rate starts to grow.
    public var stagnationPatience = 3
    /// The factor by which the mutation rate grows in each further generation without improvement.
    public var stagnationFactor = 1.5
    /// The largest mutation rate that stagnation may lead to.
    public var mutationCeiling = 0.4
    /// Generations without improvement after which the search stops; nil never stops early.
    public var stopAfterStagnation: Int?

    /// The sizes that a generation may have.
    public static let populations = 2...1_000_000
    /// How many generations there may be.
    public static let generationCounts = 1...1_000_000

    /// The defaults, which suit a few dozen genes and a thousand evaluations.
    public init() {}

    /// The defaults with another size.
    public init(population: Int, generations: Int) {
        self.population = population
        self.generations = generations
    }

    /// The first option that is out of its range, with the range, or nil when all are sound.
    public var flaw: String? {
        let rates = [crossoverRate, mutationRate ?? 0, mutationCeiling]
        return switch true {
        case !Self.populations.contains(population): "population must be 2...1000000, not \(population)"
        case !Self.generationCounts.contains(generations): "generations must be 1...1000000, not \(generations)"
        case elites < 0 || elites >= population: "elites must be at least 0 and less than the population, not \(elites)"
        case tournament < 1: "tournament must be at least 1, not \(tournament)"
        case !rates.allSatisfy { (0...1).contains($0) }: "crossover and mutation rates must be 0...1"
        case !(crossoverIndex >= 0 && crossoverIndex.isFinite): "crossoverIndex must be at least 0"
        case !(mutationIndex >= 0 && mutationIndex.isFinite): "mutationIndex must be at least 0"
        case stagnationPatience < 0: "stagnationPatience must be at least 0"
        case !(stagnationFactor >= 1 && stagnationFactor.isFinite): "stagnationFactor must be at least 1"
        case (stopAfterStagnation ?? 1) < 1: "stopAfterStagnation must be at least 1"
        default: nil
        }
    }

    /// The mutation rate of one gene after `stagnation` generations without improvement, for `genes` genes.
    func mutationRate(genes: Int, stagnation: Int) -> Double {
        let base = mutationRate ?? 1 / Double(genes)
        var rate = base
        for _ in 0..<Swift.min(Swift.max(stagnation - stagnationPatience, 0), 64) { rate *= stagnationFactor }
        return Swift.max(base, Swift.min(rate, mutationCeiling))
    }
}
