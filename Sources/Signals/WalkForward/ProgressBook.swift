import Optimizer
import Synchronization

/// Counts what all units of a generation have done, for the progress hook.
final class ProgressBook: Sendable {
    private struct Counts {
        var unitsDone = 0
        var trials: [UnitKey: Int] = [:]
    }

    private let counts = Mutex(Counts())
    private let unitsTotal: Int
    private let hooks: GenerationHooks

    init(unitsTotal: Int, hooks: GenerationHooks) {
        (self.unitsTotal, self.hooks) = (unitsTotal, hooks)
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
        report(unit, trials: result.trials, generation: generations, of: generations, best: result.fitness, done: true)
    }

    private func report(
        _ unit: UnitKey, trials: Int, generation: Int, of generations: Int, best: Double?, done: Bool
    ) {
        let (unitsDone, total) = counts.withLock { counts in
            counts.unitsDone += done ? 1 : 0
            counts.trials[unit] = trials
            return (counts.unitsDone, counts.trials.values.reduce(0, +))
        }
        hooks.onProgress(
            SignalProgress(
                unit: unit, unitsDone: unitsDone, unitsTotal: unitsTotal, generation: generation,
                generations: generations, bestFitness: best ?? -.infinity, trials: total))
    }
}
