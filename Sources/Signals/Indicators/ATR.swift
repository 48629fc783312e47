public import Core

/// Average true range: Wilder's average of `max(high, close[-1]) - min(low, close[-1])`, in price units.
///
/// The first true range is that of bar 1; first valid at update n. Source: Wilder 1978; seed as TA-Lib's ATR.
public struct ATR: Indicator {
    private var average: WilderAverage
    private var previousClose = Double.nan
    /// The period n.
    public let period: Int

    /// A range averaged over `period` (at least 1) bars.
    public init(period: Int) {
        self.period = period
        average = WilderAverage(period: period)
    }

    /// `period`.
    public var warmUp: Int { period }

    /// The average range after `bar`.
    public mutating func update(_ bar: Bar) -> Double {
        let range = Self.trueRange(high: bar.high, low: bar.low, previousClose: previousClose)
        let isFirst = previousClose.isNaN
        previousClose = bar.close
        guard !isFirst else { return .nan }
        average.add(range)
        return average.isWarm ? average.value : .nan
    }

    /// The span of a bar including the step from the close before it.
    static func trueRange(high: Double, low: Double, previousClose: Double) -> Double {
        (high > previousClose ? high : previousClose) - (low < previousClose ? low : previousClose)
    }
}
