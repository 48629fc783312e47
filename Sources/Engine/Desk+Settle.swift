package import Core

extension Desk {
    /// The row that orders are named after. Together with ``legs``, which only restarts with a new goal and so a later
    /// row, it never repeats.
    private var causeTime: Timestamp { goal?.row.time ?? lastSignalTime ?? .epoch }

    /// The name of the next order. Closing and protective orders count together: a stop may be either.
    mutating func nextName(_ purpose: OrderPurpose) -> ClientOrderID {
        defer { legs += 1 }
        return .derived(
            artifact: rules.artifact, account: rules.account, symbol: symbol, time: causeTime, leg: legs,
            purpose: purpose)
    }

    /// Whether a closing order is on its way.
    var isClosing: Bool {
        orders.openOrders.contains { !$0.request.kind.isProtective && $0.request.reduceOnly }
    }

    /// Compares what should be with what is, and asks for the difference.
    package mutating func settle(_ state: TradingState, at now: Timestamp) -> [Effect] {
        protection.account(position: position.quantity, at: now)
        guard state != .halted else { return [] }
        var effects = guardPosition(at: now)
        if let moving = orders.openOrders.first(where: { !$0.request.kind.isProtective }) {
            return effects + abandon(moving, at: now)
        }
        guard let goal, !isHeld else { return effects }
        let held = position.quantity
        if goal.quantity == .zero || held.isOpposite(to: goal.quantity) {
            effects += close(held, purpose: .exit, at: now)
        } else if held.magnitude > goal.quantity.magnitude {
            effects += close(held - goal.quantity, purpose: .exit, at: now)
        } else if held.magnitude < goal.quantity.magnitude, !goal.entered, hold == nil {
            effects += enter(goal.quantity - held, state, at: now)
        }
        return effects
    }

    /// Cancels an entry on its way when the goal has turned away from it.
    private mutating func abandon(_ order: Order, at now: Timestamp) -> [Effect] {
        guard order.request.purpose == .entry, order.state == .working || order.state == .partiallyFilled,
            let goal, order.request.side.signed(.init(.one)) > .zero ? goal.quantity <= .zero : goal.quantity >= .zero
        else { return [] }
        return cancel(order, at: now)
    }

    private mutating func enter(_ signed: Quantity, _ state: TradingState, at now: Timestamp) -> [Effect] {
        goal?.entered = true
        return order(signed, kind: .market, reduceOnly: false, purpose: .entry, state, at: now)
    }

    /// Closes `held` (signed, a part of the position) at market.
    mutating func close(_ held: Quantity, purpose: OrderPurpose, at now: Timestamp) -> [Effect] {
        order(-held, kind: .market, reduceOnly: true, purpose: purpose, .active, at: now)
    }

    /// Writes down and sends one order, if the gate lets it pass.
    private mutating func order(
        _ signed: Quantity, kind: OrderKind, reduceOnly: Bool, purpose: OrderPurpose, _ state: TradingState,
        at now: Timestamp
    ) -> [Effect] {
        guard signed != .zero else { return [] }
        let request = OrderRequest(
            clientID: nextName(purpose), symbol: symbol, side: signed > .zero ? .buy : .sell,
            quantity: signed.magnitude, kind: kind,
            reduceOnly: reduceOnly, purpose: purpose)
        return send(request, state, at: now)
    }

    /// Passes `request` through the gate; what the gate refuses is remembered and reported.
    mutating func send(_ request: OrderRequest, _ state: TradingState, at now: Timestamp) -> [Effect] {
        let circumstances = RiskGate.Circumstances(
            tradingState: state, position: position.quantity,
            lastPrice: lastPrice.flatMap { price in lastPriceAt.map { (price, $0) } },
            referencePrice: referencePrice, signalTime: request.purpose == .entry ? goal?.row.time : nil,
            stop: goal?.stop, isDuplicate: orders[request.clientID] != nil, stopAnchor: goal?.reversedAt)
        do {
            let approved = try RiskGate(limits: rules.limits).approve(
                request, of: rules.asset.instrument, in: circumstances, at: now)
            orders.send(request, at: now, answerBy: now + rules.timing.answerDeadline)
            if request.purpose == .entry { lastRefusal = nil }
            return [.submit(approved, broker)]
        } catch {
            if request.purpose == .entry { lastRefusal = error }
            return [.refuse(error)]
        }
    }

    /// Asks for one of our orders to be cancelled, where that makes sense.
    mutating func cancel(_ order: Order, at now: Timestamp) -> [Effect] {
        let id = order.request.clientID
        guard orders.cancel(id, spacing: rules.timing.questionSpacing, at: now) else { return [] }
        orders.ask(id, at: now + rules.timing.answerDeadline)
        return [.cancel(.client(id), symbol, broker)]
    }
}
