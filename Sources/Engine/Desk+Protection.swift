import Core

extension Desk {
    /// Keeps the protection equal to the position: arms it after fills, resizes it, sweeps it when flat, and closes the
    /// position when it has been without a stop for too long.
    mutating func guardPosition(at now: Timestamp) -> [Effect] {
        guard !position.isFlat else { return sweep(at: now) }
        var effects: [Effect] = []
        if !isClosing, protection.fired == nil {
            // The levels of a reversal are for the position to come; what is held keeps its own until it is gone.
            let goal = goal.flatMap { $0.quantity.isOpposite(to: position.quantity) ? nil : $0 }
            effects += cover(.stop, at: goal?.stop ?? protection.stop?.price, now)
            effects += cover(.takeProfit, at: goal?.takeProfit ?? protection.takeProfit?.price, now)
        }
        effects += cancelStrays(at: now) + fire(at: now)
        protection.account(position: position.quantity, at: now)
        if let since = protection.exposedSince, now - since >= rules.timing.unprotectedBudget, !isHeld,
            !isClosing
        {
            let message = "\(symbol): no stop for \((now - since).seconds) s, closing the position"
            effects.append(.alert(Alert(.critical, "UNPROTECTED", message)))
            effects += leave(.exit, at: now)
        }
        return effects
    }

    /// Closes the position when a level that we watch is already behind the price, or when the closing order of a
    /// triggered level came to nothing.
    private mutating func fire(at now: Timestamp) -> [Effect] {
        guard !isClosing, !isHeld else { return [] }
        if protection.fired == nil, let price = lastPrice, protection.stop?.mode != .placing,
            let purpose = protection.triggered(by: price, position: position.quantity)
        {
            protection.trigger(purpose)
        }
        return protection.fired.map { leave($0, at: now) } ?? []
    }

    /// Closes the position at market, and cancels what would enlarge it again.
    mutating func leave(_ purpose: OrderPurpose, at now: Timestamp) -> [Effect] {
        let entries = orders.openOrders.filter { !$0.request.reduceOnly }
        return entries.flatMap { cancel($0, at: now) } + close(position.quantity, purpose: purpose, at: now)
    }

    /// Cancels protective orders that no leg knows any more, such as one whose cancellation got lost.
    private mutating func cancelStrays(at now: Timestamp) -> [Effect] {
        let known = [protection.stop?.order, protection.takeProfit?.order]
        return orders.openOrders
            .filter { $0.request.kind.isProtective && $0.state != .sent && !known.contains($0.request.clientID) }
            .flatMap { cancel($0, at: now) }
    }

    /// Makes one leg cover the whole position.
    private mutating func cover(_ purpose: OrderPurpose, at price: Price?, _ now: Timestamp) -> [Effect] {
        let current = purpose == .stop ? protection.stop : protection.takeProfit
        guard let price else { return [] }
        let size = position.quantity.magnitude
        let guarded = current.flatMap { $0.order }.flatMap { orders[$0] }?.remaining ?? current?.quantity
        if let current, current.price == price, guarded == size { return [] }
        let native = rules.asset.capabilities.nativeProtections && current?.mode != .armedSynthetic
        var leg = Protection.Leg(price: price, mode: .armedSynthetic, order: nil, quantity: size)
        var effects: [Effect] = []
        if native {
            let request = protectiveOrder(purpose, at: price, size)
            effects += send(request, .active, at: now)
            if orders[request.clientID] != nil { (leg.mode, leg.order) = (.placing, request.clientID) }
        }
        if purpose == .stop { protection.stop = leg } else { protection.takeProfit = leg }
        // The new order is on its way before the old one goes, so that the position is never without.
        if let old = current?.order.flatMap({ orders[$0] }) { effects += cancel(old, at: now) }
        return effects
    }

    private mutating func protectiveOrder(_ purpose: OrderPurpose, at price: Price, _ size: Quantity) -> OrderRequest {
        OrderRequest(
            clientID: nextName(purpose), symbol: symbol, side: position.quantity > .zero ? .sell : .buy, quantity: size,
            kind: purpose == .stop ? .stop(trigger: price) : .takeProfit(trigger: price), reduceOnly: true,
            purpose: purpose)
    }

    /// Cancels what still protects a position that is gone: the other leg of a stop that fired, and leftovers.
    private mutating func sweep(at now: Timestamp) -> [Effect] {
        protection.stop = nil
        protection.takeProfit = nil
        protection.account(position: .zero, at: now)
        return orders.openOrders.filter(\.request.kind.isProtective).flatMap { cancel($0, at: now) }
    }
}
