package import Core

extension Desk {
    /// The next moment at which this desk wants to look again. Exposure, age and patience are no reason to look where
    /// nothing would come of it: a moment that stays in the past would be waited for without end.
    package func nextDeadline(_ state: TradingState) -> Timestamp? {
        var next = orders.nextDeadline
        guard state != .halted else { return next }
        func consider(_ moment: Timestamp?) {
            guard let moment else { return }
            next = next.map { min($0, moment) } ?? moment
        }
        let open = orders.openOrders.span
        for place in open.indices where !open[place].request.kind.isProtective {
            let order = open[place]
            consider(patienceEnds(order).map { orders.cancellable(order, spacing: spacing, from: $0) } ?? nil)
        }
        guard !position.isFlat, !isClosingAtMarket else { return next }
        consider(closeAgainAt)
        if isHeld {
            consider(holdEnds)
            return next
        }
        if protection.isLeaving || protection.fired != nil {
            for order in inTheWay { consider(orders.cancellable(order, spacing: spacing, from: .epoch)) }
            return next
        }
        if let since = protection.exposedSince { consider(since + rules.timing.unprotectedBudget) }
        consider(holdingEnds)
        guard protection.stop?.mode == .armedNative, let stop = protection.stop else { return next }
        if let reached = stop.reachedAt, isEscalatable(stop) { consider(reached + rules.protection.escalateAfter) }
        if let changed = stop.changedAt, isChangeable(stop) {
            consider(changed + rules.protection.amendSpacing)
        }
        return next
    }

    private var spacing: TimeSpan { rules.timing.questionSpacing }

    private func isEscalatable(_ stop: Protection.Leg) -> Bool {
        stop.order.map { !orders.isFinished($0) } ?? false
    }

    private func isChangeable(_ stop: Protection.Leg) -> Bool {
        guard let id = stop.order, !isNativeHeld, orders.works(id, awayFrom: stop.price) else { return false }
        return !orders.changes.isPending(id) && !orders.isFinished(id)
    }

    /// When the position is too old; nil where it may grow as old as it likes.
    var holdingEnds: Timestamp? {
        guard let limit = rules.protection.maximumHolding, let excursion = protection.excursion else { return nil }
        return excursion.openedAt + limit
    }

    /// Takes over from a native stop whose level was passed, or that was filled in part, and that still stands: it is
    /// cancelled, and the rest closed at market once the venue says that it is gone.
    mutating func escalate(at now: Timestamp) -> [Effect] {
        noteReach(at: now)
        guard !isClosingAtMarket, !isHeld, protection.fired == nil, var stop = protection.stop,
            stop.mode == .armedNative,
            let since = stop.reachedAt, now - since >= rules.protection.escalateAfter, isEscalatable(stop)
        else { return [] }
        stop.apply(.reached)
        stop.isEscalated = true
        protection.stop = stop
        let message =
            "\(symbol): the stop at \(stop.heldPrice ?? stop.price) was passed and still stands after "
            + "\((now - since).seconds) s; closing at market"
        return [.alert(Alert(.warning, "STOP_ESCALATED", message))]
    }

    mutating func noteReach(at now: Timestamp) {
        guard protection.stop?.mode == .armedNative, let price = lastPrice else { return }
        let part = protection.stop?.order.map { orders.isPartlyFilled($0) } ?? false
        protection.noteReach(of: price, position: position.quantity, isPartlyFilled: part, at: now)
    }

    /// When patience with an order on its way ends: a limit order that stands too long, or a part that waits for its
    /// rest; nil while there is nothing to end.
    private func patienceEnds(_ order: Order) -> Timestamp? {
        guard order.state == .working || order.state == .partiallyFilled else { return nil }
        var end: Timestamp?
        if order.filled > .zero, let filledAt = orders.filledAt(order.request.clientID) {
            end = filledAt + rules.orders.settleAfter
        }
        if case .limit = order.request.kind, order.request.purpose != .manual {
            let limit = order.intendedAt + rules.orders.escalateAfter
            end = end.map { min($0, limit) } ?? limit
        }
        return end
    }

    /// Looks after an order on its way: cancels an entry when the goal has turned away from it, a limit order that
    /// stands too long, and the rest of one that was filled in part and gets nothing more.
    mutating func tend(_ order: Order, at now: Timestamp) -> [Effect] {
        let id = order.request.clientID
        if order.request.purpose == .entry, order.state == .working || order.state == .partiallyFilled, let goal,
            order.request.side == .buy ? goal.quantity <= .zero : goal.quantity >= .zero
        {
            return cancel(order, at: now)
        }
        guard let end = patienceEnds(order), now >= end else { return [] }
        let effects = cancel(order, at: now)
        guard !effects.isEmpty else { return [] }
        if case .limit = order.request.kind, now >= order.intendedAt + rules.orders.escalateAfter {
            if order.request.purpose == .entry { goal?.entry = .escalating(id) } else { goal?.exitsAtMarket = true }
        }
        return effects
    }
}
