package import Core

/// The orders of one asset: every intent there ever was by name, and which of them are still open.
///
/// Invariants: an order is in `open` exactly while its state is not final; a trade id is booked once; no order is
/// filled beyond its quantity.
package struct OrderTracker: Hashable, Sendable {
    private var orders: [ClientOrderID: Order] = [:]
    private var booked: Set<String> = []
    private var questions: [ClientOrderID: Question] = [:]
    /// When a cancellation was last asked for.
    private var wishes: [ClientOrderID: Timestamp] = [:]
    /// Orders that the venue calls filled although not all executions have come.
    private var finished: Set<ClientOrderID> = []
    /// Open orders, oldest first.
    package private(set) var open: [ClientOrderID] = []

    /// What has been asked about an order that nobody answered for.
    private struct Question: Hashable, Sendable {
        var askAt: Timestamp
        var absences: Int
    }

    package init() {}

    package subscript(id: ClientOrderID) -> Order? { orders[id] }

    /// Open orders, oldest first.
    package var openOrders: [Order] { open.compactMap { orders[$0] } }

    /// Open orders that the venue may still execute: executions of the others are only late.
    package var executable: [Order] { openOrders.filter { !finished.contains($0.request.clientID) } }

    /// Takes an approved order as written down and sent at once.
    package mutating func send(_ request: OrderRequest, at now: Timestamp, answerBy deadline: Timestamp) {
        precondition(orders[request.clientID] == nil, "an intent is written down once")
        var order = Order(request: request, at: now)
        advance(&order, .sent, at: now)
        orders[request.clientID] = order
        open.append(request.clientID)
        questions[request.clientID] = Question(askAt: deadline, absences: 0)
    }

    /// Applies what a venue reports; fills are booked only from executions, never from a report's total.
    ///
    /// - Returns: False when the report belongs to no order of ours or contradicts what is known.
    package mutating func apply(_ report: OrderReport, at now: Timestamp) -> Bool {
        guard let id = report.clientID, var order = orders[id] else { return false }
        let event: OrderEvent? =
            switch report.state {
            case .intended, .sent, .cancelling, .unknown: nil
            case .working, .partiallyFilled, .filled: .accepted
            case .cancelled: .cancelled
            case .rejected: .rejected
            case .expired: .expired
            }
        guard let event else { return true }
        guard (try? order.apply(event, venueOrderID: report.venueOrderID, reason: report.reason, at: now)) != nil
        else { return false }
        questions[id] = nil
        if report.state == .filled { finished.insert(id) }
        store(order)
        return true
    }

    /// What became of an execution.
    package enum Booking: Hashable, Sendable {
        /// It was new and counts.
        case booked
        /// It was booked before.
        case repeated
        /// It cannot be: none of our orders, or not as we ordered.
        case implausible
    }

    /// Books an execution once.
    package mutating func book(_ fill: Fill, at now: Timestamp) -> Booking {
        let trade = "\(fill.venue)/\(fill.tradeID)"
        if booked.contains(trade) { return .repeated }
        guard let id = fill.clientID, var order = orders[id], fill.side == order.request.side,
            fill.quantity > .zero, fill.quantity <= order.remaining, fill.price > .zero,
            (try? order.fill(fill.quantity, at: now)) != nil
        else { return .implausible }
        booked.insert(trade)
        questions[id] = nil
        store(order)
        return .booked
    }

    /// Applies an event that names no report; an illegal one changes nothing.
    package mutating func note(_ event: OrderEvent, of id: ClientOrderID, reason: String? = nil, at now: Timestamp) {
        guard var order = orders[id], (try? order.apply(event, reason: reason, at: now)) != nil else { return }
        if order.state != .unknown { questions[id] = nil }
        store(order)
    }

    /// Asks for a cancellation, unless it makes no sense now: the order is over, its fate is asked for already, or the
    /// same was asked for less than `spacing` ago.
    ///
    /// - Returns: Whether to tell the venue.
    package mutating func cancel(_ id: ClientOrderID, spacing: TimeSpan, at now: Timestamp) -> Bool {
        guard let order = orders[id], !order.state.isFinal, order.state != .cancelling, order.state != .unknown,
            !finished.contains(id), wishes[id].map({ now - $0 >= spacing }) ?? true
        else { return false }
        wishes[id] = now
        note(.cancelRequested, of: id, at: now)
        return true
    }

    /// Whether we ever asked for the cancellation of `id`.
    package func wasCancelled(_ id: ClientOrderID) -> Bool { wishes[id] != nil }

    /// A venue said it never heard of `id`; believed only after `needed` answers.
    package mutating func noteAbsence(of id: ClientOrderID, needed: Int, nextAt: Timestamp, at now: Timestamp) {
        guard let order = orders[id], !order.state.isFinal else { return }
        let absences = (questions[id]?.absences ?? 0) + 1
        if absences >= needed {
            note(.absent, of: id, reason: "the venue never heard of it", at: now)
        } else {
            questions[id] = Question(askAt: nextAt, absences: absences)
        }
    }

    /// Starts asking about `id` at `now` or later.
    package mutating func ask(_ id: ClientOrderID, at moment: Timestamp) {
        guard let order = orders[id], !order.state.isFinal else { return }
        questions[id] = Question(askAt: moment, absences: questions[id]?.absences ?? 0)
    }

    /// The orders to ask the venue about now: silent past their deadline. They become `unknown`.
    package mutating func overdue(at now: Timestamp, askAgainAt next: Timestamp) -> [ClientOrderID] {
        let due = open.filter { questions[$0].map { $0.askAt <= now } ?? false }
        for id in due {
            note(.silence, of: id, at: now)
            questions[id]?.askAt = next
        }
        return due
    }

    /// When the next question is due.
    package var nextDeadline: Timestamp? {
        open.compactMap { questions[$0]?.askAt }.min()
    }

    private mutating func store(_ order: Order) {
        let id = order.request.clientID
        orders[id] = order
        if order.state.isFinal {
            open.removeAll { $0 == id }
            questions[id] = nil
            finished.remove(id)
        }
    }

    private func advance(_ order: inout Order, _ event: OrderEvent, at now: Timestamp) {
        do {
            try order.apply(event, at: now)
        } catch {
            preconditionFailure("a new order can always be sent")
        }
    }

    /// Traps when an invariant stated above does not hold.
    package func checkInvariants() {
        precondition(
            open.allSatisfy { orders[$0].map { !$0.state.isFinal } ?? false }, "open orders are not final")
    }
}
