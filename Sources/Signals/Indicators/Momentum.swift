/// The change over n updates: `x - x[-n]`, in the units of the series; first valid at update n. Source: TA-Lib's MOM.
public struct Momentum: Indicator {
    private var lag: Lag

    /// A change over `period` (at least 1) updates.
    public init(period: Int) {
        lag = Lag(period: period)
    }

    /// `period`.
    public var warmUp: Int { lag.period }

    /// The change that ends with `value`.
    public mutating func update(_ value: Double) -> Double {
        value - lag.exchange(value)
    }
}
