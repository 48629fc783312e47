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
        orders.hasOpen { !$0.kind.isProtective && $0.reduceOnly }
    }

    /// Whether a closing order is on its way that waits for no price.
    var isClosingAtMarket: Bool {
        page.span[0].orders.hasOpen { $0.reduceOnly && $0.kind == .market }
    }

    /// What could execute beside a closing order and has to be gone before: an exit that waits for its price, and where
    /// stops block, every protective order.
    var inTheWay: [Order] {
        orders.openOrders.filter { order in
            order.request.reduceOnly && (!order.request.kind.isProtective || rules.asset.capabilities.stopsBlock)
        }
    }

    /// Compares what should be with what is, and asks for the difference.
    package mutating func settle(_ state: TradingState, at now: Timestamp) -> [Effect] {
        meterExposure(at: now)
        guard state != .halted else { return [] }
        if closeAgainAt != nil { closeAgainAt = nil }
        if isHeld, let end = holdEnds, end <= now { resumeClosing() }
        var effects = guardPosition(at: now)
        let moving = orders.openOrders.filter { !$0.request.kind.isProtective }
        guard moving.isEmpty else { return effects + moving.flatMap { tend($0, at: now) } }
        guard let goal, !isHeld, protection.fired == nil else { return effects }
        let held = position.quantity
        noteReached(goal)
        if goal.quantity == .zero || held.isOpposite(to: goal.quantity) {
            effects += exit(held, at: now)
        } else if held.magnitude > goal.quantity.magnitude {
            effects += exit(held - goal.quantity, at: now)
        } else if toldPosition.magnitude < goal.quantity.magnitude, wantsEntry {
            effects += enter(goal.quantity - toldPosition, state, at: now)
        }
        return effects
    }

    /// What is held already needs no entry any more: after a stop, nothing enters again before the goal changes.
    private mutating func noteReached(_ goal: Goal) {
        guard goal.entry == .wanted, goal.quantity != .zero, !toldPosition.isOpposite(to: goal.quantity),
            toldPosition.magnitude >= goal.quantity.magnitude
        else { return }
        self.goal?.entry = .tried
    }

    /// Whether the entry is still to be ordered, or to be ordered at market after a limit order stood too long.
    private var wantsEntry: Bool {
        guard let goal, entriesHeld == nil, hold == nil, risk.isItsTurn else { return false }
        switch goal.entry {
        case .wanted: return true
        case .tried: return false
        // A limit order that the venue refused was no order that stood too long.
        case .escalating(let id): return orders[id].map { $0.state == .cancelled || $0.state == .expired } ?? false
        }
    }

    private mutating func enter(_ signed: Quantity, _ state: TradingState, at now: Timestamp) -> [Effect] {
        let isFirst = goal?.entry == .wanted
        goal?.entry = .tried
        let signed = affordable(signed)
        guard signed != .zero else { return isFirst ? refuseUnaffordable(at: now) : [] }
        let side: Side = signed > .zero ? .buy : .sell
        let kind = rules.orders.kind(
            isFirst ? rules.orders.entryLimitPercent : nil, side, last: lastPrice, of: rules.asset.instrument)
        risk.isContinuing = !isFirst
        defer { risk.isContinuing = false }
        let size = sized(signed)
        guard size != .zero else { return refuseByRegime(at: now) }
        return order(size, kind: kind, reduceOnly: false, purpose: .entry, state, at: now)
    }

    /// What the goal's share of the budget still buys of an entry that waited while the price went on. The halves of a
    /// reversal are one decision: neither is sized again.
    private func affordable(_ signed: Quantity) -> Quantity {
        guard let goal, goal.reversedAt == nil, let lastPrice,
            let most = Sizing.quantity(
                target: goal.row.target, budget: rules.asset.budget, price: lastPrice,
                instrument: rules.asset.instrument)
        else { return signed }
        let left = most - toldPosition
        if left.isOpposite(to: signed) { return .zero }
        return left.magnitude < signed.magnitude ? left : signed
    }

    /// Closes `held` (signed, a part of the position) because the goal says so.
    private mutating func exit(_ held: Quantity, at now: Timestamp) -> [Effect] {
        let percent = goal?.exitsAtMarket == true ? nil : rules.orders.exitLimitPercent
        let side: Side = held > .zero ? .sell : .buy
        let kind = rules.orders.kind(percent, side, last: lastPrice, of: rules.asset.instrument)
        return close(held, kind: kind, purpose: .exit, at: now)
    }

    /// Closes `held` (signed, a part of the position), once nothing is in the way of it any more.
    mutating func close(
        _ held: Quantity, kind: OrderKind = .market, purpose: OrderPurpose, rung: Int? = nil, at now: Timestamp
    ) -> [Effect] {
        let obstacles = inTheWay
        // Before a closed market what stands there protects better than a close that has to wait.
        guard risk.isOpen || obstacles.isEmpty && !isGuarded else { return queueClose(of: held, isTried: false) }
        guard mayClose(at: now) else { return queueClose(of: held) }
        guard obstacles.isEmpty else { return obstacles.flatMap { cancel($0, at: now) } }
        let effects = order(-closable(held), kind: kind, reduceOnly: true, purpose: purpose, .active, at: now)
        if !effects.orders.isEmpty { letGuardsGo(at: now) }
        if let rung, let id = effects.orders.first?.clientID { rungs[id] = rung }
        return effects
    }

    /// Writes down and sends one order, if the gate lets it pass.
    private mutating func order(
        _ signed: Quantity, kind: OrderKind, reduceOnly: Bool, purpose: OrderPurpose, _ state: TradingState,
        at now: Timestamp
    ) -> [Effect] {
        guard signed != .zero else { return [] }
        let request = OrderRequest(
            clientID: nextName(purpose), symbol: symbol, side: signed > .zero ? .buy : .sell,
            quantity: signed.magnitude, kind: kind, reduceOnly: reduceOnly, purpose: purpose)
        return send(request, state, at: now)
    }

    /// Sends again, under their names, the orders whose time for it has come. They pass the gate as it stands now.
    package mutating func repetitions(_ state: TradingState, at now: Timestamp) -> [Effect] {
        var effects: [Effect] = []
        for order in orders.dueRepeats(at: now, askAt: now + rules.timing.questionSpacing) {
            let id = order.request.clientID
            guard !isObstacle(order.request) else {
                orders.repeats.answered(id)
                orders.ask(id, at: now)
                effects += questions(at: now)
                continue
            }
            risk.isContinuing = true
            defer { risk.isContinuing = false }
            do {
                let approved = try approve(order.request, isDuplicate: false, state, at: now)
                orders.sentAgain(id, answerBy: now + rules.timing.answerDeadline)
                effects.append(.submit(approved, broker))
            } catch {
                effects.append(.refuse(error))
                if order.request.purpose == .entry { lastRefusal = error }
                if !order.request.reduceOnly { risk.refused(error) }
                // Unsure whether the first one arrived: only the venue ends that.
                guard !orders.repeats.isBlind(id), order.state != .unknown else {
                    orders.repeats.end(id)
                    orders.sentAgain(id, answerBy: now + rules.timing.questionSpacing)
                    continue
                }
                let before = orders[id]?.state
                orders.note(.rejected, of: id, reason: error.code.rawValue, at: now)
                effects += settled(orders[id], after: before, reason: error.code.rawValue, state, at: now)
            }
        }
        return effects
    }

    /// Plans to send an order again under its name, where that is allowed.
    ///
    /// - Parameter isBusy: The venue had no time to look at it. A close is never given up for that (after the kill
    ///   switch the sequence sees to it), an entry some seconds later.
    mutating func planRepeat(
        _ id: ClientOrderID, _ state: TradingState, isBlind: Bool, isBusy: Bool, at now: Timestamp
    ) -> Bool {
        guard let request = orders[id]?.request, !isObstacle(request) else { return false }
        let isClose = request.reduceOnly && request.kind == .market
        let attempts = isBusy ? rules.orders.attempts + Self.moreAttemptsWhenBusy : rules.orders.attempts
        return orders.planRepeat(
            id, attempts: isClose && isBusy && state != .halted ? .max : attempts,
            spacing: rules.timing.questionSpacing, isBlind: isBlind, at: now)
    }

    /// With the pause doubling from a quarter of a second, three attempts end within a second and six within eight.
    private static let moreAttemptsWhenBusy = 3

    private func approve(
        _ request: OrderRequest, isDuplicate: Bool, _ state: TradingState, at now: Timestamp
    ) throws(RiskRefusal) -> Approved<OrderRequest> {
        var circumstances = RiskGate.Circumstances(
            tradingState: state, position: position.quantity,
            lastPrice: lastPrice.flatMap { price in lastPriceAt.map { (price, $0) } },
            referencePrice: referencePrice, signalTime: request.purpose == .entry ? lastSignalTime : nil,
            stop: goal?.stop, isDuplicate: isDuplicate, stopAnchor: goal?.reversedAt)
        // A repetition is on its way already and must not count twice.
        let itself = orders[request.clientID].map { $0.request.side.signed($0.remaining) } ?? .zero
        circumstances.ordered = isDuplicate || request.reduceOnly ? ordered : ordered - itself
        (circumstances.risk, circumstances.profit) = (risk, profit)
        return try RiskGate(limits: rules.limits).approve(
            request, of: rules.asset.instrument, in: circumstances, at: now)
    }

    /// Passes `request` through the gate; what the gate refuses is remembered and reported.
    mutating func send(_ request: OrderRequest, _ state: TradingState, at now: Timestamp) -> [Effect] {
        do {
            let approved = try approve(request, isDuplicate: orders[request.clientID] != nil, state, at: now)
            orders.send(request, at: now, answerBy: now + rules.timing.answerDeadline)
            if !request.reduceOnly { risk.entered(request, at: lastPrice, in: rules.asset.instrument.quote, now: now) }
            if request.purpose == .entry { lastRefusal = nil }
            return [.submit(approved, broker)]
        } catch {
            if request.purpose == .entry { lastRefusal = error }
            if !request.reduceOnly { risk.refused(error) }
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
