/// How many independent trials many correlated ones are worth: `N = rho + (1 - rho) M`.
///
/// Source: Bailey and Lopez de Prado, "The Deflated Sharpe Ratio", Journal of Portfolio Management 40(5), 2014,
/// appendix 3.
public enum EffectiveTrials {
    /// The number of independent trials behind `trials` with the mean correlation `correlation`, taken into 0 ... 1;
    /// a correlation that is not known (NaN) counts as 0, which is the cautious side.
    public static func count(trials: Int, correlation: Double) -> Double {
        guard trials > 1 else { return Double(Swift.max(trials, 0)) }
        let rho = correlation.isNaN ? 0 : Swift.min(Swift.max(correlation, 0), 1)
        return rho + (1 - rho) * Double(trials)
    }

    /// The mean correlation between all pairs of columns of equal length, or nil with fewer than two that vary.
    ///
    /// In time linear in the cells: the variance of the sum of n standardised columns is `n + n (n - 1) rho`.
    public static func meanCorrelation(_ columns: [[Double]]) -> Double? {
        guard let length = columns.first?.count, length > 1 else { return nil }
        var sum = Array(repeating: 0.0, count: length)
        var varying = 0
        for column in columns where column.count == length {
            let mean = column.reduce(0, +) / Double(length)
            let squares = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            guard squares > 0, squares.isFinite else { continue }
            let deviation = (squares / Double(length)).squareRoot()
            for row in 0..<length { sum[row] += (column[row] - mean) / deviation }
            varying += 1
        }
        guard varying > 1 else { return nil }
        let variance = sum.reduce(0) { $0 + $1 * $1 } / Double(length)
        return (variance - Double(varying)) / Double(varying * (varying - 1))
    }
}
