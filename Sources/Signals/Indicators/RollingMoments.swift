/// Mean and population variance of the last `period` values, in constant time and without drift.
///
/// Sums of the values and of their squares are kept as in ``RollingSum``, and relative to a pivot that moves with the
/// series (the value before the current block), so that the difference `E[d^2] - E[d]^2` loses few digits even where
/// the values are large against their spread. A constant window gives a variance of exactly 0.
public struct RollingMoments: Sendable {
    /// Mean and variance of one window.
    public struct Moments: Hashable, Sendable {
        /// The arithmetic mean.
        public let mean: Double
        /// The mean squared distance from the mean; never negative.
        public let variance: Double
    }

    /// Values of the new block below `position`, the old block's suffix sums above it; the last slot stays 0.
    private var sums: [Double]
    /// The old block's suffix sums of squares; the last slot stays 0.
    private var squares: [Double]
    private var position = 0
    private var pivot = Double.nan
    private var sum = 0.0
    private var square = 0.0
    private let share: Double
    /// The number of values in a full window.
    public let period: Int
    /// Whether `period` values have been added.
    public private(set) var isFull = false

    /// An empty window of `period` (at least 1) values.
    public init(period: Int) {
        precondition(period >= 1, "a window holds at least one value")
        self.period = period
        share = 1 / Double(period)
        sums = Array(repeating: 0, count: period + 1)
        squares = sums
    }

    /// Adds a value, drops the one that leaves the window, and answers the moments; meaningless until ``isFull``.
    public mutating func add(_ value: Double) -> Moments {
        if pivot.isNaN { pivot = value }
        let distance = value - pivot
        sum += distance
        square += distance * distance
        let shift = (sum + sums[position + 1]) * share
        let power = (square + squares[position + 1]) * share
        let moments = Moments(mean: pivot + shift, variance: Self.variance(power, shift))
        sums[position] = value
        position += 1
        if position == period { turn(newPivot: value) }
        return moments
    }

    /// What cancellation leaves of `power - shift^2` below the noise of doubles is 0.
    private static func variance(_ power: Double, _ shift: Double) -> Double {
        let variance = power - shift * shift
        return variance > 1e-14 * power ? variance : 0
    }

    /// Turns the full new block into the old one, around the new pivot.
    private mutating func turn(newPivot: Double) {
        var (sum, square) = (0.0, 0.0)
        for index in stride(from: period - 1, through: 0, by: -1) {
            let distance = sums[index] - newPivot
            sum += distance
            square += distance * distance
            sums[index] = sum
            squares[index] = square
        }
        (pivot, position, isFull) = (newPivot, 0, true)
        (self.sum, self.square) = (0, 0)
    }
}
