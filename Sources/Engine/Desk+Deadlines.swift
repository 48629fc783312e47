package import Core

extension Desk {
    /// The next moment at which this desk wants to look again. Exposure, age and patience are no reason to look where
    /// nothing would come of it: a moment that stays in the past would be waited for without end.
    @inline(__always) package func nextDeadline(_ state: TradingState) -> Timestamp? {
        memo.isKnown(for: state) ? memo.deadline : computedDeadline(state)
    }

    /// Checks the desk after a change, and keeps in mind what follows from it.
    mutating func review(_ state: TradingState) {
        checkInvariants()
        // What is left of a position that cannot be closed depends on the price.
        memo.note(
            computedDeadline(state), isWatching: isWatching, calm: calm, for: page.span[0].isHeld ? nil : state)
    }

    /// Where ``noteReach(at:)`` and the levels that are watched here have nothing to say.
    private var calm: DeskMemo.Calm {
        if isWatching { return .none }
        guard let stop = protection.stop, stop.mode == .armedNative else { return .all }
        guard stop.reachedAt == nil, !(stop.order.map { orders.isPartlyFilled($0) } ?? false) else { return .none }
        let level = stop.heldPrice ?? stop.price
        return position.quantity > .zero ? .above(level) : .below(level)
    }

    /// ``nextDeadline(_:)``, worked out.
    package func computedDeadline(_ state: TradingState) -> Timestamp? {
        var next = page.span[0].orders.nextDeadline
        guard state != .halted else { return next }
        func consider(_ moment: Timestamp?) {
            guard let moment else { return }
            next = next.map { min($0, moment) } ?? moment
        }
        consider(page.span[0].orders.missing.readAt)
        if page.span[0].orders.hasOpen({ !$0.kind.isProtective }) {
            for order in orders.openOrders where !order.request.kind.isProtective {
                consider(patienceEnds(order).map { orders.cancellable(order, spacing: spacing, from: $0) } ?? nil)
            }
        }
        if page.span[0].orders.hasOpen({ $0.kind.isProtective }) { consider(uselessCancellable) }
        guard page.span[0].position.quantity != .zero, !isClosingAtMarket else { return next }
        consider(closeAgainAt)
        if isHeld {
            consider(holdEnds)
            return next
        }
        if page.span[0].protection.isOver {
            for order in inTheWay { consider(orders.cancellable(order, spacing: spacing, from: .epoch)) }
            return next
        }
        if let since = exposedSince { consider(since + rules.timing.unprotectedBudget) }
        consider(holdingEnds)
        guard protection.stop?.mode == .armedNative else { return next }
        if let reached = protection.stop?.reachedAt, let stop = protection.stop, isEscalatable(stop) {
            consider(reached + rules.protection.escalateAfter)
        }
        if let changed = protection.stop?.changedAt, isStopChangeable {
            consider(changed + rules.protection.amendSpacing)
        }
        return next
    }

    private var spacing: TimeSpan { rules.timing.questionSpacing }

    /// When to ask again for the next protective order to go that is of no use any more: its cancellation was refused.
    private var uselessCancellable: Timestamp? {
        let (isFlat, isCovered) = (position.isFlat, !isClosingAtMarket && !protection.isOver)
        return orders.openOrders.compactMap { order in
            let id = order.request.clientID
            let isWatched = protection.legs.contains { $0.order == id && $0.mode == .armedSynthetic }
            let isStray = order.state != .sent && !protection.knows(id)
            guard order.request.kind.isProtective, isFlat || isStray || isCovered && isWatched else { return nil }
            return orders.cancellable(order, spacing: rules.timing.haltPatience, from: .epoch)
        }.min()
    }

    private func isEscalatable(_ stop: Protection.Leg) -> Bool {
        stop.order.map { !orders.isFinished($0) } ?? false
    }

    /// Whether the native stop stands elsewhere than it should, and could be moved.
    @inline(__always) private var isStopChangeable: Bool {
        guard !isNativeHeld, let id = protection.stop?.order, let price = protection.stop?.price,
            page.span[0].orders.works(id, awayFrom: price)
        else { return false }
        return !orders.changes.isPending(id) && !orders.isFinished(id)
    }

    /// When the position is too old; nil where it may grow as old as it likes.
    @inline(__always) var holdingEnds: Timestamp? {
        guard let limit = page.span[0].rules.protection.maximumHolding,
            let openedAt = page.span[0].protection.excursion?.openedAt
        else { return nil }
        return openedAt + limit
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

    /// Notes since when the level of a native stop has been passed, or the stop been filled in part, while it stands.
    @inline(__always) mutating func noteReach(at now: Timestamp) {
        guard page.span[0].protection.stop?.mode == .armedNative, let price = lastPrice else { return }
        var isReached = page.span[0].protection.isBeyondStop(price, position: page.span[0].position.quantity)
        if !isReached, let stop = page.span[0].protection.stop?.order {
            isReached = page.span[0].orders.isPartlyFilled(stop)
        }
        // Mostly it is as it was, and nothing is written.
        guard isReached != (page.span[0].protection.stop?.reachedAt != nil) else { return }
        protection.stop?.reachedAt = isReached ? now : nil
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
