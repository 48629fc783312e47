import RealModule

/// Whether the best of several models beats a benchmark by more than the luck of having picked the best.
///
/// `differences` holds, per model, its performance less the benchmark's in each period. With means `f_k`:
/// - White's reality check: `V = max_k sqrt(n) f_k`; `V*_b = max_k sqrt(n) (f*_kb - f_k)`; `p = share(V*_b >= V)`.
/// - Hansen's test of superior predictive ability: studentised by `w_k`, the deviation of `sqrt(n) f*_k` around
///   `sqrt(n) f_k`:
///   `T = max(0, max_k sqrt(n) f_k / w_k)`; `Z*_b = max(0, max_k sqrt(n) (f*_kb - g_k) / w_k)`, with the recentring
///   `g_k = f_k` (upper), `max(f_k, 0)` (lower), and (consistent) `f_k` unless
///   `sqrt(n) f_k / w_k < -sqrt(2 ln ln n)`, else 0. Always `lower <= consistent <= upper`.
///
/// Sources: White, "A Reality Check for Data Snooping", Econometrica 68(5), 2000; Hansen, "A Test for Superior
/// Predictive Ability", Journal of Business and Economic Statistics 23(4), 2005.
public struct DataSnooping: Hashable, Sendable {
    /// The p-value of White's reality check, 0 ... 1.
    public let realityCheck: Double
    /// Hansen's p-value when every model that looks bad is trusted to be bad.
    public let lower: Double
    /// Hansen's p-value, consistent: clearly bad models do not count.
    public let consistent: Double
    /// Hansen's p-value when every bad model might be as good as the benchmark.
    public let upper: Double
    /// White's statistic V, in units of the differences.
    public let realityStatistic: Double
    /// Hansen's statistic T, in standard deviations.
    public let superiorStatistic: Double
    /// The mean of each model's differences.
    public let means: [Double]
    /// The bootstrap deviation `w_k` of each model.
    public let deviations: [Double]
    /// How often was resampled.
    public let resamples: Int
    /// Each model's studentised mean.
    private let scores: [Double]
    /// The largest studentised, consistently recentred mean of each resample.
    private let highest: [Double]

    /// Tests the models of `differences`, one column each, with `resamples` draws of `bootstrap`.
    ///
    /// - Throws: ``StatisticsError`` for no model, unequal columns, fewer than three periods or a cell that is not
    ///   finite.
    public init(
        _ differences: [[Double]], resamples: Int, bootstrap: inout some Resampling
    ) throws(StatisticsError) {
        guard let count = differences.first?.count, resamples > 0 else { throw .shape("there is nothing to test") }
        guard differences.allSatisfy({ $0.count == count }) else {
            throw .shape("the models' columns differ in length")
        }
        guard count > 2 else { throw .tooFewObservations(count, needed: 3) }
        guard differences.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { throw .outOfRange("a cell is not finite") }
        let means = differences.map { $0.reduce(0, +) / Double(count) }
        let draws = Self.draws(differences, resamples: resamples, bootstrap: &bootstrap)
        let root = Double(count).squareRoot()
        let deviations = Self.deviations(draws, around: means, root: root)
        (self.means, self.deviations, self.resamples) = (means, deviations, resamples)
        let best = root * (means.max() ?? 0)
        realityStatistic = best
        let worse = draws.count { draw in
            root * (zip(draw, means).map { $0 - $1 }.max() ?? 0) >= best
        }
        realityCheck = Double(worse) / Double(resamples)
        let scores = zip(means, deviations).map { $1 > 0 ? root * $0 / $1 : 0 }
        let statistic = Swift.max(0, scores.max() ?? 0)
        superiorStatistic = statistic
        let bar = -Self.threshold(periods: count)
        func share(_ centres: [Double]) -> Double {
            Self.share(draws, centres: centres, deviations: deviations, root: root, reaching: statistic)
        }
        lower = share(means.map { Swift.max($0, 0) })
        let centres = zip(means, scores).map { $1 >= bar ? $0 : 0 }
        let highest = Self.highest(draws, centres: centres, deviations: deviations, root: root)
        consistent = Double(highest.count { $0 >= statistic }) / Double(resamples)
        upper = share(means)
        (self.scores, self.highest) = (scores, highest)
    }

    /// How many standard deviations below the benchmark a model of so many periods is clearly bad: `sqrt(2 ln ln n)`.
    ///
    /// - Precondition: there are at least three periods.
    public static func threshold(periods: Int) -> Double {
        precondition(periods > 2, "there is no threshold for fewer than three periods")
        return (2 * Double.log(Double.log(Double(periods)))).squareRoot()
    }

    /// Whether one model alone beats the benchmark by more than the luck of the best of all: the share of resamples
    /// whose largest consistently recentred statistic reaches this model's own. A good neighbour does not help it.
    ///
    /// The first step of the stepwise test of Hsu, Hsu and Kuan, "Testing the Predictive Ability of Technical Analysis
    /// Using a New Stepwise Test without Data Snooping Bias", Journal of Empirical Finance 17(3), 2010.
    /// - Precondition: there is such a model.
    public func pValue(of model: Int) -> Double {
        let statistic = Swift.max(0, scores[model])
        return Double(highest.count { $0 >= statistic }) / Double(resamples)
    }

    /// The resampled means: a row per resample, a model each.
    private static func draws(
        _ differences: [[Double]], resamples: Int, bootstrap: inout some Resampling
    ) -> [[Double]] {
        let (count, models) = (differences[0].count, differences.count)
        // Period by period, so that one drawn row is one run through memory.
        var rows = Array(repeating: 0.0, count: count * models)
        for (model, column) in differences.enumerated() {
            for (row, value) in column.enumerated() { rows[row * models + model] = value }
        }
        var indices = Array(repeating: 0, count: count)
        return (0..<resamples).map { _ in
            bootstrap.resample(&indices)
            var sums = Array(repeating: 0.0, count: models)
            for row in indices {
                let start = row * models
                for model in 0..<models { sums[model] += rows[start + model] }
            }
            return sums.map { $0 / Double(count) }
        }
    }

    /// Around the sample's own means, which are what the bootstrap's means are spread about.
    private static func deviations(_ draws: [[Double]], around means: [Double], root: Double) -> [Double] {
        means.indices.map { model in
            let mean = means[model]
            let squares = draws.reduce(0) { $0 + ($1[model] - mean) * ($1[model] - mean) }
            return root * (squares / Double(draws.count)).squareRoot()
        }
    }

    private static func share(
        _ draws: [[Double]], centres: [Double], deviations: [Double], root: Double, reaching statistic: Double
    ) -> Double {
        let highest = highest(draws, centres: centres, deviations: deviations, root: root)
        return Double(highest.count { $0 >= statistic }) / Double(draws.count)
    }

    /// The largest studentised, recentred mean of each resample, and 0 at least.
    private static func highest(
        _ draws: [[Double]], centres: [Double], deviations: [Double], root: Double
    ) -> [Double] {
        draws.map { draw in
            var highest = 0.0
            for model in draw.indices where deviations[model] > 0 {
                highest = Swift.max(highest, root * (draw[model] - centres[model]) / deviations[model])
            }
            return highest
        }
    }
}
