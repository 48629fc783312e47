public import Core

/// What a strategy wants to hold from the next open on, decided at a bar's close: a ``SignalRow`` without its name
/// tags.
public struct StrategyDecision: Hashable, Sendable {
    /// The position to hold as a share of the budget, -1...1; negative is short, 0 is flat.
    public let target: Double
    /// The score's magnitude over twice the entry threshold, at most 1: 0.5 just reaches an entry.
    public let confidence: Double
    /// The absolute stop price, or NaN when flat.
    public let stop: Double
    /// The absolute take-profit price, or NaN when there is none.
    public let takeProfit: Double

    /// A decision from its parts.
    public init(target: Double, confidence: Double, stop: Double = .nan, takeProfit: Double = .nan) {
        (self.target, self.confidence, self.stop, self.takeProfit) = (target, confidence, stop, takeProfit)
    }

    /// The decision of an artifact's row.
    public init(_ row: SignalRow) {
        self.init(
            target: row.target, confidence: row.confidence, stop: row.stop ?? .nan,
            takeProfit: row.takeProfit ?? .nan)
    }

    /// The artifact's row for this decision.
    public func row(symbol: Symbol, time: Timestamp, fold: Int) -> SignalRow {
        SignalRow(
            symbol: symbol, time: time, target: target, confidence: confidence, stop: stop.isNaN ? nil : stop,
            takeProfit: takeProfit.isNaN ? nil : takeProfit, fold: fold)
    }

    /// Bit for bit, so that two missing stops (NaN) are equal.
    public static func == (left: StrategyDecision, right: StrategyDecision) -> Bool {
        left.target.bitPattern == right.target.bitPattern && left.confidence.bitPattern == right.confidence.bitPattern
            && left.stop.bitPattern == right.stop.bitPattern
            && left.takeProfit.bitPattern == right.takeProfit.bitPattern
    }

    public func hash(into hasher: inout Hasher) {
        for value in [target, confidence, stop, takeProfit] { hasher.combine(value.bitPattern) }
    }
}

/// What a strategy knows at a bar's close; NaN in any part means that it is still warming up.
public struct StrategyInputs: Hashable, Sendable {
    /// The weighted sum of the features, -3...3.
    public let score: Double
    /// The average true range, in price units.
    public let range: Double
    /// The realised volatility per bar over the strategy's period.
    public let volatility: Double
    /// The realised volatility per bar over the longest period.
    public let usualVolatility: Double
    /// The trend over several timeframes; looked at by genomes with a gate on it only.
    public let timeframes: Double

    /// Inputs from their parts.
    public init(
        score: Double, range: Double, volatility: Double, usualVolatility: Double, timeframes: Double = .nan
    ) {
        (self.score, self.range, self.timeframes) = (score, range, timeframes)
        (self.volatility, self.usualVolatility) = (volatility, usualVolatility)
    }
}
