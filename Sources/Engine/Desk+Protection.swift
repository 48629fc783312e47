import Core

extension Desk {
    /// Keeps the protection equal to the position: arms it after fills, resizes it, sweeps it when flat, and closes the
    /// position when it has been without a stop for too long.
    mutating func guardPosition(at now: Timestamp) -> [Effect] {
        guard !position.isFlat else { return sweep(at: now) }
        var effects: [Effect] = []
        if !isClosing {
            effects += cover(.stop, at: goal?.stop ?? protection.stop?.price, now)
            effects += cover(.takeProfit, at: goal?.takeProfit ?? protection.takeProfit?.price, now)
        }
        protection.account(position: position.quantity, at: now)
        if let since = protection.exposedSince, now - since >= rules.timing.unprotectedBudget, !isHeld,
            !isClosing
        {
            let message = "\(symbol): no stop for \((now - since).seconds) s, closing the position"
            effects.append(.alert(Alert(.critical, "UNPROTECTED", message)))
            effects += close(position.quantity, purpose: .exit, at: now)
        }
        return effects
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
        if let old = current?.order.flatMap({ orders[$0] }), !old.state.isFinal, old.state != .cancelling {
            effects += cancel(old, at: now)
        }
        return effects
    }

    private mutating func protectiveOrder(_ purpose: OrderPurpose, at price: Price, _ size: Quantity) -> OrderRequest {
        protection.revision += 1
        let id = ClientOrderID.derived(
            artifact: rules.artifact, account: rules.account, symbol: symbol, time: causeTime,
            leg: protection.revision, purpose: purpose)
        return OrderRequest(
            clientID: id, symbol: symbol, side: position.quantity > .zero ? .sell : .buy, quantity: size,
            kind: purpose == .stop ? .stop(trigger: price) : .takeProfit(trigger: price), reduceOnly: true,
            purpose: purpose)
    }

    /// Cancels what still protects a position that is gone: the other leg of a stop that fired, and leftovers.
    private mutating func sweep(at now: Timestamp) -> [Effect] {
        protection.stop = nil
        protection.takeProfit = nil
        protection.account(position: .zero, at: now)
        return orders.openOrders
            .filter { $0.request.kind.isProtective && $0.state != .cancelling && $0.state != .unknown }
            .flatMap { cancel($0, at: now) }
    }
}
