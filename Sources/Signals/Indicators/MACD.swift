/// Moving average convergence-divergence: `EMA(fast) - EMA(slow)`, its signal line EMA, and their difference.
///
/// Both averages give their first value at update `slow - 1`; the fast one is seeded with the mean of the `fast` values
/// that end there. The signal line is seeded with the mean of its first values; all three parts are NaN until it is
/// valid, at update `slow + signal - 2`. Source: Gerald Appel 1979; seeds as TA-Lib's MACD.
public struct MACD: Indicator {
    /// The three lines at one update, in the units of the series.
    public struct Value: Hashable, Sendable {
        /// Fast average less slow average.
        public let line: Double
        /// The line's own average.
        public let signal: Double
        /// Line less signal.
        public let histogram: Double
    }

    private var fast: EMA
    private var slow: EMA
    private var signal: EMA
    private var fastSkips: Int

    /// Averages over `fast < slow` values and a signal line over `signal` values; 12, 26 and 9 are usual.
    public init(fast: Int = 12, slow: Int = 26, signal: Int = 9) {
        precondition(fast < slow, "the fast average must be shorter than the slow one")
        self.fast = EMA(period: fast)
        self.slow = EMA(period: slow)
        self.signal = EMA(period: signal)
        fastSkips = slow - fast
    }

    /// The three averages behind the lines; meaningless before they are warm.
    var averages: (fast: Double, slow: Double, signal: Double) { (fast.average, slow.average, signal.average) }

    /// `slow + signal - 2`.
    public var warmUp: Int { slow.warmUp + signal.warmUp }

    /// The three lines after `value`.
    public mutating func update(_ value: Double) -> Value {
        let slowAverage = slow.update(value)
        guard fastSkips == 0 else {
            fastSkips -= 1
            return Value(line: .nan, signal: .nan, histogram: .nan)
        }
        let line = fast.update(value) - slowAverage
        guard !line.isNaN else { return Value(line: .nan, signal: .nan, histogram: .nan) }
        let average = signal.update(line)
        return Value(line: average.isNaN ? .nan : line, signal: average, histogram: line - average)
    }
}
