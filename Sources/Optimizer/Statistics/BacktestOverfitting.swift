import RealModule

/// The probability of backtest overfitting by combinatorially symmetric cross-validation (CSCV).
///
/// A matrix has a column per trial and a row per period. Its rows are cut into S even blocks; every choice of S / 2 of
/// them is in-sample once, the rest out-of-sample. The winner in-sample (the first of equals) gets its rank
/// out-of-sample, r = 1 + trials strictly below it, and the logit `ln(w / (1 - w))` of `w = r / (N + 1)`. PBO is the
/// share of splits with a logit of at most 0: the winner then is no better than the median trial. On pure noise it is
/// about one half, not zero.
///
/// Source: Bailey, Borwein, Lopez de Prado and Zhu, "The Probability of Backtest Overfitting", Journal of Computational
/// Finance 20(4), 2017.
public struct BacktestOverfitting: Hashable, Sendable {
    /// What a trial is ranked by.
    public enum Metric: Sendable {
        /// The mean per period.
        case mean
        /// The mean over the standard deviation (n - 1); 0 where nothing varies.
        case sharpe
    }

    /// The number of splits, C(S, S / 2).
    public let splits: Int
    /// The number of trials compared.
    public let trials: Int
    /// The share of splits whose winner is no better than the median out-of-sample, 0 ... 1.
    public let probability: Double
    /// The share of splits whose winner is worse than the median (a logit below 0).
    public let strictProbability: Double
    /// The mean logit over the splits; positive when winners stay good.
    public let meanLogit: Double
    /// The slope of the winner's metric out-of-sample on its metric in-sample, by least squares; 0 when all winners
    /// have the same metric. Negative means that looking better was a sign of being worse.
    public let slope: Double
    /// The share of splits whose winner loses out-of-sample (a metric below 0).
    public let lossProbability: Double
    /// The share of the 99 percentiles at which winners out-of-sample are at least as good as trials picked without
    /// looking; 1 is stochastic dominance of the first order.
    public let dominance: Double

    /// Measures `columns`, one per trial, each with one value per period in the order of time. When the periods do not
    /// make even blocks, the oldest ones are left out.
    ///
    /// - Throws: ``StatisticsError/shape(_:)`` for fewer than two trials, unequal columns, an odd number of blocks
    ///   or one outside 2 ... 20, or fewer than two periods a block; ``StatisticsError/outOfRange(_:)`` for a cell
    ///   that is not finite.
    public init(_ columns: [[Double]], blocks: Int = 16, metric: Metric = .sharpe) throws(StatisticsError) {
        guard columns.count > 1 else { throw .shape("an overfitting test needs at least two trials") }
        guard blocks % 2 == 0, (2...20).contains(blocks) else { throw .shape("blocks must be even, 2 to 20") }
        let periods = columns[0].count
        guard columns.allSatisfy({ $0.count == periods }) else { throw .shape("the trials' columns differ in length") }
        guard periods / blocks > 1 else { throw .tooFewObservations(periods, needed: 2 * blocks) }
        guard columns.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { throw .outOfRange("a cell is not finite") }
        var splits = SplitTable(BlockSums(columns, blocks: blocks), metric: metric)
        splits.run()
        self.init(splits.outcomes, trials: columns.count, random: splits.picked)
    }

    private init(_ outcomes: [SplitTable.Outcome], trials: Int, random: [Double]) {
        let count = Double(outcomes.count)
        (splits, self.trials) = (outcomes.count, trials)
        let logits = outcomes.map { outcome in
            Double.log(Double(outcome.rank) / Double(trials + 1 - outcome.rank))
        }
        probability = Double(logits.count { $0 <= 0 }) / count
        strictProbability = Double(logits.count { $0 < 0 }) / count
        meanLogit = logits.reduce(0, +) / count
        lossProbability = Double(outcomes.count { $0.outOfSample < 0 }) / count
        slope = Self.slope(outcomes)
        dominance = Self.dominance(outcomes.map(\.outOfSample).sorted(), over: random.sorted())
    }

    private static func slope(_ outcomes: [SplitTable.Outcome]) -> Double {
        let count = Double(outcomes.count)
        let meanIn = outcomes.reduce(0) { $0 + $1.inSample } / count
        let meanOut = outcomes.reduce(0) { $0 + $1.outOfSample } / count
        var (shared, squares) = (0.0, 0.0)
        for outcome in outcomes {
            let distance = outcome.inSample - meanIn
            shared += distance * (outcome.outOfSample - meanOut)
            squares += distance * distance
        }
        return squares > 0 ? shared / squares : 0
    }

    private static func dominance(_ winners: [Double], over picked: [Double]) -> Double {
        let better = (1...99).count { percent in
            winners[percent * (winners.count - 1) / 100] >= picked[percent * (picked.count - 1) / 100]
        }
        return Double(better) / 99
    }
}
