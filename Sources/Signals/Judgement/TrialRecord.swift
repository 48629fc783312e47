/// How much was tried to find a strategy for one asset: what every statistic that corrects for luck must account for.
public struct TrialRecord: Hashable, Codable, Sendable {
    /// Evaluations of one genome on one asset's window.
    public var evaluations: Int
    /// Distinct genomes that competed.
    public var trials: Int
    /// How many independent trials they are worth, by the mean correlation of a sample of them.
    public var effective: Double
    /// The variance of the trials' in-sample Sharpe ratios per bar; nil with fewer than two.
    public var sharpeVariance: Double?
    /// The mean number of bars that a trial's Sharpe ratio was measured on.
    public var bars: Double

    /// A record from its parts.
    public init(evaluations: Int, trials: Int, effective: Double, sharpeVariance: Double?, bars: Double) {
        (self.evaluations, self.trials, self.effective) = (evaluations, trials, effective)
        (self.sharpeVariance, self.bars) = (sharpeVariance, bars)
    }

    /// The most that a count of one search can be: beyond it `Double` counts no more by ones.
    static let counts = 0...(1 << 53)

    /// The record of both searches together: counts add up, to the largest number there is; variance and bars are
    /// averages weighted by the trials.
    public func joined(_ other: TrialRecord) -> TrialRecord {
        func sum(_ mine: Int, _ others: Int) -> Int {
            let (sum, isTooLarge) = mine.addingReportingOverflow(others)
            return isTooLarge ? .max : sum
        }
        let total = Double(trials) + Double(other.trials)
        func average(_ mine: Double, _ others: Double) -> Double {
            total > 0 ? (mine * Double(trials) + others * Double(other.trials)) / total : mine
        }
        var variance = sharpeVariance ?? other.sharpeVariance
        if let mine = sharpeVariance, let others = other.sharpeVariance { variance = average(mine, others) }
        return TrialRecord(
            evaluations: sum(evaluations, other.evaluations), trials: sum(trials, other.trials),
            effective: effective + other.effective, sharpeVariance: variance, bars: average(bars, other.bars))
    }

    var isSound: Bool {
        Self.counts.contains(evaluations) && Self.counts.contains(trials)
            && (0...Double(Self.counts.upperBound)).contains(effective) && bars.isFinite && bars >= 0
            && (sharpeVariance ?? 0).isFinite && (sharpeVariance ?? 0) >= 0
    }
}
