/// Bollinger bands: the simple average of the last n values, plus and minus a multiple of their population deviation.
///
/// First valid at update n - 1; a constant window has all three equal. Source: John Bollinger; TA-Lib's BBANDS (SMA).
public struct BollingerBands: Indicator {
    /// The three bands at one update, in the units of the series.
    public struct Value: Hashable, Sendable {
        /// Average plus the multiple of the deviation.
        public let upper: Double
        /// The average.
        public let middle: Double
        /// Average less the multiple of the deviation.
        public let lower: Double
    }

    private var window: RollingMoments
    private let width: Double

    /// Bands `width` deviations around an average of `period` (at least 2) values; 20 and 2 are usual.
    public init(period: Int = 20, width: Double = 2) {
        precondition(period >= 2, "a deviation needs at least two values")
        window = RollingMoments(period: period)
        self.width = width
    }

    /// `period - 1`.
    public var warmUp: Int { window.period - 1 }

    /// The bands after `value`.
    public mutating func update(_ value: Double) -> Value {
        let moments = window.add(value)
        guard window.isFull else { return Value(upper: .nan, middle: .nan, lower: .nan) }
        let distance = width * moments.variance.squareRoot()
        return Value(upper: moments.mean + distance, middle: moments.mean, lower: moments.mean - distance)
    }
}
