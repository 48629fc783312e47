/// The largest of the last `period` values, in constant time: the scheme of ``RollingSum`` with `max` for `+`.
///
/// The smallest of a window is the negated largest of the negated values.
public struct RollingMaximum: Sendable {
    /// Below `position` the new block's values; above it the old block's suffix maxima; the last slot stays -infinity.
    private var ring: [Double]
    private var position = 0
    private var prefix = -Double.infinity
    /// The number of values in a full window.
    public let period: Int
    /// Whether `period` values have been added.
    public private(set) var isFull = false

    /// An empty window of `period` (at least 1) values.
    public init(period: Int) {
        precondition(period >= 1, "a window holds at least one value")
        self.period = period
        ring = Array(repeating: -.infinity, count: period + 1)
    }

    /// Adds a value, drops the one that leaves the window, and answers the largest of those present.
    public mutating func add(_ value: Double) -> Double {
        prefix = value > prefix ? value : prefix
        let older = ring[position + 1]
        let largest = older > prefix ? older : prefix
        ring[position] = value
        position += 1
        if position == period { turn() }
        return largest
    }

    private mutating func turn() {
        var largest = -Double.infinity
        for index in stride(from: period - 1, through: 0, by: -1) {
            largest = ring[index] > largest ? ring[index] : largest
            ring[index] = largest
        }
        (position, prefix, isFull) = (0, -.infinity, true)
    }
}
