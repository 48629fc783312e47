public import Core

/// How far the close is from the rolling volume-weighted average price, as a share of that average.
///
/// `close/VWAP(n) - 1`; first valid at update n - 1; see ``RollingVWAP``.
public struct VWAPDeviation: Indicator {
    private var average: RollingVWAP

    /// A deviation from the average over `period` (at least 1) bars.
    public init(period: Int) {
        average = RollingVWAP(period: period)
    }

    /// `period - 1`.
    public var warmUp: Int { average.warmUp }

    /// The deviation at `bar`.
    public mutating func update(_ bar: Bar) -> Double {
        bar.close / average.update(bar) - 1
    }
}
