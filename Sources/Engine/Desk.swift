public import Core

/// One asset: what it should hold, what it holds, the orders on their way and the protection around it.
///
/// The desk is level-triggered: after every input ``settle(_:at:)`` compares goal and position and asks for whatever is
/// missing, so a lost, late or repeated message never needs a special path.
///
/// Invariants: the position is the sum of the booked fills; at most one opening and one closing order are open at a
/// time (protective orders aside); every order passed the gate.
public struct Desk: Hashable, Sendable {
    package internal(set) var rules: DeskRules
    /// What is held.
    public internal(set) var position: Position
    /// Stop and take-profit of what is held.
    public internal(set) var protection = Protection()
    /// The last price and when it was seen.
    public internal(set) var lastPrice: Price?
    /// When ``lastPrice`` was seen.
    public internal(set) var lastPriceAt: Timestamp?
    /// The close of the last complete bar.
    public internal(set) var referencePrice: Price?
    /// The time of the last signal row that was looked at.
    public internal(set) var lastSignalTime: Timestamp?
    /// Why the last entry was refused, if it was.
    public internal(set) var lastRefusal: RiskRefusal?
    /// Whether closing was refused too often and a person has to act.
    public internal(set) var isHeld = false
    package internal(set) var goal: Goal?
    package internal(set) var orders = OrderTracker()
    /// Counts the orders since the goal was set, to name them.
    var legs = 0
    /// Counts the closing orders of the kill sequence, to name them.
    var flattenWave = 0
    var refusalReason = ""
    var refusalCount = 0

    package init(_ rules: DeskRules) {
        self.rules = rules
        position = Position(symbol: rules.symbol)
    }

    /// The instrument.
    public var symbol: Symbol { rules.symbol }
    /// Who executes it.
    public var broker: BrokerName { rules.broker }
    /// Orders that may still execute, oldest first.
    public var openOrders: [Order] { orders.openOrders }

    /// The share of the budget that the last acted-on row asks for.
    public var target: Double? { goal?.row.target }

    /// Profit, realised and not, less fees; nil price counts open lots at cost.
    public var profit: Money {
        position.realised - position.fees + (lastPrice.map(position.unrealised(at:)) ?? .zero)
    }

    // MARK: Inputs

    /// A signal row became actionable.
    package mutating func act(on row: SignalRow, _ state: TradingState, at now: Timestamp) -> [Effect] {
        guard row.time <= now, lastSignalTime.map({ row.time > $0 }) ?? true else { return [] }
        lastSignalTime = row.time
        if goal?.isContinued(by: row) ?? (row.target == 0) { return settle(state, at: now) }
        guard let price = referencePrice ?? lastPrice,
            let quantity = Sizing.quantity(
                target: row.target, budget: rules.asset.budget, price: price, instrument: rules.asset.instrument)
        else {
            return [.alert(Alert(.warning, "SIGNAL_WITHOUT_PRICE", "\(symbol): a signal came before any price"))]
        }
        goal = Goal(
            row: row, quantity: quantity,
            stop: row.stop.flatMap(rules.asset.instrument.price(measured:)),
            takeProfit: row.takeProfit.flatMap(rules.asset.instrument.price(measured:)))
        legs = 0
        isHeld = false
        refusalCount = 0
        return settle(state, at: now)
    }

    /// The market moved.
    package mutating func observe(_ price: Price, isClose: Bool, _ state: TradingState, at now: Timestamp) -> [Effect] {
        lastPrice = price
        lastPriceAt = now
        if isClose { referencePrice = price }
        guard !position.isFlat, state != .halted,
            let purpose = protection.triggered(by: price, position: position.quantity),
            !isClosing
        else { return [] }
        protection.trigger()
        let entries = orders.openOrders.filter { !$0.request.reduceOnly && $0.state != .cancelling }
        return entries.flatMap { cancel($0, at: now) } + close(position.quantity, purpose: purpose, at: now)
    }

    /// A venue reports an order.
    package mutating func apply(_ report: OrderReport, _ state: TradingState, at now: Timestamp) -> [Effect] {
        guard orders.apply(report, at: now), let id = report.clientID else { return foreign(report) }
        return settled(orders[id], reason: report.reason, state, at: now)
    }

    /// A venue reports an execution.
    package mutating func apply(_ fill: Fill, _ state: TradingState, at now: Timestamp) -> [Effect] {
        guard orders.book(fill, at: now) else { return [] }
        position.book(fill)
        refusalCount = 0
        return settle(state, at: now)
    }

    /// A venue refused an order outright.
    package mutating func refused(
        _ id: ClientOrderID, _ error: VenueError, _ state: TradingState, at now: Timestamp
    ) -> [Effect] {
        switch error.remedy {
        case .unknownOutcome:
            return silent(id, at: now)
        case .rejected, .retryable, .rateLimited, .configuration, .notFound:
            orders.note(.rejected, of: id, reason: error.code, at: now)
            return settled(orders[id], reason: error.code, state, at: now)
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
        orders.noteAbsence(
            of: id, needed: rules.timing.absencesNeeded, nextAt: now + rules.timing.questionSpacing, at: now)
        return settled(orders[id], reason: "ABSENT", state, at: now)
    }

    /// The venue would not cancel: ask what became of the order.
    package mutating func cancelRefused(_ id: ClientOrderID, at now: Timestamp) -> [Effect] {
        orders.note(.cancelRefused, of: id, at: now)
        orders.ask(id, at: now)
        return questions(at: now)
    }

    // MARK: What follows

    private mutating func settled(
        _ order: Order?, reason: String?, _ state: TradingState, at now: Timestamp
    ) -> [Effect] {
        guard let order else { return [] }
        var effects: [Effect] = []
        if order.request.kind.isProtective {
            if order.state == .rejected || order.state == .working {
                protection.placed(order.request.clientID, accepted: order.state == .working)
            } else if order.state.isFinal, order.state != .filled {
                protection.lost(order.request.clientID)
            }
        } else if order.state == .rejected {
            effects += countRefusal(of: order, reason: reason ?? "")
        }
        return effects + settle(state, at: now)
    }

    private mutating func countRefusal(of order: Order, reason: String) -> [Effect] {
        refusalCount = reason == refusalReason ? refusalCount + 1 : 1
        refusalReason = reason
        let message = "\(symbol): \(order.request.purpose.rawValue) order refused: \(reason)"
        guard refusalCount >= rules.timing.identicalRefusals, !isHeld else {
            return [.alert(Alert(.warning, "ORDER_REFUSED", message))]
        }
        isHeld = true
        return [.alert(Alert(.critical, "SYMBOL_HELD", message + "; no further attempt until the next signal"))]
    }

    private func foreign(_ report: OrderReport) -> [Effect] {
        guard report.clientID.map({ orders[$0] == nil }) ?? true, !report.state.isFinal else { return [] }
        return [
            .alert(Alert(.warning, "EXTERNAL_ORDER", "\(symbol): order \(report.venueOrderID) is none of ours"))
        ]
    }

    /// Asks about every order whose answer is overdue.
    package mutating func questions(at now: Timestamp) -> [Effect] {
        orders.overdue(at: now, askAgainAt: now + rules.timing.questionSpacing).map { .query(symbol, $0, broker) }
    }

    /// The next moment at which this desk wants to look again.
    package var nextDeadline: Timestamp? {
        let exposure = protection.exposedSince.map { $0 + rules.timing.unprotectedBudget }
        return [orders.nextDeadline, isHeld ? nil : exposure].compactMap { $0 }.min()
    }

    /// Traps when an invariant stated above does not hold.
    package func checkInvariants() {
        orders.checkInvariants()
        position.checkInvariants()
        let moving = orders.openOrders.filter { !$0.request.kind.isProtective }
        precondition(moving.count { $0.request.reduceOnly } <= 1, "at most one closing order is open")
        precondition(moving.count { !$0.request.reduceOnly } <= 1, "at most one opening order is open")
    }
}
