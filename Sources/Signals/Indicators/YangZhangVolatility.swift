public import Core
import RealModule

/// Yang and Zhang's volatility per bar from open, high, low and close (a share, not annualised).
///
/// `s^2 = V(o) + k V(c) + (1 - k) mean(u(u - c) + d(d - c))` over n bars, with `o = ln(open/close[-1])`,
/// `c = ln(close/open)`, `u = ln(high/open)`, `d = ln(low/open)`, V the sample variance (n - 1) and
/// `k = 0.34/(1.34 + (n + 1)/(n - 1))`. First valid at update n; 0 on constant bars. Source: Yang and Zhang,
/// "Drift-Independent Volatility Estimation", Journal of Business 73(3), 2000.
public struct YangZhangVolatility: Indicator {
    private var overnight: RollingMoments
    private var session: RollingMoments
    private var ranges: RollingSum
    private var previousClose = Double.nan
    private let k: Double
    private let unbias: Double

    /// A volatility over `period` (at least 2) bars.
    public init(period: Int) {
        precondition(period >= 2, "a sample variance needs at least two bars")
        overnight = RollingMoments(period: period)
        session = RollingMoments(period: period)
        ranges = RollingSum(period: period)
        let count = Double(period)
        k = 0.34 / (1.34 + (count + 1) / (count - 1))
        unbias = count / (count - 1)
    }

    /// `period`.
    public var warmUp: Int { ranges.period }

    /// The volatility after `bar`.
    public mutating func update(_ bar: Bar) -> Double {
        let gap = Double.log(bar.open / previousClose)
        let isFirst = previousClose.isNaN
        previousClose = bar.close
        guard !isFirst else { return .nan }
        let change = Double.log(bar.close / bar.open)
        let (up, down) = (Double.log(bar.high / bar.open), Double.log(bar.low / bar.open))
        let overnightVariance = overnight.add(gap).variance * unbias
        let sessionVariance = session.add(change).variance * unbias
        let range = ranges.add(up * (up - change) + down * (down - change)) / Double(ranges.period)
        guard ranges.isFull else { return .nan }
        let variance = overnightVariance + k * sessionVariance + (1 - k) * range
        return variance > 0 ? variance.squareRoot() : 0
    }
}
