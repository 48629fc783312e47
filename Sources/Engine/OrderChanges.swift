package import Core

/// Protective orders that were asked to become something else in place, and what the venue made of it.
package struct OrderChanges: Hashable, Codable, Sendable {
    private struct Change: Hashable, Codable, Sendable {
        let trigger: Price
        let quantity: Quantity
        let at: Timestamp
    }

    /// Changes that no venue has confirmed yet.
    private var pending: [ClientOrderID: Change] = [:]
    /// The largest quantity each order was asked to be changed to.
    private var largest: [ClientOrderID: Quantity] = [:]

    package init() {}

    /// Notes that `order` was asked to become something else.
    ///
    /// - Returns: False while another change is on its way.
    package mutating func ask(_ order: Order, trigger: Price, quantity: Quantity, at now: Timestamp) -> Bool {
        let id = order.request.clientID
        guard pending[id] == nil else { return false }
        pending[id] = Change(trigger: trigger, quantity: quantity, at: now)
        largest[id] = max(largest[id] ?? order.request.quantity, quantity)
        return true
    }

    /// Somebody else seems to have changed `order`: what the venue answers about it is taken over.
    package mutating func follow(_ order: Order) {
        let id = order.request.clientID
        largest[id] = largest[id] ?? order.request.quantity
    }

    /// Whether a change of `id` is on its way.
    @inline(__always) package func isPending(_ id: ClientOrderID) -> Bool { pending[id] != nil }

    /// The venue did not make the change, or there is nothing left to change.
    package mutating func forget(_ id: ClientOrderID) { pending[id] = nil }

    /// News as old as the change itself may have crossed it.
    private static let crossing = TimeSpan.milliseconds(250)

    /// Takes over what a venue says a changed order is now. An answer that still shows the old values ends the wait,
    /// unless it is so fresh that it may have crossed the wish.
    package mutating func adopt(_ report: OrderReport, _ order: inout Order, at now: Timestamp) {
        let id = order.request.clientID
        guard largest[id] != nil, order.request.kind.isProtective, let trigger = report.kind.trigger else { return }
        if let change = pending[id] {
            let isMade = trigger == change.trigger && report.quantity == change.quantity
            guard isMade || now - change.at >= Self.crossing else { return }
            pending[id] = nil
        }
        guard report.quantity > order.filled else { return }
        if trigger != order.request.kind.trigger || report.quantity != order.request.quantity {
            order.amend(kind: order.request.kind.waiting(for: trigger), quantity: report.quantity, at: now)
        }
    }

    /// Makes room for a fill of an order whose enlargement was asked for and is not confirmed yet.
    ///
    /// - Returns: Whether the fill fits.
    package func makeRoom(in order: inout Order, for fill: Fill, at now: Timestamp) -> Bool {
        if fill.quantity <= order.remaining { return true }
        guard let limit = largest[order.request.clientID], order.filled + fill.quantity <= limit else { return false }
        order.amend(kind: order.request.kind, quantity: limit, at: now)
        return true
    }
}
