/// Simple moving average: the mean of the last n values; first valid at update n - 1. Source: TA-Lib's SMA.
public struct SMA: Indicator {
    private var window: RollingSum
    private let share: Double

    /// An average over `period` (at least 1) values.
    public init(period: Int) {
        window = RollingSum(period: period)
        share = 1 / Double(period)
    }

    /// `period - 1`.
    public var warmUp: Int { window.period - 1 }

    /// The average of the last n values.
    public mutating func update(_ value: Double) -> Double {
        let sum = window.add(value)
        return window.isFull ? sum * share : .nan
    }
}
