/// A Sharpe ratio as it was measured: the ratio itself and what its uncertainty depends on.
public struct SharpeEstimate: Hashable, Sendable {
    /// The Sharpe ratio **per observation**; an annual one is divided by the root of the observations a year.
    public var sharpe: Double
    /// The number of observations.
    public var count: Int
    /// The skewness of the returns.
    public var skewness: Double
    /// The raw kurtosis of the returns; 3 for a normal distribution.
    public var kurtosis: Double

    /// An estimate from its parts; normal returns unless told otherwise.
    public init(sharpe: Double, count: Int, skewness: Double = 0, kurtosis: Double = 3) {
        (self.sharpe, self.count, self.skewness, self.kurtosis) = (sharpe, count, skewness, kurtosis)
    }

    /// The estimate of a series of returns.
    public init(_ moments: ReturnMoments) {
        self.init(
            sharpe: moments.sharpe, count: moments.count, skewness: moments.skewness, kurtosis: moments.kurtosis)
    }

    /// `1 - g3 SR + (g4 - 1) / 4 SR^2`: the variance of the estimate times the number of observations.
    ///
    /// - Throws: ``StatisticsError/impossibleMoments`` when it is not positive.
    func spread() throws(StatisticsError) -> Double {
        let spread = 1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe * sharpe
        guard spread.isFinite, spread > 0 else { throw .impossibleMoments }
        return spread
    }
}

/// The probability that the true Sharpe ratio exceeds a benchmark.
///
/// `PSR(SR*) = Z[(SR - SR*) sqrt(T - 1) / sqrt(1 - g3 SR + (g4 - 1) / 4 SR^2)]`
///
/// Source: Bailey and Lopez de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15(2), 2012, equation 4.
public enum ProbabilisticSharpe {
    /// The probability, 0 ... 1, that the true ratio behind `estimate` exceeds `benchmark` (per observation).
    ///
    /// - Throws: ``StatisticsError`` with fewer than two observations or impossible moments.
    public static func probability(
        _ estimate: SharpeEstimate, benchmark: Double = 0
    ) throws(StatisticsError) -> Double {
        guard estimate.count > 1 else { throw .tooFewObservations(estimate.count, needed: 2) }
        guard benchmark.isFinite else { throw .outOfRange("the benchmark is not finite") }
        let scale = (Double(estimate.count - 1) / (try estimate.spread())).squareRoot()
        return NormalDistribution.cumulative((estimate.sharpe - benchmark) * scale)
    }
}
