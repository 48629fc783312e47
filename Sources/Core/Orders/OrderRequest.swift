/// The direction of an order or fill.
public enum Side: String, Codable, Sendable, CaseIterable {
    /// Adds to the position.
    case buy
    /// Takes from the position.
    case sell

    /// The other direction.
    public var opposite: Side { self == .buy ? .sell : .buy }

    /// `quantity` with this side's sign: buys are positive.
    public func signed(_ quantity: Quantity) -> Quantity { self == .buy ? quantity : -quantity }
}

/// What an order is for. Part of its identity, and shown to people.
public enum OrderPurpose: String, Codable, Sendable, CaseIterable {
    /// Opens or enlarges a position.
    case entry
    /// Closes or reduces a position because the signal says so.
    case exit
    /// Protects a position against loss.
    case stop
    /// Takes a position's profit.
    case takeProfit
    /// Closes a position because the kill switch or an operator's flatten says so.
    case flatten
    /// An operator's own order.
    case manual

    /// Whether such an order may enlarge exposure.
    public var mayOpen: Bool { self == .entry || self == .manual }
}

/// How an order executes.
public enum OrderKind: Hashable, Codable, Sendable {
    /// At the best price now.
    case market
    /// At `price` or better.
    case limit(Price)
    /// At market once the price has moved to `trigger` against the position.
    case stop(trigger: Price)
    /// At market once the price has moved to `trigger` in favour of the position.
    case takeProfit(trigger: Price)

    /// Whether the order waits for a trigger.
    public var isProtective: Bool { trigger != nil }

    /// The price it waits for; nil for an order that executes at once.
    public var trigger: Price? {
        switch self {
        case .stop(let trigger), .takeProfit(let trigger): trigger
        case .market, .limit: nil
        }
    }

    /// The same kind of protective order with another trigger; any other order stays what it is.
    public func waiting(for trigger: Price) -> OrderKind {
        switch self {
        case .stop: .stop(trigger: trigger)
        case .takeProfit: .takeProfit(trigger: trigger)
        case .market, .limit: self
        }
    }
}

/// An order as we want it.
public struct OrderRequest: Hashable, Codable, Sendable {
    /// Our name for it.
    public let clientID: ClientOrderID
    /// The instrument.
    public let symbol: Symbol
    /// Buy or sell.
    public let side: Side
    /// How many units; positive.
    public let quantity: Quantity
    /// How it executes.
    public let kind: OrderKind
    /// Whether it may only reduce a position, never open or flip one.
    public let reduceOnly: Bool
    /// What it is for.
    public let purpose: OrderPurpose

    /// An order from its parts.
    ///
    /// - Precondition: `quantity` is positive.
    public init(
        clientID: ClientOrderID, symbol: Symbol, side: Side, quantity: Quantity, kind: OrderKind, reduceOnly: Bool,
        purpose: OrderPurpose
    ) {
        precondition(quantity > .zero, "an order has a positive quantity")
        (self.clientID, self.symbol, self.side, self.quantity) = (clientID, symbol, side, quantity)
        (self.kind, self.reduceOnly, self.purpose) = (kind, reduceOnly, purpose)
    }
}
