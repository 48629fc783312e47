import Core

extension Desk {
    /// Keeps the protection equal to the position: arms it after fills, resizes it, moves it, sweeps it when flat, and
    /// closes the position when it has been without a stop, or at all, for too long.
    mutating func guardPosition(at now: Timestamp) -> [Effect] {
        guard !position.isFlat else { return sweep(at: now) }
        followPosition(at: now)
        var effects: [Effect] = []
        if !isClosingAtMarket, protection.fired == nil {
            for leg in plannedLegs() { effects += cover(leg, at: now) }
        }
        effects += cancelStrays(at: now) + escalate(at: now) + fire(at: now)
        meterExposure(at: now)
        effects += outstay(at: now)
        if protection.isLeaving, protection.fired == nil, !isHeld, !isClosingAtMarket {
            effects += leave(.exit, at: now)
        }
        return effects
    }

    /// Decides that a position has to go that was without a stop, or held, for too long.
    private mutating func outstay(at now: Timestamp) -> [Effect] {
        guard !protection.isLeaving, !isHeld, !isClosingAtMarket else { return [] }
        if let since = protection.exposedSince, now - since >= rules.timing.unprotectedBudget {
            protection.isLeaving = true
            let message = "\(symbol): no stop for \((now - since).seconds) s, closing the position"
            return [.alert(Alert(.critical, "UNPROTECTED", message))]
        }
        guard let end = holdingEnds, now >= end else { return [] }
        protection.isLeaving = true
        let message = "\(symbol): held for its longest time, closing the position"
        return [.alert(Alert(.notice, "TIME_STOP", message))]
    }

    /// A position that nobody saw being opened begins its excursion as it is found.
    private mutating func followPosition(at now: Timestamp) {
        let held = position.quantity
        if let excursion = protection.excursion, excursion.isLong == (held > .zero) {
            if held.magnitude > excursion.peak { protection.excursion?.grow(to: held.magnitude) }
            return
        }
        protection.excursion = nil
        guard let price = position.averagePrice?.magnitude, price > .zero else { return }
        protection.excursion = Excursion(
            held, price: price, rungs: rules.protection.ladder.count, at: position.lots.first?.openedAt ?? now)
    }

    /// Books what a fill means for the protection.
    mutating func followFill(_ fill: Fill, from before: Quantity, at now: Timestamp) {
        let held = position.quantity
        guard held != .zero else { return }
        let isSame = (before > .zero && held > .zero) || (before < .zero && held < .zero)
        if !isSame {
            if before != .zero { protection.drop() }
            let fee = Money(fill.fee.value.share(held.magnitude.value, of: fill.quantity.value))
            protection.excursion = Excursion(
                held, price: fill.price, fee: fee, rungs: rules.protection.ladder.count, at: now)
        } else if held.magnitude > before.magnitude {
            protection.excursion?.enlarge(by: fill, to: held.magnitude)
        } else if let id = fill.clientID, let rung = rungs[id] {
            protection.excursion?.take(fill.quantity, rung: rung)
            finish(rung, after: fill.quantity)
        }
        let (moves, instrument) = (rules.protection, rules.asset.instrument)
        protection.excursion?.observe(fill.price, moves, instrument)
    }

    /// A take-profit that we close ourselves got a part; with the last one its leg has done its part.
    private mutating func finish(_ rung: Int, after part: Quantity) {
        guard var leg = protection[.takeProfit, rung], leg.mode == .triggered else { return }
        leg.quantity = max(leg.quantity - part, .zero)
        if leg.quantity == .zero { leg.apply(.done) }
        protection[.takeProfit, rung] = leg
    }

    /// Closes the position when a level that we watch is already behind the price, or when the closing order of a
    /// triggered level came to nothing.
    private mutating func fire(at now: Timestamp) -> [Effect] {
        guard !isHeld, !isClosingAtMarket else { return [] }
        if protection.fired == nil, let price = lastPrice, protection.stop?.mode != .placing,
            let reached = protection.triggered(by: price, position: position.quantity)
        {
            protection[reached.purpose, reached.rung]?.apply(.reached)
        }
        return protection.fired == nil ? [] : closeFired(at: now)
    }

    /// Closes the part of the position that the triggered leg covers. What may execute beside it goes first: a native
    /// order that did not fill in time, an exit that rests, and where the venue knows no reduce-only, every protective
    /// order. Each is waited for until the venue says that it is over, so that nothing executes twice.
    mutating func closeFired(at now: Timestamp) -> [Effect] {
        guard let fired = protection.fired, let leg = protection[fired.purpose, fired.rung] else { return [] }
        if leg.isEscalated, let id = leg.order, let order = orders[id], !order.state.isFinal {
            return cancel(order, at: now) + inTheWay.flatMap { cancel($0, at: now) }
        }
        let size =
            fired.purpose == .stop ? position.quantity.magnitude : min(leg.quantity, position.quantity.magnitude)
        let part = position.quantity > .zero ? size : -size
        if fired.purpose == .stop || size == position.quantity.magnitude {
            return leave(fired.purpose, rung: fired.rung, at: now)
        }
        return close(part, purpose: fired.purpose, rung: fired.rung, at: now)
    }

    /// Closes the position at market, and cancels what would enlarge it again.
    mutating func leave(_ purpose: OrderPurpose, rung: Int? = nil, at now: Timestamp) -> [Effect] {
        let entries = orders.openOrders.filter { !$0.request.reduceOnly }
        return entries.flatMap { cancel($0, at: now) } + close(position.quantity, purpose: purpose, rung: rung, at: now)
    }

    /// Cancels protective orders that no leg knows any more, such as one whose cancellation got lost.
    private mutating func cancelStrays(at now: Timestamp) -> [Effect] {
        guard orders.hasOpen({ $0.kind.isProtective && !protection.knows($0.clientID) }) else { return [] }
        return orders.openOrders
            .filter {
                $0.request.kind.isProtective && $0.state != .sent && !protection.knows($0.request.clientID)
            }
            .flatMap { cancel($0, at: now) }
    }

    /// Cancels what still protects a position that is gone: the other legs of one that fired, and leftovers.
    private mutating func sweep(at now: Timestamp) -> [Effect] {
        protection.drop()
        rungs = [:]
        protection.exposure.note(.zero, at: now)
        return orders.openOrders.filter(\.request.kind.isProtective).flatMap { cancel($0, at: now) }
    }

    /// Notes how much of the position nobody guards.
    mutating func meterExposure(at now: Timestamp) {
        let bare = closable.magnitude - guarded
        guard bare > .zero, let price = lastPrice ?? position.averagePrice else {
            return protection.exposure.note(.zero, at: now)
        }
        protection.exposure.note(price.magnitude.notional(bare), at: now)
    }

    /// How much of the position the stop guards as far as is known.
    private var guarded: Quantity {
        guard let stop = protection.stop else { return .zero }
        switch stop.mode {
        case .none, .placing, .closed: return .zero
        case .armedSynthetic, .triggered: return isHeld ? .zero : position.quantity.magnitude
        case .armedNative:
            guard let order = stop.order.flatMap({ orders[$0] }) else { return .zero }
            return min(order.remaining, position.quantity.magnitude)
        }
    }
}
