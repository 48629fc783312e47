public import Core

/// Volume-weighted average of the typical price over the last n bars.
///
/// `sum(p v)/sum(v)` with `p = (high + low + close)/3`; first valid at update n - 1. Where no volume traded in the
/// whole window it is the plain average of `p`.
public struct RollingVWAP: Indicator {
    private var prices: RollingSum
    private var turnovers: RollingSum
    private var volumes: RollingSum

    /// An average over `period` (at least 1) bars.
    public init(period: Int) {
        prices = RollingSum(period: period)
        turnovers = RollingSum(period: period)
        volumes = RollingSum(period: period)
    }

    /// `period - 1`.
    public var warmUp: Int { volumes.period - 1 }

    /// The average after `bar`.
    public mutating func update(_ bar: Bar) -> Double {
        let price = (bar.high + bar.low + bar.close) / 3
        let turnover = turnovers.add(price * bar.volume)
        let volume = volumes.add(bar.volume)
        let sum = prices.add(price)
        guard volumes.isFull else { return .nan }
        return volume > 0 ? turnover / volume : sum / Double(prices.period)
    }
}
