package import Core

extension Desk {
    /// A leg as it should be.
    struct PlannedLeg {
        let purpose: OrderPurpose
        let rung: Int
        let price: Price
        let quantity: Quantity
    }

    /// The legs that the position should have: a stop over all of it, the rungs of the ladder, and the take-profit of
    /// the signal over what they leave. A quantity of zero means that the leg has nothing left to do.
    func plannedLegs() -> [PlannedLeg] {
        // The levels of a reversal are for the position to come; what is held keeps its own until it is gone.
        let goal = goal.flatMap { $0.quantity.isOpposite(to: position.quantity) ? nil : $0 }
        let size = closable.magnitude
        var legs: [PlannedLeg] = []
        let base = goal?.stop ?? protection.stop?.price
        if let price = protection.excursion?.tightened(base) ?? base {
            legs.append(PlannedLeg(purpose: .stop, rung: 0, price: price, quantity: size))
        }
        let (ladder, instrument) = (rules.protection.ladder, rules.asset.instrument)
        var left = size
        if let excursion = protection.excursion {
            for (rung, step) in ladder.enumerated() {
                let points = step.percent.times(FixedDecimal(100))
                let level = excursion.entryPrice.moved(basisPoints: excursion.isLong ? points : -points)
                let quantity = min(left, excursion.remaining(rung, of: ladder, instrument: instrument))
                left -= quantity
                let price = max(instrument.onTick(level), instrument.tick)
                legs.append(PlannedLeg(purpose: .takeProfit, rung: rung, price: price, quantity: quantity))
            }
        }
        let last = ladder.count
        if let price = goal?.takeProfit ?? protection[.takeProfit, last]?.price {
            legs.append(PlannedLeg(purpose: .takeProfit, rung: last, price: price, quantity: left))
        }
        return legs
    }

    /// Makes one leg what it should be.
    mutating func cover(_ planned: PlannedLeg, at now: Timestamp) -> [Effect] {
        let (purpose, rung) = (planned.purpose, planned.rung)
        if planned.quantity == .zero, protection[purpose, rung] == nil { return [] }
        let fresh = Protection.Leg(price: planned.price, mode: .none, order: nil, quantity: planned.quantity)
        var leg = protection[purpose, rung] ?? fresh
        if leg.mode == .closed, planned.quantity > .zero { leg = fresh }
        (leg.rung, leg.triggerPrice) = (rung, rules.asset.capabilities.triggerPrice)
        (leg.price, leg.quantity) = (planned.price, planned.quantity)
        var effects: [Effect] = []
        if planned.quantity == .zero {
            leg.apply(.done)
            effects = withdraw(leg, at: now)
        } else if isNativeWanted(leg, purpose) {
            effects = coverNatively(&leg, purpose, at: now)
        } else {
            leg.apply(.watch)
            effects = withdraw(leg, at: now)
        }
        protection[purpose, rung] = leg
        return effects
    }

    private mutating func withdraw(_ leg: Protection.Leg, at now: Timestamp) -> [Effect] {
        leg.order.flatMap { orders[$0] }.map { cancel($0, at: now) } ?? []
    }

    /// Whether the venue is to hold the leg. Where it knows no reduce-only, it holds the stop alone, because two orders
    /// that can both execute would flip the position, and no new one while we want to get out ourselves and can. What
    /// stands stays, unless it is in the way.
    private func isNativeWanted(_ leg: Protection.Leg, _ purpose: OrderPurpose) -> Bool {
        let capabilities = rules.asset.capabilities
        guard capabilities.nativeProtections, !leg.isWatchedOnly, !isNativeHeld else { return false }
        if let last = lastPrice, last > .zero,
            Placeability.filterFault(
                of: leg.price, quantity: leg.quantity, at: last, rules.asset.instrument) != nil, !stands(leg)
        {
            return false
        }
        guard !capabilities.reduceOnly || capabilities.stopsBlock else { return true }
        guard purpose == .stop || capabilities.reduceOnly else { return false }
        if !risk.isOpen || isHeld || !wantsOut && !protection.isLeaving { return true }
        return !capabilities.stopsBlock && stands(leg)
    }

    /// Whether the venue holds the leg as it should be: what was placeable once stays, however near the price comes.
    private func stands(_ leg: Protection.Leg) -> Bool {
        guard let order = leg.order.flatMap({ orders[$0] }), !order.state.isFinal else { return false }
        return order.request.kind.trigger == leg.price
    }

    /// Whether the goal asks for less than is held.
    var wantsOut: Bool {
        guard let goal else { return false }
        let held = position.quantity
        return goal.quantity == .zero || held.isOpposite(to: goal.quantity)
            || held.magnitude > goal.quantity.magnitude
    }

    /// Places the native order of a leg, changes it in place, or replaces it: then we watch before it is cancelled, and
    /// a new one is placed only when the venue says that the old one is gone.
    private mutating func coverNatively(
        _ leg: inout Protection.Leg, _ purpose: OrderPurpose, at now: Timestamp
    ) -> [Effect] {
        guard let order = leg.order.flatMap({ orders[$0] }), !order.state.isFinal else {
            return place(&leg, purpose, at: now)
        }
        if leg.mode == .armedSynthetic { return cancel(order, at: now) }
        let id = order.request.clientID
        let isSized = order.remaining == leg.quantity
        leg.heldPrice = order.request.kind.trigger
        if orders.isFinished(id) || (isSized && leg.heldPrice == leg.price) { return [] }
        switch order.state {
        case .working, .partiallyFilled: break
        // Its fate is asked for; until the answer we watch the new level.
        case .intended, .sent, .cancelling, .unknown, .filled, .cancelled, .rejected, .expired: return []
        }
        if isSized, let changed = leg.changedAt, now - changed < rules.protection.amendSpacing { return [] }
        if rules.asset.capabilities.amendsProtections, order.filled == .zero, leg.mode == .armedNative {
            guard orders.change(id, trigger: leg.price, quantity: leg.quantity, at: now) else { return [] }
            orders.ask(id, at: now + rules.timing.answerDeadline)
            leg.changedAt = now
            return [.amend(id, symbol, trigger: leg.price, quantity: leg.quantity, broker)]
        }
        leg.apply(.watch)
        return cancel(order, at: now)
    }

    /// Places the native order of a leg.
    mutating func place(_ leg: inout Protection.Leg, _ purpose: OrderPurpose, at now: Timestamp) -> [Effect] {
        let request = OrderRequest(
            clientID: nextName(purpose), symbol: symbol, side: position.quantity > .zero ? .sell : .buy,
            quantity: leg.quantity,
            kind: purpose == .stop ? .stop(trigger: leg.price) : .takeProfit(trigger: leg.price),
            reduceOnly: true, purpose: purpose)
        let effects = send(request, .active, at: now)
        guard orders[request.clientID] != nil, leg.apply(.place) else {
            leg.isWatchedOnly = true
            leg.apply(.watch)
            return effects
        }
        (leg.order, leg.heldPrice, leg.changedAt, leg.reachedAt) = (request.clientID, leg.price, now, nil)
        if purpose == .takeProfit { rungs[request.clientID] = leg.rung }
        return effects
    }

    /// News of a protective order.
    mutating func heardOfProtection(_ order: Order, at now: Timestamp) {
        let id = order.request.clientID
        if orders.changes.isPending(id) { orders.ask(id, at: now + rules.timing.questionSpacing) }
        let wasCancelled = orders.wasCancelled(id)
        protection.update(id) { leg in
            switch order.state {
            case .working, .partiallyFilled:
                leg.apply(.accepted)
                leg.heldPrice = order.request.kind.trigger
            case .rejected:
                leg.apply(.refused)
                leg.isWatchedOnly = true
            case .cancelled, .expired:
                leg.apply(.dropped)
                // What we took back ourselves may be placed again; what the venue dropped we watch from now on.
                if !wasCancelled { leg.isWatchedOnly = true }
            case .intended, .sent, .cancelling, .unknown, .filled: break
            }
        }
    }

    /// The venue would not change an order in place: we watch the level, and the order is replaced.
    package mutating func amendRefused(_ id: ClientOrderID, _ state: TradingState, at now: Timestamp) -> [Effect] {
        orders.changes.forget(id)
        protection.update(id) { $0.apply(.watch) }
        return settle(state, at: now)
    }
}
