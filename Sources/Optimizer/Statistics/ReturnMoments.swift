/// The moments of a series of returns that the statistics of Sharpe ratios need.
public struct ReturnMoments: Hashable, Sendable {
    /// The number of returns.
    public let count: Int
    /// Their mean, per observation.
    public let mean: Double
    /// Their standard deviation (n - 1), per observation.
    public let deviation: Double
    /// Their skewness `g3 = m3 / m2^1.5`, with moments over n.
    public let skewness: Double
    /// Their **raw** kurtosis `g4 = m4 / m2^2`, with moments over n: 3 for a normal distribution.
    public let kurtosis: Double

    /// Measures `returns`.
    ///
    /// - Throws: ``StatisticsError`` when there are fewer than two or none differs from the others.
    public init(_ returns: some Collection<Double>) throws(StatisticsError) {
        guard returns.count > 1 else { throw .tooFewObservations(returns.count, needed: 2) }
        let n = Double(returns.count)
        let mean = returns.reduce(0, +) / n
        var (second, third, fourth) = (0.0, 0.0, 0.0)
        for value in returns {
            let distance = value - mean
            let square = distance * distance
            second += square
            third += square * distance
            fourth += square * square
        }
        guard second.isFinite, fourth.isFinite else { throw .outOfRange("a return is not finite") }
        // What rounding leaves of returns that are all equal is no deviation.
        guard second > 1e-24 * n * mean * mean, fourth > 0 else { throw .noVariance }
        (count, self.mean) = (returns.count, mean)
        deviation = (second / (n - 1)).squareRoot()
        let variance = second / n
        skewness = third / n / (variance * variance.squareRoot())
        kurtosis = fourth / n / (variance * variance)
    }

    /// The Sharpe ratio per observation, `mean / deviation`; not annualised.
    public var sharpe: Double { mean / deviation }

    /// Student's t of the mean, `sharpe * sqrt n`.
    public var tStatistic: Double { sharpe * Double(count).squareRoot() }
}
