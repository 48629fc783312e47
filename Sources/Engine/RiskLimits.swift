public import Core

/// What the risk gate lets pass. A limit that is nil is not checked.
public struct RiskLimits: Hashable, Codable, Sendable {
    /// Largest value of one order, in the quote currency.
    public var maxOrderNotional: Money?
    /// Largest value of a position after the order, in the quote currency.
    public var maxPositionNotional: Money?
    /// Largest quantity of one order.
    public var maxQuantity: Quantity?
    /// How far, in percent, the price may be from the last bar's close, and a limit price from the last price.
    public var priceCollarPercent: FixedDecimal?
    /// A price older than this is no basis for an entry.
    public var stalePriceAfter: TimeSpan?
    /// A signal row older than this is not acted on any more.
    public var signalExpiresAfter: TimeSpan?

    /// Limits from their parts.
    public init(
        maxOrderNotional: Money? = nil, maxPositionNotional: Money? = nil, maxQuantity: Quantity? = nil,
        priceCollarPercent: FixedDecimal? = nil, stalePriceAfter: TimeSpan? = nil, signalExpiresAfter: TimeSpan? = nil
    ) {
        (self.maxOrderNotional, self.maxPositionNotional) = (maxOrderNotional, maxPositionNotional)
        (self.maxQuantity, self.priceCollarPercent) = (maxQuantity, priceCollarPercent)
        (self.stalePriceAfter, self.signalExpiresAfter) = (stalePriceAfter, signalExpiresAfter)
    }
}

/// Whether the engine may open, only reduce, or neither.
public enum TradingState: String, Codable, Sendable, CaseIterable {
    /// Entries and exits.
    case active
    /// Exits only.
    case reducing
    /// Nothing but the kill sequence's own reductions.
    case halted
}

/// Why the gate refused an order: a stable code for scripts and a sentence with the figures for people.
public struct RiskRefusal: Error, Hashable, Codable, Sendable {
    /// The rule that refused.
    public let code: RiskCode
    /// The instrument.
    public let symbol: Symbol
    /// The order that did not leave.
    public let clientID: ClientOrderID
    /// What the rule saw and what it allows.
    public let sentence: String
    /// When.
    public let at: Timestamp
}

/// The rules of the gate by their stable codes.
public enum RiskCode: String, Codable, Sendable, CaseIterable {
    /// The engine is reducing or halted.
    case tradingState = "TRADING_STATE"
    /// An order of this name was already written down.
    case duplicateOrder = "DUPLICATE_ORDER"
    /// A reduction would be larger than the position.
    case wouldFlip = "WOULD_FLIP"
    /// The signal row is too old.
    case signalExpired = "SIGNAL_EXPIRED"
    /// There is no price, or it is too old.
    case stalePrice = "STALE_PRICE"
    /// The price has run away from the bar the signal was decided on.
    case priceCollar = "PRICE_COLLAR"
    /// Someone else changed the position, and no operator has acknowledged it.
    case externalPosition = "EXTERNAL_POSITION"
    /// The position would have no stop, or one that would fire at once.
    case stopNotPlaceable = "STOP_NOT_PLACEABLE"
    /// The instrument's own steps or minimums forbid the quantity.
    case instrumentRules = "INSTRUMENT_RULES"
    /// The order is too large by quantity.
    case maxQuantity = "MAX_QUANTITY"
    /// The order is too large by value.
    case maxOrderNotional = "MAX_ORDER_NOTIONAL"
    /// The position would become too large by value.
    case maxPositionNotional = "MAX_POSITION_NOTIONAL"
}
