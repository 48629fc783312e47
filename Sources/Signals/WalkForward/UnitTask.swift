import Core
import Optimizer

/// Trains one unit from its checkpoint, or from the start, to its result.
struct UnitTask: Sendable {
    let key: UnitKey
    let space: GeneSpace
    let group: StudyGroup
    /// The group's assets, in its order.
    let assets: [AssetStudy]
    let options: WalkForwardOptions
    let hooks: GenerationHooks
    let book: ProgressBook

    func run() throws -> FoldResult {
        if let stored = hooks.finished(key), space.contains(stored.genome) {
            book.record(key, stored, generations: options.search.generations)
            return stored
        }
        var training = try stored() ?? FoldTraining(space: space, options: options, unit: key)
        let windows = windows()
        while true {
            if let result = training.result {
                try hooks.saveFinished(key, result)
                book.record(key, training, done: true)
                return result
            }
            if hooks.isCancelled() || Task.isCancelled { throw SignalGeneratorError.cancelled }
            training.step { genome in score(genome, windows) }
            try hooks.saveTraining(key, training)
            if training.result == nil { book.record(key, training, done: false) }
        }
    }

    private func stored() -> FoldTraining? {
        hooks.training(key).flatMap { $0.fits(space: space, options: options) ? $0 : nil }
    }

    private func windows() -> [Range<Int>] {
        let fold = group.fold(key.fold)
        return assets.map { group.trainRows(of: $0.bars, fold, warmUp: StrategyReach.warmUp) }
    }

    /// The fitness of a genome: the median over the group's assets.
    private func score(_ genome: Genome, _ windows: [Range<Int>]) -> TrialScore {
        var fitness: [Double] = []
        var sharpes: [Double] = []
        for (asset, rows) in zip(assets, windows) {
            let outcome = asset.trained(genome, rows: rows)
            let sharpe = outcome.sharpePerBar
            fitness.append(
                options.fitness.fitness(
                    sharpe: sharpe.map { $0 * WindowStatistics.barsPerYear(asset.bars, rows).squareRoot() },
                    maxDrawdown: outcome.maxDrawdown, trades: outcome.trades.count, rows: rows.count))
            if let sharpe { sharpes.append(sharpe) }
        }
        return TrialScore(
            fitness: FitnessRule.median(fitness), sharpePerBar: sharpes.isEmpty ? nil : FitnessRule.median(sharpes))
    }
}
