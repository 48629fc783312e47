/// What a ``SignalGenerator`` needs from outside: a checkpoint store, someone to watch, and when to stop.
///
/// The closures are called from several threads at once. Values are small and copied on write, so a store may keep the
/// latest training in memory and write it to disk as often as it likes; the result cannot depend on it.
public struct GenerationHooks: Sendable {
    /// The stored result of a finished unit, or nil.
    public var finished: @Sendable (UnitKey) -> FoldResult? = { _ in nil }
    /// The stored training of an unfinished unit, or nil; one that does not fit or is damaged is started over.
    public var training: @Sendable (UnitKey) -> FoldTraining? = { _ in nil }
    /// Stores a finished unit; what it throws ends the generation.
    public var saveFinished: @Sendable (UnitKey, FoldResult) throws -> Void = { _, _ in }
    /// Stores an unfinished unit after each generation; what it throws ends the generation.
    public var saveTraining: @Sendable (UnitKey, FoldTraining) throws -> Void = { _, _ in }
    /// Hears of each generation.
    public var onProgress: @Sendable (SignalProgress) -> Void = { _ in }
    /// Asked after each generation; true ends with ``SignalGeneratorError/cancelled``.
    public var isCancelled: @Sendable () -> Bool = { false }

    /// Hooks that store nothing, tell nobody and never stop.
    public init() {}
}

/// How far a ``SignalGenerator`` is.
public struct SignalProgress: Hashable, Sendable {
    /// The unit that has just evaluated a generation, or was found finished.
    public let unit: UnitKey
    /// Units finished, those found in the checkpoint included.
    public let unitsDone: Int
    /// Units in all.
    public let unitsTotal: Int
    /// Generations the unit has evaluated.
    public let generation: Int
    /// Generations it evaluates at most.
    public let generations: Int
    /// The unit's best fitness so far; negative infinity while there is none.
    public let bestFitness: Double
    /// Distinct genomes evaluated over all units so far, those found in the checkpoint included.
    public let trials: Int
    /// Those of them that were found in the checkpoint.
    public let resumedTrials: Int
    /// Generations done over all units so far, those found in the checkpoint included; a unit whose search ended early
    /// counts as whole.
    public let generationsDone: Int
    /// Those of them that were found in the checkpoint.
    public let resumedGenerations: Int

    /// How much of all work is done, 0 ... 1.
    public var share: Double {
        Swift.min(Double(generationsDone) / Double(Swift.max(unitsTotal * generations, 1)), 1)
    }

    /// Genomes that this run has evaluated per second; what a checkpoint held was evaluated by another.
    public func rate(after seconds: Double) -> Double {
        seconds > 0 ? Double(trials - resumedTrials) / seconds : 0
    }

    /// The seconds left at the pace of this run; nil before it has done anything.
    public func secondsLeft(after seconds: Double) -> Double? {
        let (done, left) = (generationsDone - resumedGenerations, unitsTotal * generations - generationsDone)
        guard done > 0 else { return nil }
        return seconds * Double(Swift.max(left, 0)) / Double(done)
    }
}
