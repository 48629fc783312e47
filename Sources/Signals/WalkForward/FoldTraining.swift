public import Core
public import Optimizer

/// The training of one unit (a group of assets and a fold) after some generations; stored as a checkpoint it
/// continues to the identical result.
public struct FoldTraining: Hashable, Codable, Sendable {
    /// The search so far.
    public private(set) var search: GeneticSearch
    private var sharpes = RunningMoments()
    /// The best fitness after each generation; nil while nothing had a finite one.
    private var history: [Double?] = []
    private let sample: Int

    /// A training that has evaluated nothing.
    init(space: GeneSpace, options: WalkForwardOptions, unit: UnitKey) throws(GeneticSearchError) {
        search = try GeneticSearch(
            space: space, options: options.search, random: SeededRandom(seed: options.seed, stream: unit.description))
        sample = options.judgement.sample
    }

    /// Evaluates one generation.
    mutating func step(_ evaluate: ([Genome]) -> [TrialScore]) {
        let scores = evaluate(search.ask())
        for score in scores { sharpes.add(score.sharpePerBar) }
        search.tell(scores.map(\.fitness))
        history.append(search.best.flatMap { $0.fitness.isFinite ? $0.fitness : nil })
    }

    /// The result once the search is over, nil before.
    var result: FoldResult? {
        guard search.end != nil, let best = search.best else { return nil }
        return FoldResult(
            genome: best.genome, fitness: best.fitness.isFinite ? best.fitness : nil, trials: search.evaluations,
            sharpes: sharpes, sample: search.sample(sample), history: history)
    }

    /// Whether a stored training belongs to this space and these options, and is undamaged.
    func fits(space: GeneSpace, options: WalkForwardOptions) -> Bool {
        search.space == space && search.options == options.search && sample == options.judgement.sample
            && (try? search.checked()) != nil
    }
}

/// The result of one unit: a pure function of bars, options and seed.
public struct FoldResult: Hashable, Codable, Sendable {
    /// The best genome.
    public let genome: Genome
    /// Its in-sample fitness, or nil when no genome had a finite one.
    public let fitness: Double?
    /// Distinct genomes evaluated.
    public let trials: Int
    let sharpes: RunningMoments
    /// Some of them, evenly spread over the search, to stand for all.
    public let sample: [Genome]
    /// The best fitness after each generation; nil while nothing had a finite one.
    public let history: [Double?]

    /// Whether a stored result can be one of this space: every genome lies in it, and something was tried.
    func fits(_ space: GeneSpace) -> Bool {
        trials > 0 && trials >= sample.count && space.contains(genome) && sample.allSatisfy(space.contains)
    }
}

/// What one genome scored on a train window.
struct TrialScore: Hashable, Sendable {
    var fitness: Double
    var sharpePerBar: Double?
}

/// The name of a unit: a group of assets and a fold.
public struct UnitKey: Hashable, Codable, Sendable, Comparable, CustomStringConvertible {
    /// The group's name, see ``group(of:mode:crossAsset:)``.
    public let group: String
    /// The fold; one past the last traded one for a production genome of its own.
    public let fold: Int

    /// A key from its parts.
    public init(group: String, fold: Int) {
        (self.group, self.fold) = (group, fold)
    }

    /// The group in whose units the genomes of an asset compete: its own, the one of all assets, or across assets the
    /// one that leaves it out.
    public static func group(of symbol: Symbol, mode: ArtifactMode, crossAsset: Bool) -> String {
        guard mode == .universal else { return symbol.name }
        return crossAsset ? "without-\(symbol.name)" : "*"
    }

    public var description: String { "\(group)/\(fold)" }

    public static func < (left: UnitKey, right: UnitKey) -> Bool { (left.group, left.fold) < (right.group, right.fold) }
}
