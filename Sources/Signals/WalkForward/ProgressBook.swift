import Optimizer
import Synchronization

/// Counts what all units of a generation have done, for the progress hook.
final class ProgressBook: Sendable {
    private struct Counts {
        var unitsDone = 0
        var trials: [UnitKey: Int] = [:]
        var generations: [UnitKey: Int] = [:]
        var resumedTrials = 0
        var resumedGenerations = 0
    }

    private let counts = Mutex(Counts())
    private let unitsTotal: Int
    private let hooks: GenerationHooks

    init(unitsTotal: Int, hooks: GenerationHooks) {
        (self.unitsTotal, self.hooks) = (unitsTotal, hooks)
    }

    /// Remembers what the checkpoint held of an unfinished unit: it was not done now.
    func resume(_ unit: UnitKey, _ training: FoldTraining) {
        counts.withLock { counts in
            counts.trials[unit] = training.search.evaluations
            counts.generations[unit] = training.search.generation
            counts.resumedTrials += training.search.evaluations
            counts.resumedGenerations += training.search.generation
        }
    }

    /// Records where a unit is and tells the hook.
    func record(_ unit: UnitKey, _ training: FoldTraining, done: Bool) {
        let search = training.search
        report(
            unit, trials: search.evaluations, generation: search.generation, of: search.options.generations,
            best: search.best?.fitness, done: done)
    }

    /// Records a unit that was found finished.
    func record(_ unit: UnitKey, _ result: FoldResult, generations: Int) {
        counts.withLock { counts in
            counts.resumedTrials += result.trials
            counts.resumedGenerations += generations
        }
        report(unit, trials: result.trials, generation: generations, of: generations, best: result.fitness, done: true)
    }

    private func report(
        _ unit: UnitKey, trials: Int, generation: Int, of generations: Int, best: Double?, done: Bool
    ) {
        let seen = counts.withLock { counts in
            counts.unitsDone += done ? 1 : 0
            counts.trials[unit] = trials
            counts.generations[unit] = done ? generations : generation
            return counts
        }
        hooks.onProgress(
            SignalProgress(
                unit: unit, unitsDone: seen.unitsDone, unitsTotal: unitsTotal, generation: generation,
                generations: generations, bestFitness: best ?? -.infinity,
                trials: seen.trials.values.reduce(0, +), resumedTrials: seen.resumedTrials,
                generationsDone: seen.generations.values.reduce(0, +), resumedGenerations: seen.resumedGenerations))
    }
}
