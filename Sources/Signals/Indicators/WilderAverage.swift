/// Wilder's smoothing: the mean of the first `period` values, then `average x (n - 1)/n + value/n`.
///
/// Source: J. Welles Wilder, "New Concepts in Technical Trading Systems", 1978; seed as TA-Lib's.
struct WilderAverage: Sendable {
    private let keep: Double
    private let take: Double
    private var seedsMissing: Int
    private(set) var value = 0.0

    init(period: Int) {
        precondition(period >= 1, "an average spans at least one value")
        take = 1 / Double(period)
        keep = Double(period - 1) / Double(period)
        seedsMissing = period
    }

    /// Whether the seed is complete.
    var isWarm: Bool { seedsMissing == 0 }

    mutating func add(_ next: Double) {
        if seedsMissing == 0 {
            value = value * keep + next * take
        } else {
            seedsMissing -= 1
            value += next
            if seedsMissing == 0 { value *= take }
        }
    }
}
