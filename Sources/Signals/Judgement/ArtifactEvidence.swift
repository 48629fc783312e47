public import Optimizer

/// What speaks for and against the out-of-sample rows of one asset. A figure that is not defined is nil and has no key.
///
/// `docs/statistics.md` has the formulas and sources; all Sharpe ratios here are per bar and not annualised.
public struct ArtifactEvidence: Hashable, Codable, Sendable {
    /// Out-of-sample bars.
    public var periods: Int
    /// Their span in years of 365.25 days.
    public var years: Double
    /// Closed out-of-sample trades.
    public var trades: Int
    /// The out-of-sample profit as a share of the budget, costs paid.
    public var netReturn: Double
    /// The Sharpe ratio per bar.
    public var sharpe: Double?
    /// The skewness of the returns per bar.
    public var skewness: Double?
    /// The raw kurtosis of the returns per bar; 3 for a normal distribution.
    public var kurtosis: Double?
    /// Student's t of the mean return per bar.
    public var tStatistic: Double?
    /// The probability that the true Sharpe ratio is positive, had nothing else been tried.
    public var probabilisticSharpe: Double?
    /// The bars after which the ratio would be significant at 5 %; nil when it is not positive.
    public var minimumTrackRecord: Double?
    /// Out-of-sample profit per bar over in-sample profit per bar; nil when the latter is not positive,
    /// and across assets, where nothing was fitted on these bars.
    public var efficiency: Double?
    /// How the searches' choices overfit; nil with too few trials or bars.
    public var overfitting: Overfitting?
    /// Whether the rows, and the best of them and their alternatives, beat holding nothing; nil with too few bars.
    public var snooping: Snooping?
    /// Against the same trades at random moments; nil without trades.
    public var randomEntries: Baseline?
    /// Against the same strategy on phase-shuffled bars; nil without trades.
    public var shuffledBars: Baseline?
    /// The return of buying at the first out-of-sample close and holding to the last, without costs.
    public var buyAndHold: Double

    /// A probability of backtest overfitting with what must be seen beside it.
    public struct Overfitting: Hashable, Codable, Sendable {
        /// The share of splits whose winner is no better than the median; one half on noise.
        public var probability: Double
        /// The slope of the winner's ratio out-of-sample on its ratio in-sample.
        public var slope: Double
        /// The share of splits whose winner loses out-of-sample.
        public var lossProbability: Double
        /// The share of percentiles at which winners are at least as good as trials picked blindly.
        public var dominance: Double
        /// Sampled trials before near duplicates were joined.
        public var candidates: Int
        /// Trials compared.
        public var trials: Int
        /// Splits.
        public var splits: Int
    }

    /// Tests that account for having looked at several models.
    public struct Snooping: Hashable, Codable, Sendable {
        /// White's p-value.
        public var realityCheck: Double
        /// Hansen's lower p-value.
        public var lower: Double
        /// Hansen's consistent p-value.
        public var consistent: Double
        /// Hansen's upper p-value.
        public var upper: Double
        /// The p-value of the rows themselves, by the luck of the best of all models.
        public var rows: Double
        /// Models: the rows, and what other sampled trials would have made of the same bars.
        public var models: Int
        /// Bootstrap resamples.
        public var resamples: Int
    }

    /// What came out where there was nothing to find.
    public struct Baseline: Hashable, Codable, Sendable {
        /// Simulations.
        public var simulations: Int
        /// The mean profit, as a share of the budget.
        public var mean: Double
        /// The profit that 5 % of the simulations exceed.
        public var high: Double
        /// The share of simulations at least as good as the strategy, which counts as one of them; 0 ... 1.
        public var pValue: Double
    }

    /// The Sharpe estimate that the probabilities rest on; nil where nothing varied.
    public var estimate: SharpeEstimate? {
        guard let sharpe, let skewness, let kurtosis else { return nil }
        return SharpeEstimate(sharpe: sharpe, count: periods, skewness: skewness, kurtosis: kurtosis)
    }

    /// The Sharpe ratio per bar that the best of the recorded trials reaches by luck on as many bars as these.
    ///
    /// The variance of an estimated ratio falls as 1 / bars (Lo, "The Statistics of Sharpe Ratios", Financial Analysts
    /// Journal 58(4), 2002), so the variance measured on the trials' windows is scaled to the length of this record;
    /// it never counts as less than chance alone gives.
    public func luck(_ record: TrialRecord) -> Double? {
        luckVariance(record).map { ExpectedMaximum.sharpe(trials: record.effective, variance: $0) }
    }

    /// The deflated Sharpe ratio under a record of trials, 0 ... 1; nil where it is not defined.
    public func deflatedSharpe(_ record: TrialRecord) -> Double? {
        guard let estimate, let variance = luckVariance(record) else { return nil }
        return try? DeflatedSharpe.probability(estimate, trials: record.effective, variance: variance)
    }

    /// The years of data that so many trials need, for the annual ratio that these rows have; nil when it is not
    /// positive.
    public func minimumBacktestYears(_ record: TrialRecord) -> Double? {
        guard let sharpe, years > 0 else { return nil }
        let annual = sharpe * (Double(periods) / years).squareRoot()
        return MinimumBacktestLength.years(trials: record.effective, sharpe: annual)
    }

    private func luckVariance(_ record: TrialRecord) -> Double? {
        guard periods > 1 else { return nil }
        let measured = (record.sharpeVariance ?? 0) * record.bars / Double(periods)
        return Swift.max(measured, 1 / Double(periods - 1))
    }

    /// Whether every figure is finite and every share within its range.
    var isSound: Bool {
        let shares = [
            probabilisticSharpe, overfitting?.probability, overfitting?.lossProbability, overfitting?.dominance,
            snooping?.realityCheck, snooping?.lower, snooping?.consistent, snooping?.upper, snooping?.rows,
            randomEntries?.pValue, shuffledBars?.pValue,
        ]
        let figures = [
            years, netReturn, buyAndHold, sharpe, skewness, kurtosis, tStatistic, minimumTrackRecord, efficiency,
            overfitting?.slope, randomEntries?.mean, randomEntries?.high, shuffledBars?.mean, shuffledBars?.high,
        ]
        return periods >= 0 && trades >= 0 && shares.allSatisfy { (0...1).contains($0 ?? 0) }
            && figures.allSatisfy { ($0 ?? 0).isFinite }
    }
}
