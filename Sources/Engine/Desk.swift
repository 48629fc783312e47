public import Core

/// One asset: what it should hold, what it holds, the orders on their way and the protection around it.
///
/// The desk is level-triggered: after every input ``settle(_:at:)`` compares goal and position and asks for whatever is
/// missing, so a lost, late or repeated message never needs a special path.
///
/// Invariants: the position is the sum of the booked fills; at most one opening and one closing order can be executed
/// at a time (protective orders aside); every order passed the gate.
public struct Desk: Hashable, Codable, Sendable {
    /// The only one; see `Desk+Fields.swift`.
    var page: [Page]
    /// What follows from it, where that is known.
    var memo = DeskMemo()

    package init(_ rules: DeskRules) {
        page = [Page(rules)]
    }

    /// The instrument.
    public var symbol: Symbol { rules.symbol }
    /// Who executes it.
    public var broker: BrokerName { rules.broker }
    /// Since when a part of the position has had no armed stop.
    @inline(__always) public var exposedSince: Timestamp? { page.span[0].protection.exposedSince }
    /// The levels that we watch ourselves.
    public var watchLevels: [Price] { isWatching ? page.span[0].protection.watchLevels : [] }
    /// Whether there are any: asked for after every step, and mostly there are none.
    @inline(__always) var isWatching: Bool { page.span[0].protection.isWatching }
    /// Orders that may still execute, oldest first.
    public var openOrders: [Order] { orders.openOrders }

    /// The share of the budget that the last acted-on row asks for.
    public var target: Double? { goal?.row.target }

    /// Profit, realised and not, less fees; nil price counts open lots at cost.
    @inline(__always) public var profit: Money {
        page.span[0].position.realised - page.span[0].position.fees + unrealised
    }

    /// Profit of the open lots at the last price.
    @inline(__always) var unrealised: Money {
        guard page.span[0].position.quantity != .zero, let price = page.span[0].lastPrice else { return .zero }
        return page.span[0].position.unrealised(at: price)
    }

    // MARK: Inputs

    /// A signal row became actionable.
    package mutating func act(on row: SignalRow, _ state: TradingState, at now: Timestamp) -> [Effect] {
        guard row.time <= now, lastSignalTime.map({ row.time > $0 }) ?? true else { return [] }
        lastSignalTime = row.time
        // A row that came while halted is not caught up with after the release.
        guard state != .halted else { return [] }
        if hold == .external { return actHeld(on: row, state, at: now) }
        if isHeld, !isDust { resumeClosing() }
        if goal?.isContinued(by: row) ?? (row.target == 0 && !leavesAdopted(row)) {
            if lastRefusal?.code.isPassing == true { goal?.entry = .wanted }
            return settle(state, at: now)
        }
        // The budget holds at the bar's close and at the price of now: the market may have moved since the close.
        guard let price = referencePrice ?? lastPrice,
            let quantity = Sizing.quantity(
                target: row.target, budget: rules.asset.budget, price: max(price, lastPrice ?? price),
                instrument: rules.asset.instrument)
        else {
            let message = "\(symbol): no price yet to size a signal, or its target \(row.target) is not in -1...1"
            return [.alert(Alert(.warning, "SIGNAL_NOT_USABLE", message))]
        }
        pursue(
            Goal(
                row: row, quantity: quantity,
                stop: stop(of: row, at: price, isLong: quantity > .zero),
                takeProfit: row.takeProfit.flatMap(rules.asset.instrument.price(measured:)),
                reversedAt: position.quantity.isOpposite(to: quantity) ? price : nil))
        return settle(state, at: now)
    }

    /// The signal's stop, or the hard one where that is nearer or the only one.
    private func stop(of row: SignalRow, at price: Price, isLong: Bool) -> Price? {
        let instrument = rules.asset.instrument
        let asked = row.stop.flatMap(instrument.price(measured:))
        guard let percent = rules.protection.hardStopPercent else { return asked }
        let points = percent.times(FixedDecimal(100))
        let hard = instrument.onTick(price.moved(basisPoints: isLong ? -points : points))
        guard hard > .zero else { return asked }
        return asked.map { isLong ? max($0, hard) : min($0, hard) } ?? hard
    }

    /// The market moved.
    package mutating func observe(
        _ price: Price, isClose: Bool, dated moment: Timestamp? = nil, _ state: TradingState, at now: Timestamp
    ) -> [Effect] {
        guard price > .zero else { return [] }
        page[0].saw(price, isClose: isClose, dated: moment, at: now)
        guard page.span[0].position.quantity != .zero, state != .halted else { return [] }
        let hasMoved = follow(price)
        if !hasMoved, memo.isKnown(for: state), memo.isCalm(at: price) { return [] }
        let held = page.span[0].position.quantity
        guard !isClosingAtMarket, let reached = page.span[0].protection.triggered(by: price, position: held) else {
            noteReach(at: now)
            return hasMoved ? settle(state, at: now) : []
        }
        protection[reached.purpose, reached.rung]?.apply(.reached)
        return closeFired(at: now)
    }

    /// Lets the stop follow the price.
    ///
    /// - Returns: Whether it has moved.
    private mutating func follow(_ price: Price) -> Bool {
        guard page.span[0].rules.protection.movesStop else {
            page[0].protection.excursion?.reach(price)
            return false
        }
        return moveStop(after: price)
    }

    /// The same where the rules move it. A function of its own, so that where they do not nothing is copied for it.
    @inline(never) private mutating func moveStop(after price: Price) -> Bool {
        let stopBefore = protection.excursion?.secured
        let (moves, instrument) = (rules.protection, rules.asset.instrument)
        protection.excursion?.observe(price, moves, instrument)
        return protection.excursion?.secured != stopBefore
    }

    /// A venue reports an order.
    package mutating func apply(_ report: OrderReport, _ state: TradingState, at now: Timestamp) -> [Effect] {
        let before = report.clientID.flatMap { orders[$0]?.state }
        guard orders.apply(report, at: now), let id = report.clientID else { return foreign(report, before) }
        return settled(orders[id], after: before, reason: report.reason, state, at: now)
    }

    /// A venue reports an execution.
    package mutating func apply(_ fill: Fill, _ state: TradingState, at now: Timestamp) -> [Effect] {
        guard let effects = book(fill, at: now) else { return [] }
        return orders.hasBooked(fill) ? effects + settle(state, at: now) : effects
    }

    /// Books an execution without asking for what is missing then: of several, the positions between them are history.
    ///
    /// - Returns: Nil when it was booked before.
    mutating func book(_ fill: Fill, at now: Timestamp) -> [Effect]? {
        switch orders.book(fill, at: now) {
        case .booked:
            let before = position.quantity
            position.book(fill)
            followFill(fill, from: before, at: now)
            risk.booked(fill, position)
            clearRefusals()
            if let order = fill.clientID.flatMap({ orders[$0] }) {
                if order.request.kind.isProtective { heardOfProtection(order, at: now) }
                if order.request.purpose == .entry { entryRefusals = RefusalCount() }
            }
            return explained(by: fill, at: now)
        case .repeated: return nil
        case .claimed: return claimed(fill, at: now)
        case .implausible:
            let message = "\(symbol): \(fill.side.rawValue) \(fill.quantity) at \(fill.price) is no fill of our orders"
            return [.alert(Alert(.critical, "FILL_NOT_BOOKED", "\(message) (trade \(fill.tradeID))"))]
        }
    }

    /// A venue refused an order outright.
    package mutating func refused(
        _ id: ClientOrderID, _ error: VenueError, _ state: TradingState, at now: Timestamp
    ) -> [Effect] {
        switch error.remedy {
        case .unknownOutcome:
            return silent(id, at: now)
        case .retryable, .rateLimited:
            // What provably never got there may be repeated under its name. Of a request that a busy venue did not look
            // at, another copy may still be on its way.
            let isSafe = error.remedy == .retryable || rules.asset.capabilities.duplicateSafe
            // A close that meets a closed market waits for its opening instead.
            let waits = !risk.isOpen && orders[id]?.request.reduceOnly ?? false
            let isBlind = error.remedy == .rateLimited
            if isSafe, !waits, planRepeat(id, state, isBlind: isBlind, isBusy: true, at: now) { return [] }
            fallthrough
        case .rejected, .configuration, .notFound:
            // The refusal of a repetition, or of a copy that the network made, may only say that the first one arrived:
            // the venue is asked by name.
            let isSecond = error.code == VenueError.duplicateName || orders.isKnownThere(id)
            if isSecond, error.remedy == .rejected { return silent(id, at: now) }
            // So may one of a copy say nothing of the first, whatever it is for.
            if orders.repeats.isBlind(id) { return silent(id, at: now) }
            let before = orders[id]?.state
            orders.note(.rejected, of: id, reason: error.code, at: now)
            return settled(orders[id], after: before, reason: error.code, state, at: now)
        }
    }

    /// Nobody knows whether an order arrived: ask at the next chance.
    package mutating func silent(_ id: ClientOrderID, at now: Timestamp) -> [Effect] {
        orders.note(.silence, of: id, at: now)
        orders.ask(id, at: now)
        return questions(at: now)
    }

    /// The venue never heard of an order.
    package mutating func absent(_ id: ClientOrderID, _ state: TradingState, at now: Timestamp) -> [Effect] {
        let before = orders[id]?.state
        if rules.asset.capabilities.duplicateSafe, state != .halted,
            planRepeat(id, state, isBlind: true, isBusy: false, at: now)
        {
            return []
        }
        let effects = state == .halted ? [] : cancelUnseen(id, at: now)
        // A close that arrives late closes what is left, which is nothing, or is refused; where the venue knows no
        // reduce-only it would turn what the next close has closed.
        let request = orders[id]?.request
        let reduces = request?.reduceOnly == true
        let onlyReduces = reduces && rules.asset.capabilities.reduceOnly
        let mayTurn = reduces && !onlyReduces && request?.kind.isProtective == false
        orders.noteAbsence(
            of: id, needed: rules.timing.absencesNeeded, spacing: rules.timing.questionSpacing,
            isHarmless: onlyReduces && request?.kind == .market, mayExecute: !onlyReduces,
            life: mayTurn ? rules.timing.requestLife : .zero, at: now)
        return effects + settled(orders[id], after: before, reason: "ABSENT", state, at: now)
    }

    /// The venue would not cancel: ask what became of the order.
    package mutating func cancelRefused(_ id: ClientOrderID, at now: Timestamp) -> [Effect] {
        orders.note(.cancelRefused, of: id, at: now)
        orders.ask(id, at: now)
        return questions(at: now)
    }

    /// Asks about every order whose answer is overdue.
    package mutating func questions(at now: Timestamp) -> [Effect] {
        orders.overdue(at: now, askAgainAt: now + rules.timing.questionSpacing).map { .query(symbol, $0, broker) }
    }

    /// Traps when an invariant stated above does not hold. In line: a call would copy the desk.
    @inline(__always) package func checkInvariants() {
        orders.checkInvariants()
        position.checkInvariants()
        let (opening, closing) = orders.moving
        precondition(closing <= 1, "at most one closing order is open")
        precondition(opening <= 1, "at most one opening order is open")
    }
}
