public import Core

/// Average directional index, 0 ... 100: how one-sided the recent movement is, whatever its direction.
///
/// Per bar `up = high - high[-1]`, `down = low[-1] - low`; the larger, if positive, counts as +DM or -DM. +DM, -DM and
/// the true range are summed over bars 1 ... n-1 and then decay as `s - s/n + x`. `DX = 100 |+DM - -DM| / (+DM + -DM)`
/// from bar n on; the first ADX (update 2n - 1) is the mean of n DX, then Wilder's average. A bar at which the sums are
/// zero leaves ADX as it is (and counts as 0 in the seed). Source: Wilder 1978; seeds as TA-Lib's ADX.
public struct ADX: Indicator {
    private var previous: (high: Double, low: Double, close: Double)?
    private var ups = 0.0
    private var downs = 0.0
    private var ranges = 0.0
    private var bars = 0
    private var average = 0.0
    private let keep: Double
    private let take: Double
    /// The period n.
    public let period: Int

    /// An index over `period` (at least 2) bars.
    public init(period: Int) {
        precondition(period >= 2, "a directional index spans at least two bars")
        self.period = period
        take = 1 / Double(period)
        keep = Double(period - 1) / Double(period)
    }

    /// `2 x period - 1`.
    public var warmUp: Int { 2 * period - 1 }

    /// The balance of +DM and -DM, -1 (only falls) ... 1 (only rises), valid from update n on; 0 where nothing moved.
    public var direction: Double {
        guard bars >= period else { return .nan }
        return hasMovement ? (ups - downs) / (ups + downs) : 0
    }

    /// The index after `bar`.
    public mutating func update(_ bar: Bar) -> Double {
        defer { previous = (bar.high, bar.low, bar.close) }
        guard let previous else { return .nan }
        let decay = bars < period - 1 ? 1 : keep
        bars += 1
        let (rise, fall) = (bar.high - previous.high, previous.low - bar.low)
        ups = ups * decay + (rise > 0 && rise > fall ? rise : 0)
        downs = downs * decay + (fall > 0 && fall > rise ? fall : 0)
        ranges = ranges * decay + ATR.trueRange(high: bar.high, low: bar.low, previousClose: previous.close)
        return bars < period ? .nan : smoothed()
    }

    /// Averages the newest DX in.
    private mutating func smoothed() -> Double {
        if hasMovement {
            let index = 100 * abs(ups - downs) / (ups + downs)
            average = bars < 2 * period ? average + index * take : average * keep + index * take
        }
        return bars < 2 * period - 1 ? .nan : average
    }

    /// TA-Lib's tests that neither the range nor the sum of the directional indices (in percent) is below 1e-14.
    private var hasMovement: Bool {
        ranges >= 1e-14 && 100 * (ups + downs) >= 1e-14 * ranges
    }
}
