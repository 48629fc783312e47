package import Core

extension OrderTracker {
    // MARK: Sending again, changing, patience

    /// Plans to send an order again under its name: one that provably never left, or, where a second one of its name is
    /// safe, one that the venue does not know (`isBlind`: an earlier one may still arrive).
    ///
    /// - Returns: False when it was sent `attempts` times already, or is not waiting for its first answer.
    package mutating func planRepeat(
        _ id: ClientOrderID, attempts: Int, spacing: TimeSpan, isBlind: Bool, at now: Timestamp
    ) -> Bool {
        guard let place = place(of: id), canRepeat(openOrders[place]),
            repeats.plan(id, attempts: attempts, spacing: spacing, isBlind: isBlind, at: now)
        else { return false }
        affairs[place].question = nil
        return true
    }

    /// Whether an order still waits for its first answer.
    private func canRepeat(_ order: Order) -> Bool {
        (order.state == .sent || order.state == .unknown) && order.filled == .zero && order.venueOrderID == nil
    }

    /// The orders to be sent again now, oldest first. What is to be cancelled by now is asked about instead.
    package mutating func dueRepeats(at now: Timestamp, askAt next: Timestamp) -> [Order] {
        guard let earliest = repeats.earliest, earliest <= now else { return [] }
        var due: [Order] = []
        for order in openOrders {
            let id = order.request.clientID
            guard let moment = repeats.againAt(id), moment <= now else { continue }
            if canRepeat(order) {
                due.append(order)
            } else {
                repeats.answered(id)
                ask(id, at: next)
            }
        }
        return due
    }

    /// An order was sent again.
    package mutating func sentAgain(_ id: ClientOrderID, answerBy deadline: Timestamp) {
        activity += 1
        repeats.sent(id)
        ask(id, at: deadline)
    }

    /// Gives up the orders that wait to be sent again after they provably never left.
    package mutating func dropRepeats(at now: Timestamp) {
        for id in openOrders.map(\.request.clientID) where repeats.againAt(id) != nil && !repeats.isBlind(id) {
            note(.rejected, of: id, reason: "NEVER_SENT", at: now)
        }
    }

    /// Notes that a protective order was asked to become something else.
    ///
    /// - Returns: False while another change is on its way.
    package mutating func change(_ id: ClientOrderID, trigger: Price, quantity: Quantity, at now: Timestamp) -> Bool {
        activity += 1
        return self[id].map { changes.ask($0, trigger: trigger, quantity: quantity, at: now) } ?? false
    }

    /// When `id` was last filled in part.
    package func filledAt(_ id: ClientOrderID) -> Timestamp? { place(of: id).flatMap { affairs[$0].filledAt } }

    /// Whether the venue calls `id` filled although not all executions have come.
    package func isFinished(_ id: ClientOrderID) -> Bool { place(of: id).map { affairs[$0].isFinished } ?? false }

    /// The first moment from `moment` on at which cancelling `order` makes sense; nil while it makes none.
    package func cancellable(_ order: Order, spacing: TimeSpan, from moment: Timestamp) -> Timestamp? {
        let id = order.request.clientID
        guard !order.state.isFinal, order.state != .cancelling, order.state != .unknown, !isFinished(id) else {
            return nil
        }
        return wishes[id].map { max(moment, $0 + spacing) } ?? moment
    }
}
