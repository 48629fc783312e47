import RealModule

/// Realised volatility per bar: the root of the mean squared log return of the last n bars (a share, not annualised).
///
/// `sqrt(sum(ln(x/x[-1])^2)/n)`; first valid at update n; 0 on a constant series. Inputs must be positive. Source:
/// Andersen and Bollerslev, "Answering the Skeptics", International Economic Review 39(4), 1998.
public struct RealisedVolatility: Indicator {
    private var squares: RollingSum
    private var previous = Double.nan

    /// A volatility over `period` (at least 1) returns.
    public init(period: Int) {
        squares = RollingSum(period: period)
    }

    /// `period`.
    public var warmUp: Int { squares.period }

    /// The volatility after `value`.
    public mutating func update(_ value: Double) -> Double {
        let change = Double.log(value / previous)
        let isFirst = previous.isNaN
        previous = value
        guard !isFirst else { return .nan }
        let sum = squares.add(change * change)
        return squares.isFull ? (sum / Double(squares.period)).squareRoot() : .nan
    }
}
