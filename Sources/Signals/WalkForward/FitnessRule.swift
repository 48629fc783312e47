/// How good one genome's outcome on a train window is: risk-adjusted return net of costs, less two penalties.
///
/// `fitness = sharpe - drawdownWeight * maxDrawdown - fewTradesWeight * shortfall^2`
/// - `sharpe`: the annualised Sharpe ratio of the marked returns per bar, fees and slippage paid; 0 when nothing was
///   traded. It rewards return per unit of risk, so size alone cannot buy fitness.
/// - `maxDrawdown`: the deepest fall from the equity's peak as a share of that peak. The Sharpe ratio is blind to
///   losses that come in a row; this term is not.
/// - `shortfall`: by how much the closed trades fall short of ``minimumTrades(rows:)``, as a share of it, 0...1. A few
///   lucky trades prove nothing; a genome that never trades gets exactly `-fewTradesWeight`.
///
/// In universal mode a genome's fitness is ``pooled(_:)`` over the assets, so that no asset can dominate.
public struct FitnessRule: Hashable, Codable, Sendable {
    /// The price of a drawdown of everything, in units of annualised Sharpe ratio.
    public var drawdownWeight = 4.0
    /// The price of not trading at all, in the same units.
    public var fewTradesWeight = 4.0
    /// A trade is expected at least once in so many bars of the train window.
    public var barsPerTrade = 60
    /// The price of assets that disagree: what a unit of their median absolute deviation costs.
    public var dispersionWeight = 0.5

    /// The defaults.
    public init() {}

    /// The trades below which a window of `rows` bars is penalised; at least 3.
    public func minimumTrades(rows: Int) -> Int {
        Swift.max(3, rows / Swift.max(barsPerTrade, 1))
    }

    /// The fitness of a window of `rows` bars.
    package func fitness(sharpe: Double?, maxDrawdown: Double, trades: Int, rows: Int) -> Double {
        let wanted = Double(minimumTrades(rows: rows))
        let shortfall = Swift.max(0, wanted - Double(trades)) / wanted
        return (sharpe ?? 0) - drawdownWeight * maxDrawdown - fewTradesWeight * shortfall * shortfall
    }

    /// The fitness of several assets together: their median less ``dispersionWeight`` times their median absolute
    /// deviation from it. One asset is its own median, whatever the weight.
    package func pooled(_ fitness: [Double]) -> Double {
        let middle = Self.median(fitness)
        guard middle.isFinite, fitness.count > 1 else { return middle }
        return middle - dispersionWeight * Self.median(fitness.map { abs($0 - middle) })
    }

    /// The middle value; of an even number the lower of the two middle ones, because a mean of two would let one asset
    /// carry the other; negative infinity of none or of a NaN.
    package static func median(_ values: [Double]) -> Double {
        guard !values.isEmpty, values.allSatisfy({ !$0.isNaN }) else { return -.infinity }
        return values.sorted()[(values.count - 1) / 2]
    }
}
