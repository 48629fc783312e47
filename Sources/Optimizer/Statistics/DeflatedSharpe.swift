/// The probability that a Sharpe ratio is not the luck of the best of many trials.
///
/// `DSR = PSR(SR0)` with `SR0 = sqrt(V[SR_n]) E[max_N]`, the ratio that luck alone would have reached.
///
/// Source: Bailey and Lopez de Prado, "The Deflated Sharpe Ratio", Journal of Portfolio Management 40(5), 2014.
public enum DeflatedSharpe {
    /// The probability, 0 ... 1, that the true ratio behind `estimate` is positive given how much was tried.
    ///
    /// - Parameters:
    ///   - trials: the number of independent trials, see ``EffectiveTrials``.
    ///   - variance: the variance of the trials' Sharpe ratios **per observation**.
    /// - Throws: ``StatisticsError`` as ``ProbabilisticSharpe`` does, or for a variance that is none.
    public static func probability(
        _ estimate: SharpeEstimate, trials: Double, variance: Double
    ) throws(StatisticsError) -> Double {
        guard variance.isFinite, variance >= 0 else { throw .outOfRange("\(variance) is not a variance") }
        guard trials.isFinite, trials >= 0 else { throw .outOfRange("\(trials) is not a number of trials") }
        let luck = ExpectedMaximum.sharpe(trials: trials, variance: variance)
        return try ProbabilisticSharpe.probability(estimate, benchmark: luck)
    }
}
