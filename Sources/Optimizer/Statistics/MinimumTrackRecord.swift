/// How long a track record must be before its Sharpe ratio is believed to exceed a benchmark.
///
/// `MinTRL = 1 + [1 - g3 SR + (g4 - 1) / 4 SR^2] (Z^-1(1 - alpha) / (SR - SR*))^2`
///
/// Source: Bailey and Lopez de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15(2), 2012, equation 11.
public enum MinimumTrackRecord {
    /// The number of observations (not whole) at which the ratio of `estimate` is significant at level `alpha`; nil
    /// when it does not exceed `benchmark`, because then no length is enough. The estimate's own count does not matter.
    ///
    /// - Throws: ``StatisticsError`` for impossible moments or a level outside 0 ..< 0.5.
    public static func observations(
        _ estimate: SharpeEstimate, benchmark: Double = 0, alpha: Double = 0.05
    ) throws(StatisticsError) -> Double? {
        guard alpha > 0, alpha < 0.5 else { throw .outOfRange("the level must be in 0 ..< 0.5, not \(alpha)") }
        let spread = try estimate.spread()
        guard estimate.sharpe > benchmark else { return nil }
        let ratio = NormalDistribution.upperQuantile(alpha) / (estimate.sharpe - benchmark)
        return 1 + spread * ratio * ratio
    }
}
