package import Core

/// Executions that a venue's reports told of and that are not booked yet: their own news is late, or got lost.
///
/// Only executions are booked. But who sizes an order has to know of them: what an execution has closed already must
/// not be closed, or guarded, once more.
package struct MissingExecutions: Hashable, Codable, Sendable {
    private struct Missing: Hashable, Codable, Sendable {
        let side: Side
        var quantity: Quantity
        /// When it was first told of.
        let since: Timestamp
    }

    private var orders: [ClientOrderID: Missing] = [:]
    /// When something was last heard of any order, or one was sent.
    package private(set) var heardAt: Timestamp?

    /// When the account is to be read because they do not come by themselves; nil while none is missing, or none is
    /// looked for any more.
    package private(set) var readAt: Timestamp?

    /// News of an execution may be so much later than the report that told of it: until then nobody asks.
    private static let delay = TimeSpan.milliseconds(1_500)
    /// Executions are looked for so long before an order that lacks some keeps nobody from believing the venue.
    private static let patience = TimeSpan.seconds(60)

    package init() {}

    /// A venue told of an order, as `report` says; the books have it as `order`, and had it in `before`. What says the
    /// same again, as every list of open orders does, is nothing heard.
    mutating func note(_ report: OrderReport, of order: Order, after before: OrderState, at now: Timestamp) {
        let (id, request) = (order.request.clientID, order.request)
        // An order that was shrunk to what there was to close is filled with less.
        let isShrunk = report.filled > .zero && report.filled == report.quantity
        let all = isShrunk ? min(request.quantity, report.quantity) : request.quantity
        let total = report.state == .filled ? all : min(report.filled, request.quantity)
        let lacking = total - order.filled
        // An older report may be overtaken by a newer one: what was told once stays told.
        let isMore = lacking > orders[id]?.quantity ?? .zero
        if isMore || order.state != before { heardAt = now }
        guard isMore else { return }
        orders[id] = Missing(side: request.side, quantity: lacking, since: orders[id]?.since ?? now)
        readAt = readAt ?? now + Self.delay
    }

    /// Whether the account is to be read now: what was bought is guarded only once its execution is known. A reading
    /// that does not bring it is repeated, each time after twice as long.
    mutating func takeReading(at now: Timestamp) -> Bool {
        guard let due = readAt, due <= now else { return false }
        let oldest = orders.keys.sorted().compactMap { orders[$0]?.since }.min() ?? now
        readAt = now - oldest < Self.patience ? now + max(Self.delay, now - oldest) : nil
        return true
    }

    /// An execution of `id` is booked.
    mutating func booked(_ quantity: Quantity, of id: ClientOrderID, at now: Timestamp) {
        heardAt = now
        guard let known = orders[id] else { return }
        orders[id]?.quantity -= quantity
        if known.quantity <= quantity { orders[id] = nil }
        if orders.isEmpty { readAt = nil }
    }

    /// An order is sent.
    mutating func sent(at now: Timestamp) { heardAt = now }

    /// What the missing executions do to the position, signed.
    @inline(__always) var signed: Quantity {
        if orders.isEmpty { return .zero }
        return orders.keys.sorted().reduce(.zero) { sum, id in
            orders[id].map { sum + $0.side.signed($0.quantity) } ?? sum
        }
    }

    /// Whether nothing is missing.
    var isEmpty: Bool { orders.isEmpty }

    /// Whether an execution of `id` is missing.
    func isMissing(_ id: ClientOrderID) -> Bool { orders[id] != nil }

    /// Whether executions of `id` have been missing for so long that they will not come by themselves.
    func isOverdue(_ id: ClientOrderID, at now: Timestamp) -> Bool {
        orders[id].map { now - $0.since >= Self.patience } ?? false
    }

    /// What is missing is not waited for any more: the position was taken from the venue.
    mutating func forget() { (orders, readAt) = ([:], nil) }
}

extension Desk {
    /// What is held by all that was told, executions that are not booked yet included.
    var toldPosition: Quantity { position.quantity + orders.missing.signed }

    /// Whether the venue told of executions that are not booked yet.
    var lacksExecutions: Bool { !orders.missing.isEmpty }

    /// As much of the position as is still there by all that was told: only that can be guarded and closed.
    var closable: Quantity {
        let (held, told) = (position.quantity, toldPosition)
        if told == held { return held }
        guard told != .zero, !told.isOpposite(to: held) else { return .zero }
        // Where a reduce-only order may only reduce, one that is too large for a moment is not worth replacing.
        return told.magnitude < held.magnitude && !rules.asset.capabilities.reduceOnly ? told : held
    }

    /// `part` of the position, as far as it is still there.
    func closable(_ part: Quantity) -> Quantity {
        let rest = closable
        return rest.magnitude < part.magnitude ? rest : part
    }

    /// Whether a close of what a reading reports cannot turn the position where the venue would let it: it is no more
    /// than the books have, or nothing was sent or heard for as long as the reading may have been on its way.
    func isCloseable(asReported held: Quantity, at now: Timestamp) -> Bool {
        let told = toldPosition
        if told != .zero, !told.isOpposite(to: held), held.magnitude <= told.magnitude { return true }
        return orders.missing.heardAt.map { now - $0 >= rules.timing.requestLife } ?? true
    }
}
