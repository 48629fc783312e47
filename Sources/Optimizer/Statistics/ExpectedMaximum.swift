import RealModule

/// The largest of many independent standard normal numbers, as one expects it: what pure luck looks like after N tries.
///
/// `E[max_N] ~ (1 - gE) Z^-1(1 - 1/N) + gE Z^-1(1 - 1/(N e))` with Euler's constant gE; for N = 1 it is 0.
///
/// Source: Bailey, Borwein, Lopez de Prado and Zhu, "Pseudo-Mathematics and Financial Charlatanism", Notices of the AMS
/// 61(5), 2014, proposition 1. An asymptotic approximation: 8 % low at N = 2, 2 % high at 10, 0.4 % high at 1000.
public enum ExpectedMaximum {
    /// Euler's constant.
    static let euler = 0.577_215_664_901_532_9

    /// The expected largest of `trials` numbers, in standard deviations. The number of trials may be fractional, as an
    /// effective number of independent ones is; up to 1 the answer is 0.
    public static func ofNormals(_ trials: Double) -> Double {
        guard trials > 1 else { return 0 }
        let first = NormalDistribution.upperQuantile(1 / trials)
        let second = NormalDistribution.upperQuantile(1 / (trials * Double.exp(1)))
        return Swift.max(0, (1 - euler) * first + euler * second)
    }

    /// The Sharpe ratio per observation that the best of `trials` trials reaches by luck alone, when the trials' ratios
    /// (per observation) have the variance `variance` around 0: `SR0 = sqrt(V) E[max_N]`.
    public static func sharpe(trials: Double, variance: Double) -> Double {
        Swift.max(variance, 0).squareRoot() * ofNormals(trials)
    }
}

/// The shortest backtest, in years, on which the best of N trials without any skill is not expected to reach a given
/// annual Sharpe ratio: `MinBTL ~ (E[max_N] / SR)^2`.
///
/// Source: Bailey, Borwein, Lopez de Prado and Zhu, "Pseudo-Mathematics and Financial Charlatanism", Notices of the AMS
/// 61(5), 2014, theorem 2.
public enum MinimumBacktestLength {
    /// The years needed for `trials` independent trials and an annual ratio of `sharpe`; nil when that is not positive.
    public static func years(trials: Double, sharpe: Double) -> Double? {
        guard sharpe > 0, sharpe.isFinite else { return nil }
        let ratio = ExpectedMaximum.ofNormals(trials) / sharpe
        return ratio * ratio
    }
}
