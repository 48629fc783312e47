import Core
import Optimizer

/// The whole search run anew on purged parts of one asset's history, and tested on the parts it did not see.
///
/// Walk-forward is one path through history. Purged k-fold tests every stretch of it once, each with a genome that was
/// searched on the rest; combinatorial purged cross-validation tests every pair of six groups and joins the tests into
/// five whole paths. What a search makes of other pasts shows how much of one path was its luck. Training also on what
/// came later is what cross-validation does; nothing here is traded, and no artifact depends on it.
struct CrossValidation {
    private static let folds = 5
    private static let groups = 6
    private static let tested = 2

    /// Made for a search: with a kernel.
    let study: AssetStudy
    let options: WalkForwardOptions
    let space: GeneSpace
    private let isCancelled: @Sendable () -> Bool
    /// No decision of a training sample may rest on a tested bar, nor its position reach into one.
    private let horizon = StrategyGenome.longestHolding
    private var embargo: Int { StrategyReach.warmUp(options.timeframes, on: study.bars.interval) }

    /// nil when the options' genes make no space.
    init?(study: AssetStudy, options: WalkForwardOptions, isCancelled: @escaping @Sendable () -> Bool) {
        guard let space = try? StrategyGenome.space(limits: options.limits, timeframes: options.timeframes != nil)
        else { return nil }
        (self.study, self.options, self.space, self.isCancelled) = (study, options, space, isCancelled)
    }

    /// Both validations; nil when a split leaves too few bars to search on.
    ///
    /// - Throws: ``StudyReportError/cancelled``.
    func report() throws(StudyReportError) -> AssetReport.CrossValidation? {
        let first = StrategyReach.warmUp
        let samples = study.bars.count - first
        guard samples > 0,
            let folds = try? PurgedFolds(samples: samples, count: Self.folds, horizon: horizon, embargo: embargo),
            let plan = try? CombinatorialPurged(
                samples: samples, groups: Self.groups, tested: Self.tested, horizon: horizon, embargo: embargo)
        else { return nil }
        var tests: [AssetReport.CrossValidation.Test] = []
        for (index, fold) in folds.folds.enumerated() {
            guard let start = fold.test.first, let end = fold.test.last,
                let genome = try genome(fold.train, name: "fold-\(index)")
            else { return nil }
            tests.append(test([played(genome, (first + start)..<(first + end + 1))], trained: fold.train.count))
        }
        var splits: [[Int: Played]] = []
        for (index, split) in plan.splits.enumerated() {
            guard let genome = try genome(split.train, name: "split-\(index)") else { return nil }
            splits.append(
                Dictionary(
                    uniqueKeysWithValues: split.groups.map { group in
                        let rows = plan.groups[group]
                        return (group, played(genome, (first + rows.lowerBound)..<(first + rows.upperBound)))
                    }))
        }
        let paths = plan.paths.map { path in
            test(path.enumerated().compactMap { splits[$0.element][$0.offset] }, trained: nil)
        }
        return AssetReport.CrossValidation(
            folds: tests, paths: paths, splits: plan.splits.count, horizon: horizon, embargo: embargo)
    }

    private struct Played {
        let rows: Range<Int>
        let outcome: WindowOutcome
    }

    private func played(_ genome: Genome, _ rows: Range<Int>) -> Played {
        Played(rows: rows, outcome: study.trained(genome, rows: rows))
    }

    /// The figures of some stretches one after the other.
    private func test(_ parts: [Played], trained: Int?) -> AssetReport.CrossValidation.Test {
        let rows = (parts.first?.rows.lowerBound ?? 0)..<(parts.last?.rows.upperBound ?? 0)
        let whole = parts.reduce(WindowOutcome()) { $0.followed(by: $1.outcome) }
        let figures = WindowStatistics.make(whole, bars: study.bars, rows: rows)
        return AssetReport.CrossValidation.Test(
            first: study.bars.closeTime(rows.lowerBound).milliseconds,
            last: study.bars.closeTime(rows.upperBound - 1).milliseconds, trained: trained,
            profit: figures.netReturn, sharpe: figures.sharpe ?? 0, maxDrawdown: figures.maxDrawdown,
            trades: figures.trades)
    }

    /// The best genome that the study's own search finds on some samples; nil when they are too few.
    private func genome(_ samples: [Int], name: String) throws(StudyReportError) -> Genome? {
        let windows = Self.runs(samples, shift: StrategyReach.warmUp)
            .filter { $0.count >= WalkForwardPlan.minimumFittedRows }
        let rows = windows.reduce(0) { $0 + $1.count }
        guard rows >= 2 * WalkForwardPlan.minimumFittedRows else { return nil }
        let random = SeededRandom(seed: options.seed, stream: "cross-validation/\(study.bars.symbol)/\(name)")
        guard var search = try? GeneticSearch(space: space, options: options.search, random: random) else { return nil }
        _ = try search.run(fitness: { (genomes: [Genome]) throws(StudyReportError) -> [Double] in
            guard !isCancelled() else { throw .cancelled }
            return fitness(genomes, windows, rows: rows)
        })
        return search.best?.genome
    }

    /// The fitness of each genome over several windows, each counting by its length.
    private func fitness(_ genomes: [Genome], _ windows: [Range<Int>], rows: Int) -> [Double] {
        let strategies = genomes.map { StrategyGenome(genes: $0.values) }
        var fitness = Array(repeating: 0.0, count: genomes.count)
        for window in windows {
            let year = WindowStatistics.barsPerYear(study.bars, window).squareRoot()
            for (index, score) in study.scores(strategies, rows: window).enumerated() {
                let value = options.fitness.fitness(
                    sharpe: score.sharpePerBar.map { $0 * year }, maxDrawdown: score.maxDrawdown, trades: score.trades,
                    rows: window.count)
                fitness[index] += value * Double(window.count) / Double(rows)
            }
        }
        return fitness
    }

    /// The runs of consecutive numbers among ascending ones.
    static func runs(_ samples: [Int], shift: Int) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        for sample in samples {
            if let last = runs.last, last.upperBound == sample + shift {
                runs[runs.count - 1] = last.lowerBound..<(sample + shift + 1)
            } else {
                runs.append((sample + shift)..<(sample + shift + 1))
            }
        }
        return runs
    }
}
