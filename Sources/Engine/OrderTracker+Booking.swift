package import Core

/// Which executions are in the books, and as whose.
extension OrderTracker {
    /// What became of an execution.
    package enum Booking: Hashable, Sendable {
        /// It was new and counts.
        case booked
        /// It was booked before.
        case repeated
        /// It was booked before as somebody else's, as where a stop becomes an order of another name: the order has it
        /// now, the position had it.
        case claimed
        /// It cannot be: none of our orders, or not as we ordered.
        case implausible
    }

    /// Whether an execution is in the books.
    package func hasBooked(_ fill: Fill) -> Bool { booked.contains("\(fill.venue)/\(fill.tradeID)") }

    /// Whether an execution was booked as somebody else's.
    func isForeign(_ fill: Fill) -> Bool { foreign?.contains("\(fill.venue)/\(fill.tradeID)") ?? false }

    /// An execution of somebody else was booked.
    mutating func bookForeign(_ fill: Fill) {
        let trade = "\(fill.venue)/\(fill.tradeID)"
        booked.insert(trade)
        foreign = (foreign ?? []).union([trade])
    }

    /// An order that the venue calls filled, of which nothing is missing and which did less than was asked for, was
    /// shrunk on its way, as a close is to what is free: it is over.
    func endShrunk(_ order: inout Order, at now: Timestamp) {
        let id = order.request.clientID
        guard isFinished(id), !order.state.isFinal, order.filled > .zero, !missing.isMissing(id) else { return }
        try? order.apply(.cancelled, reason: "SHRUNK", at: now)
    }
}
