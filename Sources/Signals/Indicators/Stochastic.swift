public import Core

/// Slow stochastic oscillator: where the close lies in the range of the last n bars, 0 ... 100, smoothed twice.
///
/// Raw %K is `100 (close - lowest low)/(highest high - lowest low)`; %K is its simple average and %D that of %K. A
/// range of zero gives `whenFlat`, by default TA-Lib's 0. Both are NaN until %D is valid. Source: George Lane;
/// TA-Lib's STOCH.
public struct Stochastic: Indicator {
    /// Both lines at one update, 0 ... 100.
    public struct Value: Hashable, Sendable {
        /// The smoothed position (%K).
        public let fast: Double
        /// The average of `fast` (%D).
        public let slow: Double
    }

    private var highs: RollingMaximum
    private var lows: RollingMaximum
    private var fast: SMA
    private var slow: SMA
    private let whenFlat: Double

    /// An oscillator over `period` bars, smoothed over `fast` and again over `slow` values; 14, 3 and 3 are W1's.
    public init(period: Int = 14, fast: Int = 3, slow: Int = 3, whenFlat: Double = 0) {
        highs = RollingMaximum(period: period)
        lows = RollingMaximum(period: period)
        self.fast = SMA(period: fast)
        self.slow = SMA(period: slow)
        self.whenFlat = whenFlat
    }

    /// `period + fast + slow - 3`.
    public var warmUp: Int { highs.period - 1 + fast.warmUp + slow.warmUp }

    /// Both lines after `bar`.
    public mutating func update(_ bar: Bar) -> Value {
        let highest = highs.add(bar.high)
        let lowest = -lows.add(-bar.low)
        guard highs.isFull else { return Value(fast: .nan, slow: .nan) }
        let range = highest - lowest
        let smoothed = fast.update(range > 0 ? 100 * (bar.close - lowest) / range : whenFlat)
        guard !smoothed.isNaN else { return Value(fast: .nan, slow: .nan) }
        let average = slow.update(smoothed)
        return Value(fast: average.isNaN ? .nan : smoothed, slow: average)
    }
}
