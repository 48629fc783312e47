/// Relative strength index: `100 g/(g + l)` of Wilder's averages of gains and losses, 0 ... 100.
///
/// First valid at update n. Where nothing moved (`g + l` below 1e-14) it is `whenFlat`; TA-Lib answers 0 there, which
/// reads as "only losses", so features ask for 50. Source: Wilder 1978; seeds as TA-Lib's RSI.
public struct RSI: Indicator {
    private var gains: WilderAverage
    private var losses: WilderAverage
    private var previous = Double.nan
    private let whenFlat: Double
    /// The period n.
    public let period: Int

    /// An index over `period` (at least 2) changes, answering `whenFlat` where there is no movement at all.
    public init(period: Int, whenFlat: Double = 0) {
        precondition(period >= 2, "a strength index compares at least two changes")
        self.period = period
        self.whenFlat = whenFlat
        gains = WilderAverage(period: period)
        losses = WilderAverage(period: period)
    }

    /// `period`.
    public var warmUp: Int { period }

    /// The index after `value`.
    public mutating func update(_ value: Double) -> Double {
        let change = value - previous
        previous = value
        guard !change.isNaN else { return .nan }
        // The sign of a price change cannot be predicted, so it is not branched on; both halves are exact.
        gains.add((abs(change) + change) / 2)
        losses.add((abs(change) - change) / 2)
        guard gains.isWarm else { return .nan }
        let movement = gains.value + losses.value
        return movement < 1e-14 ? whenFlat : 100 * gains.value / movement
    }
}
