/// The value of `period` updates ago.
public struct Lag: Sendable {
    private var ring: [Double]
    private var position = 0
    /// How far back it looks.
    public let period: Int

    /// A memory of `period` (at least 1) values.
    public init(period: Int) {
        precondition(period >= 1, "a lag is at least one update")
        self.period = period
        ring = Array(repeating: .nan, count: period)
    }

    /// Remembers `value` and answers the one given `period` updates before; NaN while there is none.
    public mutating func exchange(_ value: Double) -> Double {
        let old = ring[position]
        ring[position] = value
        position += 1
        if position == period { position = 0 }
        return old
    }
}
