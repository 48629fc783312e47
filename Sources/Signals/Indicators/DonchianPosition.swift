public import Core

/// Where the close lies in the Donchian channel of the last n bars (this one included): 0 at the low, 1 at the high.
///
/// First valid at update n - 1; 0.5 where the channel has no width. Source: Richard Donchian's channel, that is
/// TA-Lib's MAX of highs and MIN of lows.
public struct DonchianPosition: Indicator {
    private var highs: RollingMaximum
    private var lows: RollingMaximum

    /// A channel over `period` (at least 1) bars.
    public init(period: Int) {
        highs = RollingMaximum(period: period)
        lows = RollingMaximum(period: period)
    }

    /// `period - 1`.
    public var warmUp: Int { highs.period - 1 }

    /// The position of the close of `bar`.
    public mutating func update(_ bar: Bar) -> Double {
        let highest = highs.add(bar.high)
        let lowest = -lows.add(-bar.low)
        guard highs.isFull else { return .nan }
        let width = highest - lowest
        return width > 0 ? (bar.close - lowest) / width : 0.5
    }
}
