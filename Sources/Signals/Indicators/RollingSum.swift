/// The sum of the last `period` values, in constant time and without drift.
///
/// The window is cut at the ring's end into an old and a new block. The old block is kept as suffix sums, the new one
/// as a running prefix, so a total is one addition and nothing is ever subtracted: the error stays that of adding
/// `period` numbers, however long the series. (The two-stack queue, or van Herk's and Gil and Werman's running
/// filter.)
public struct RollingSum: Sendable {
    /// Below `position` the new block's values; above it the old block's suffix sums; the last slot stays 0.
    private var ring: [Double]
    private var position = 0
    private var prefix = 0.0
    /// The number of values in a full window.
    public let period: Int
    /// Whether `period` values have been added.
    public private(set) var isFull = false

    /// An empty window of `period` (at least 1) values.
    public init(period: Int) {
        precondition(period >= 1, "a window holds at least one value")
        self.period = period
        ring = Array(repeating: 0, count: period + 1)
    }

    /// Adds a value, drops the one that leaves the window, and answers the sum of those present.
    public mutating func add(_ value: Double) -> Double {
        prefix += value
        let total = prefix + ring[position + 1]
        ring[position] = value
        position += 1
        if position == period { turn() }
        return total
    }

    /// Turns the full new block into the old one: values become suffix sums.
    private mutating func turn() {
        var sum = 0.0
        for index in stride(from: period - 1, through: 0, by: -1) {
            sum += ring[index]
            ring[index] = sum
        }
        (position, prefix, isFull) = (0, 0, true)
    }
}
