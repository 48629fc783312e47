/// How many population deviations a value lies above the mean of the last n values (itself included).
///
/// `(x - mean)/deviation`; first valid at update n - 1; 0 on a constant window. Used on closes and on volumes.
public struct RollingZScore: Indicator {
    private var window: RollingMoments

    /// A score over `period` (at least 2) values.
    public init(period: Int) {
        precondition(period >= 2, "a deviation needs at least two values")
        window = RollingMoments(period: period)
    }

    /// `period - 1`.
    public var warmUp: Int { window.period - 1 }

    /// The score of `value`.
    public mutating func update(_ value: Double) -> Double {
        let moments = window.add(value)
        guard window.isFull else { return .nan }
        return moments.variance > 0 ? (value - moments.mean) / moments.variance.squareRoot() : 0
    }
}
