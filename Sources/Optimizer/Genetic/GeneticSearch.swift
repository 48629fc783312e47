public import Core

/// A genetic algorithm as a pure machine that maximises: ``ask()`` hands out the genomes to evaluate, ``tell(_:)``
/// takes their fitness and breeds the next generation.
///
/// ```swift
/// var search = try GeneticSearch(space: space, options: GeneticOptions(), random: SeededRandom(seed: 7))
/// while search.end == nil { search.tell(search.ask().map(score)) }
/// ```
/// The whole state is `Codable`: a search stored after any generation and read again continues to the identical
/// result. The order of evaluation and the number of threads cannot matter, because fitness only comes in by position.
///
/// Invariants: no genome is asked twice; the population holds places in the archive; elites never get worse.
public struct GeneticSearch: Hashable, Codable, Sendable {
    /// The genes searched over.
    public let space: GeneSpace
    /// How the search searches.
    public let options: GeneticOptions
    private var random: SeededRandom
    private var archive = Archive()
    private var population: [Int] = []
    private var children: [Genome] = []
    private var fresh: [Genome] = []
    private var mutationRate: Double
    /// Generations completed.
    public private(set) var generation = 0
    /// Generations since the best fitness last improved.
    public private(set) var stagnation = 0
    /// Genomes proposed so far, those answered from the cache included.
    public private(set) var trials = 0

    /// Draws the first generation: the `suggestions` first, moved to legal values, the rest at random.
    ///
    /// - Throws: ``GeneticSearchError/options(_:)`` naming the option that is out of range.
    public init(
        space: GeneSpace, options: GeneticOptions, random: SeededRandom, suggestions: [Genome] = []
    ) throws(GeneticSearchError) {
        if let flaw = options.flaw { throw .options(flaw) }
        self.space = space
        self.options = options
        self.random = random
        mutationRate = options.mutationRate(genes: space.count, stagnation: 0)
        var drawn: Set<Genome> = []
        for suggestion in suggestions.prefix(options.population) where suggestion.values.count == space.count {
            let genome = space.snapped(suggestion.values)
            if drawn.insert(genome).inserted { children.append(genome) }
        }
        while children.count < options.population {
            var genome = space.randomGenome(&self.random)
            for _ in 0..<Self.attempts where drawn.contains(genome) { genome = space.randomGenome(&self.random) }
            drawn.insert(genome)
            children.append(genome)
        }
        fresh = Self.distinct(children, unknownTo: archive)
    }

    /// The genomes of this generation that were never evaluated; asking again gives the same until ``tell(_:)``.
    public func ask() -> [Genome] { fresh }

    /// Takes the fitness of the genomes of ``ask()`` by position, larger is better, and breeds the next generation.
    ///
    /// A fitness that is not finite counts as the worst.
    /// - Precondition: one value per genome asked, and the search is not over.
    public mutating func tell(_ fitness: [Double]) {
        precondition(fitness.count == fresh.count, "tell needs one fitness per genome asked")
        precondition(end == nil, "the search is over")
        let former = best?.fitness
        for (genome, value) in zip(fresh, fitness) { archive.add(genome, fitness: value) }
        let survivors = population.prefix(options.elites)
        let born = children.compactMap { archive.place(of: $0) }
        population = (survivors + born).sorted { archive.isBetter($0, than: $1) }
        trials += children.count
        generation += 1
        stagnation = (best?.fitness ?? -.infinity) > (former ?? -.infinity) ? 0 : stagnation + 1
        (children, fresh) = ([], [])
        if end == nil { breed() }
        checkInvariants()
    }

    /// The best genome so far and its fitness, or nil before the first ``tell(_:)``.
    public var best: (genome: Genome, fitness: Double)? {
        population.first.map { (archive.genomes[$0], archive.fitness[$0]) }
    }

    /// At most `count` of the evaluated genomes, evenly spread in the order of evaluation.
    public func sample(_ count: Int) -> [Genome] {
        let taken = Swift.min(Swift.max(count, 0), archive.count)
        return (0..<taken).map { archive.genomes[$0 * archive.count / taken] }
    }

    /// Distinct genomes evaluated so far.
    public var evaluations: Int { archive.count }

    /// Why the search is over, or nil while it is not.
    public var end: SearchEnd? {
        if generation >= options.generations { return .generations }
        if let limit = options.stopAfterStagnation, stagnation >= limit { return .stagnation }
        if let size = space.cardinality, archive.count >= size { return .exhausted }
        return nil
    }

    /// What is known after the last generation, or nil before the first ``tell(_:)``.
    public var report: GenerationReport? {
        guard let best else { return nil }
        return GenerationReport(
            generation: generation, best: best.genome, bestFitness: best.fitness,
            medianFitness: archive.fitness[population[population.count / 2]],
            diversity: Diversity.measure(population.map { archive.genomes[$0] }, in: space),
            mutationRate: mutationRate, stagnation: stagnation, evaluations: evaluations, trials: trials)
    }

    private mutating func breed() {
        mutationRate = options.mutationRate(genes: space.count, stagnation: stagnation)
        let variation = Variation(space: space, options: options)
        var born: Set<Genome> = []
        let wanted = options.population - Swift.min(options.elites, population.count)
        while children.count < wanted {
            let pair = variation.crossed(selected(), selected(), &random)
            for child in [pair.0, pair.1] where children.count < wanted {
                let genome = novel(variation.mutated(child, rate: mutationRate, &random), variation, born)
                born.insert(genome)
                children.append(genome)
            }
        }
        fresh = Self.distinct(children, unknownTo: archive)
    }

    /// The genome itself when it is new, else a mutated or at last a random one; in a nearly exhausted space it may
    /// still be a known genome, which is then answered from the archive.
    private mutating func novel(_ genome: Genome, _ variation: Variation, _ born: Set<Genome>) -> Genome {
        var candidate = genome
        var rate = Swift.max(mutationRate, 1 / Double(space.count))
        for attempt in 0..<Self.attempts where born.contains(candidate) || archive.place(of: candidate) != nil {
            rate = Swift.min(rate * 1.5, 1)
            candidate =
                attempt < Self.attempts / 2
                ? variation.mutated(genome, rate: rate, &random) : space.randomGenome(&random)
        }
        return candidate
    }

    /// The winner of a tournament.
    private mutating func selected() -> Genome {
        // The population is sorted, so the smallest rank wins.
        var winner = random.below(population.count)
        for _ in 1..<options.tournament { winner = Swift.min(winner, random.below(population.count)) }
        return archive.genomes[population[winner]]
    }

    private static func distinct(_ genomes: [Genome], unknownTo archive: Archive) -> [Genome] {
        var seen: Set<Genome> = []
        return genomes.filter { archive.place(of: $0) == nil && seen.insert($0).inserted }
    }

    private static let attempts = 16

    private func checkInvariants() {
        assert(isConsistent, "a genetic search left its invariants")
    }

    /// Whether the parts of the state fit together; false only for a damaged stored state.
    var isConsistent: Bool {
        options.flaw == nil && population.allSatisfy { archive.genomes.indices.contains($0) }
            && (population.isEmpty == (generation == 0)) && archive.genomes.allSatisfy(space.contains)
            && children.allSatisfy(space.contains) && fresh == Self.distinct(children, unknownTo: archive)
            && generation >= 0 && stagnation >= 0 && trials >= 0 && (0...1).contains(mutationRate)
            && (end != nil || !children.isEmpty) && population.count <= 2 * options.population
    }
}

/// Why a search cannot start or continue.
public enum GeneticSearchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// An option is out of its range; the text names it and the range.
    case options(String)
    /// A stored state does not fit together.
    case damagedState

    public var description: String {
        switch self {
        case .options(let flaw): flaw
        case .damagedState: "the stored search state is damaged; start the search again"
        }
    }
}
