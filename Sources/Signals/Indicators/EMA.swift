/// Exponential moving average: `e + k (x - e)` with `k = 2/(n + 1)`, seeded with the mean of the first n values.
///
/// First valid at update n - 1. Source: TA-Lib's EMA (`TA_COMPATIBILITY_DEFAULT`).
public struct EMA: Indicator {
    private let keep: Double
    private let take: Double
    private var seedsMissing: Int
    /// The average so far; meaningless before it is warm.
    private(set) var average = 0.0
    /// The period n.
    public let period: Int

    /// An average over `period` (at least 1) values.
    public init(period: Int) {
        precondition(period >= 1, "an average spans at least one value")
        self.period = period
        take = 2 / Double(period + 1)
        keep = Double(period - 1) / Double(period + 1)
        seedsMissing = period
    }

    /// `period - 1`.
    public var warmUp: Int { period - 1 }

    /// The average after `value`.
    public mutating func update(_ value: Double) -> Double {
        if seedsMissing == 0 {
            average = average * keep + value * take
            return average
        }
        seedsMissing -= 1
        average += value
        if seedsMissing > 0 { return .nan }
        average /= Double(period)
        return average
    }
}
