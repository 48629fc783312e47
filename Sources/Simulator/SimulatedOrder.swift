import Core

/// An order as the simulated exchange keeps it.
struct SimulatedOrder: Sendable {
    /// What an open order waits for.
    enum Progress: Hashable, Sendable {
        /// For its arrival.
        case travelling
        /// For the price to reach its level.
        case resting
        /// For the next open, because there is no price or no volume left to trade with.
        case waiting
        /// For the moment of its next part.
        case nextPart(Timestamp)
        /// For nothing any more.
        case done
    }

    private(set) var request: OrderRequest
    let venueOrderID: String
    let book: Int
    private(set) var state = OrderState.working
    private(set) var filled = Quantity.zero
    private(set) var reason: String?
    private(set) var updatedAt: Timestamp
    var progress = Progress.travelling
    /// A stop or take-profit whose trigger was reached; it is a market order from then on.
    var isTriggered = false
    /// A limit order that rested, so that its fills pay the maker's fee.
    var isMaker = false

    init(request: OrderRequest, venueOrderID: String, book: Int, at now: Timestamp) {
        (self.request, self.venueOrderID, self.book, updatedAt) = (request, venueOrderID, book, now)
    }

    var remaining: Quantity { request.quantity - filled }

    /// The level it rests at, and whether it acts at or below it (else at or above); nil for what never rests.
    var level: (price: Price, below: Bool)? {
        let buys = request.side == .buy
        switch request.kind {
        case .market: return nil
        case .limit(let price): return (price, buys)
        case .stop(let trigger): return isTriggered ? nil : (trigger, !buys)
        case .takeProfit(let trigger): return isTriggered ? nil : (trigger, buys)
        }
    }

    /// Whether it would act at `price`.
    func acts(at price: Price) -> Bool {
        guard let level else { return true }
        return level.below ? price <= level.price : price >= level.price
    }

    /// Takes another trigger and quantity.
    mutating func amend(_ amended: OrderRequest, at now: Timestamp) {
        precondition(!state.isFinal && filled == .zero && !isTriggered, "only an untouched order is changed")
        (request, updatedAt) = (amended, now)
    }

    mutating func fill(_ quantity: Quantity, at now: Timestamp) {
        precondition(!state.isFinal, "a final order does not fill")
        precondition(quantity > .zero && quantity <= remaining, "a fill is positive and at most what remains")
        filled += quantity
        (state, updatedAt) = (remaining == .zero ? .filled : .partiallyFilled, now)
    }

    mutating func end(_ state: OrderState, reason: String, at now: Timestamp) {
        precondition(!self.state.isFinal && state.isFinal, "an order ends once")
        (self.state, self.reason, updatedAt) = (state, reason, now)
        progress = .done
    }

    var report: OrderReport {
        OrderReport(
            clientID: request.clientID, venueOrderID: venueOrderID, symbol: request.symbol, side: request.side,
            kind: request.kind, quantity: request.quantity, filled: filled, state: state, reason: reason,
            at: updatedAt)
    }
}
