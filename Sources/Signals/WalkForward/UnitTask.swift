import Core
import Optimizer

/// Trains one unit from its checkpoint, or from the start, to its result.
struct UnitTask: Sendable {
    let key: UnitKey
    let space: GeneSpace
    let group: StudyGroup
    /// The assets that the group is fitted on, in its order.
    let assets: [AssetStudy]
    let options: WalkForwardOptions
    let hooks: GenerationHooks
    let book: ProgressBook

    func run() throws -> FoldResult {
        if let stored = hooks.finished(key), stored.fits(space) {
            book.record(key, stored, generations: options.search.generations)
            return stored
        }
        let kept = stored()
        if let kept { book.resume(key, kept) }
        var training = try kept ?? FoldTraining(space: space, options: options, unit: key)
        let windows = windows()
        while true {
            if let result = training.result {
                try hooks.saveFinished(key, result)
                book.record(key, training, done: true)
                return result
            }
            if hooks.isCancelled() || Task.isCancelled { throw SignalGeneratorError.cancelled }
            training.step { genomes in scores(genomes, windows) }
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

    /// The fitness of each genome, pooled over the assets that teach.
    private func scores(_ genomes: [Genome], _ windows: [Range<Int>]) -> [TrialScore] {
        let strategies = genomes.map { StrategyGenome(genes: $0.values) }
        let years = zip(assets, windows).map { WindowStatistics.barsPerYear($0.bars, $1).squareRoot() }
        let outcomes = zip(assets, windows).map { $0.scores(strategies, rows: $1) }
        return genomes.indices.map { genome in
            let fitness = assets.indices.map { asset in
                let outcome = outcomes[asset][genome]
                return options.fitness.fitness(
                    sharpe: outcome.sharpePerBar.map { $0 * years[asset] }, maxDrawdown: outcome.maxDrawdown,
                    trades: outcome.trades, rows: windows[asset].count)
            }
            let sharpes = assets.indices.compactMap { outcomes[$0][genome].sharpePerBar }
            return TrialScore(
                fitness: options.fitness.pooled(fitness),
                sharpePerBar: sharpes.isEmpty ? nil : FitnessRule.median(sharpes))
        }
    }
}
