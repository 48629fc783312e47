/// An order with its life so far.
public struct Order: Hashable, Codable, Sendable {
    /// What we asked for, as last changed at the venue.
    public private(set) var request: OrderRequest
    /// When the intent was written down.
    public let intendedAt: Timestamp
    /// Where it is.
    public private(set) var state: OrderState
    /// How much of it was filled.
    public private(set) var filled: Quantity
    /// The venue's name for it, once known.
    public private(set) var venueOrderID: String?
    /// The venue's reason, when it refused.
    public private(set) var reason: String?
    /// When it last changed.
    public private(set) var updatedAt: Timestamp

    /// A new intent.
    public init(request: OrderRequest, at now: Timestamp) {
        self.request = request
        intendedAt = now
        updatedAt = now
        state = .intended
        filled = .zero
    }

    /// What is not filled yet.
    public var remaining: Quantity { request.quantity - filled }

    /// Applies an event that moves no quantity.
    ///
    /// - Throws: ``IllegalOrderTransition``; the order is then unchanged.
    public mutating func apply(
        _ event: OrderEvent, venueOrderID: String? = nil, reason: String? = nil, at now: Timestamp
    ) throws(IllegalOrderTransition) {
        let next = try state.after(event)
        // The table knows no quantities: after a part was filled, an order that stands again is not untouched, and
        // one that the venue no longer knows was not refused.
        switch (next, filled > .zero) {
        case (.working, true): state = .partiallyFilled
        case (.rejected, true): state = .cancelled
        case (_, _): state = next
        }
        if let venueOrderID { self.venueOrderID = venueOrderID }
        if let reason { self.reason = reason }
        updatedAt = now
    }

    /// Takes over what the venue changed the order to; the state stays.
    ///
    /// - Precondition: `quantity` is more than what was filled.
    public mutating func amend(kind: OrderKind, quantity: Quantity, at now: Timestamp) {
        precondition(quantity > filled, "an order is changed to more than was filled")
        request = OrderRequest(
            clientID: request.clientID, symbol: request.symbol, side: request.side, quantity: quantity, kind: kind,
            reduceOnly: request.reduceOnly, purpose: request.purpose)
        updatedAt = now
    }

    /// Books a fill of `quantity`.
    ///
    /// - Throws: ``IllegalOrderTransition`` when the order cannot fill any more; it is then unchanged.
    /// - Precondition: `quantity` is positive and not more than what remains.
    public mutating func fill(_ quantity: Quantity, at now: Timestamp) throws(IllegalOrderTransition) {
        precondition(quantity > .zero && quantity <= remaining, "a fill is positive and at most what remains")
        let next = try state.after(quantity == remaining ? .filled : .partlyFilled)
        filled += quantity
        state = next
        updatedAt = now
    }
}

/// One execution.
public struct Fill: Hashable, Codable, Sendable {
    /// The venue that reported it.
    public let venue: BrokerName
    /// The venue's name for the execution; unique per venue.
    public let tradeID: String
    /// Our order, or nil when it was none of ours.
    public let clientID: ClientOrderID?
    /// The instrument.
    public let symbol: Symbol
    /// Bought or sold.
    public let side: Side
    /// At what price.
    public let price: Price
    /// How much; positive.
    public let quantity: Quantity
    /// The fee in the instrument's quote currency; negative for a rebate.
    public let fee: Money
    /// When.
    public let at: Timestamp

    /// A fill from its parts.
    public init(
        venue: BrokerName, tradeID: String, clientID: ClientOrderID?, symbol: Symbol, side: Side, price: Price,
        quantity: Quantity, fee: Money, at: Timestamp
    ) {
        (self.venue, self.tradeID, self.clientID, self.symbol) = (venue, tradeID, clientID, symbol)
        (self.side, self.price, self.quantity, self.fee, self.at) = (side, price, quantity, fee, at)
    }

    /// The money that changed hands, without the fee; positive.
    public var notional: Money { price.notional(quantity) }
}
