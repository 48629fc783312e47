/// One row of a signals artifact: what to hold from now on, decided at a bar's close.
public struct SignalRow: Hashable, Codable, Sendable {
    /// The asset.
    public let symbol: Symbol
    /// The close of the bar the row was decided on; the row must not be acted on earlier.
    public let time: Timestamp
    /// The position to hold, as a share of the asset's budget in -1...1; negative is short, 0 is flat.
    public let target: Double
    /// How sure the generator is, 0...1.
    public let confidence: Double
    /// Stop price that belongs to the target, or nil.
    public let stop: Double?
    /// Take-profit price that belongs to the target, or nil.
    public let takeProfit: Double?
    /// The walk-forward fold that decided.
    public let fold: Int

    /// A row from its parts.
    public init(
        symbol: Symbol, time: Timestamp, target: Double, confidence: Double, stop: Double?, takeProfit: Double?,
        fold: Int
    ) {
        self.symbol = symbol
        self.time = time
        self.target = target
        self.confidence = confidence
        self.stop = stop
        self.takeProfit = takeProfit
        self.fold = fold
    }
}
