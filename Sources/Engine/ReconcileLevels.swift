import Core

/// Protections that stand at the venue, but not as they were asked for.
extension Comparison {
    /// Somebody moved a stop, or changed its size, in the venue's app. A list may be older than a change of our own, so
    /// the order itself is asked about; what the venue says of it is taken over, and the desk then puts it back.
    mutating func compareLevel(_ desk: inout Desk, _ order: Order, _ report: OrderReport) {
        guard desk.isMoved(order, to: report), let wanted = order.request.kind.trigger, let found = report.kind.trigger
        else { return }
        let id = order.request.clientID
        let sentence =
            "the protection \(id) is to wait at \(wanted) for \(order.request.quantity) and waits at \(found) for "
            + "\(report.quantity)"
        differ(.protection, desk.symbol, sentence, .asked)
        alert(.warning, "PROTECTION_MOVED", "\(desk.symbol): \(sentence): it is put back")
        desk.orders.changes.follow(order)
        desk.orders.ask(id, at: now)
        isDisputed = true
    }
}

extension Desk {
    /// Whether the venue holds a protection elsewhere, or for another quantity, than it was asked to last.
    fileprivate func isMoved(_ order: Order, to report: OrderReport) -> Bool {
        guard order.request.kind.isProtective, report.kind.isProtective, order.filled == .zero, report.filled == .zero,
            !orders.changes.isPending(order.request.clientID)
        else { return false }
        // A row without its level tells nothing of it.
        guard let trigger = report.kind.trigger, trigger > .zero else { return false }
        return trigger != order.request.kind.trigger || report.quantity != order.request.quantity
    }
}
