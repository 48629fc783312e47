/// What the rows of a window earned, as shares of the asset's fixed budget.
///
/// A figure that is not defined (the Sharpe ratio without variance, the win rate without trades) is nil and its key
/// is left out of the header; no figure is ever NaN or infinite.
public struct ArtifactStatistics: Hashable, Codable, Sendable {
    /// Closed trades; one that the end of the data leaves open does not count.
    public var trades: Int
    /// Profit net of fees and slippage, open positions marked at the last close.
    public var netReturn: Double
    /// Fees paid.
    public var fees: Double
    /// The deepest fall of the marked equity from its peak, as a share of the peak.
    public var maxDrawdown: Double
    /// The share of bars with a position, 0...1.
    public var exposure: Double
    /// The return of holding one budget long over the window, without costs.
    public var buyAndHold: Double
    /// The annualised ratio of mean to standard deviation of the marked returns per bar.
    public var sharpe: Double?
    /// The share of closed trades that earned more than their costs, 0...1.
    public var winRate: Double?
    /// The profit of the winning trades over the loss of the losing ones.
    public var profitFactor: Double?

    /// Statistics from their parts; figures that are not finite become nil where they may.
    public init(
        trades: Int, netReturn: Double, fees: Double, maxDrawdown: Double, exposure: Double, buyAndHold: Double,
        sharpe: Double?, winRate: Double?, profitFactor: Double?
    ) {
        (self.trades, self.netReturn, self.fees, self.maxDrawdown) = (trades, netReturn, fees, maxDrawdown)
        (self.exposure, self.buyAndHold) = (exposure, buyAndHold)
        self.sharpe = sharpe.flatMap { $0.isFinite ? $0 : nil }
        self.winRate = winRate.flatMap { $0.isFinite ? $0 : nil }
        self.profitFactor = profitFactor.flatMap { $0.isFinite ? $0 : nil }
    }

    /// Whether every figure is finite and the counts are not negative.
    var isSound: Bool {
        let figures = [
            netReturn, fees, maxDrawdown, exposure, buyAndHold, sharpe ?? 0, winRate ?? 0, profitFactor ?? 0,
        ]
        return trades >= 0 && figures.allSatisfy(\.isFinite)
    }
}
