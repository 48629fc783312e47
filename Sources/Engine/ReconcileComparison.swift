import Core

/// One reading held against the books.
struct Comparison {
    let snapshot: AccountSnapshot
    let rules: ReconcileRules
    let state: TradingState
    let now: Timestamp
    /// What was asked, if this is an answer.
    let question: ReconcileAccount.Question?
    var account: ReconcileAccount
    /// Whether the account was never compared before.
    let isFirst: Bool
    /// The executions that made the side of the desk in hand that is not ours.
    var beside: Set<String> = []
    /// Whether something is left that the next reading has to settle.
    var isDisputed = false
    private var differences: [Reconciliation.Difference] = []
    var booked: [Fill] = []
    private var asked: [Effect] = []

    init(
        snapshot: AccountSnapshot, rules: ReconcileRules, state: TradingState, now: Timestamp,
        question: ReconcileAccount.Question?, account: ReconcileAccount
    ) {
        (self.snapshot, self.rules, self.state, self.now) = (snapshot, rules, state, now)
        (self.question, self.account, isFirst) = (question, account, account.readAt == nil)
    }

    /// What has to be done, the record of it first.
    var effects: [Effect] {
        guard !differences.isEmpty || !booked.isEmpty else { return asked }
        let record = Reconciliation(
            broker: snapshot.broker, at: snapshot.at, differences: differences, fills: booked)
        return [.reconciled(record)] + asked
    }

    mutating func differ(
        _ kind: Reconciliation.Kind, _ symbol: Symbol?, _ sentence: String, _ action: Reconciliation.Action
    ) {
        differences.append(.init(kind, symbol, sentence, action))
    }

    mutating func alert(_ severity: Alert.Severity, _ code: String, _ message: String) {
        asked.append(.alert(Alert(severity, code, message)))
    }

    // MARK: Executions

    /// Books executions of our orders that no stream told, each once; remembers those of others. What the position that
    /// comes of all of them needs is asked for after the reading.
    mutating func takeFills(_ desks: inout [Desk]) {
        for fill in snapshot.fills {
            let place = fill.clientID.flatMap { id in
                desks.firstIndex { $0.symbol == fill.symbol && $0.orders[id] != nil }
            }
            guard let place else {
                if question != nil || account.fillsSince != nil { account.read(fill) }
                continue
            }
            let isClaimed = desks[place].orders.isForeign(fill)
            guard isClaimed || !account.settledTrades.contains(fill.tradeID),
                let effects = desks[place].book(fill, at: now)
            else { continue }
            if isClaimed {
                differ(.missedFill, fill.symbol, "trade \(fill.tradeID) turned out to be ours", .booked)
            } else if desks[place].orders.hasBooked(fill) {
                let sentence =
                    "\(fill.side.rawValue) \(fill.quantity) at \(fill.price) (trade \(fill.tradeID)) was not told"
                differ(.missedFill, fill.symbol, sentence, .booked)
                booked.append(fill)
            } else {
                // Told once: an execution that cannot be is no reason to say so at every reading.
                account.settledTrades.insert(fill.tradeID)
            }
            asked += effects
        }
    }

    // MARK: Everything else

    /// Compares orders, positions, protections and money.
    mutating func compare(_ desks: inout [Desk]) {
        var agrees = true
        for place in desks.indices where desks[place].broker == snapshot.broker {
            let isClean = question?.activity[desks[place].symbol] ?? 0 == desks[place].orders.activity
            agrees = compare(&desks[place], isClean: isClean) && agrees
        }
        for report in snapshot.openOrders where !isOurs(report, desks) { meet(report) }
        if account.strangers.contains(where: account.isUnread) { isDisputed = true }
        if agrees { compareMoney(desks) }
    }

    /// - Returns: Whether books and venue say the same.
    private mutating func compare(_ desk: inout Desk, isClean: Bool) -> Bool {
        let listed = snapshot.openOrders.filter { $0.symbol == desk.symbol }
        let venue = ourSide(of: &desk)
        let held = venue?.quantity ?? .zero
        if isClean { compareOrders(&desk, listed) } else { asked += desk.withdrawRefused(listed) }
        guard isClean, desk.isSettled(by: listed, at: now) else {
            // Something was sent or heard since the question: this picture is older than our books.
            account.suspicions[desk.symbol] = nil
            if held != desk.position.quantity { isDisputed = true } else { open(&desk) }
            return false
        }
        guard held != desk.position.quantity else {
            account.suspicions[desk.symbol] = nil
            open(&desk)
            settleStrangers(of: &desk)
            guardAgain(&desk)
            return true
        }
        isDisputed = true
        let activity = desk.orders.activity
        if let suspicion = account.suspicions[desk.symbol], suspicion.held == held, suspicion.activity == activity {
            guard now - suspicion.since >= rules.confirmation else { return false }
            if held == .zero { close(&desk) } else { adopt(venue, &desk) }
        } else {
            account.suspicions[desk.symbol] = .init(since: now, held: held, activity: activity)
            if desk.hold != .external { desk.hold = .suspected }
            let sentence = "the venue holds \(held), the books say \(desk.position.quantity)"
            differ(.position, desk.symbol, sentence, .suspected)
        }
        return false
    }

    /// The venue is flat and the books are not.
    mutating func close(_ desk: inout Desk) {
        let isStrangers = account.strangers.contains { $0.symbol == desk.symbol }
        if desk.isDust, !isStrangers { sweep(&desk) } else { adopt(nil, &desk) }
    }

    /// The venue is flat and the books hold what cannot be sold: no position, and nobody's doing.
    private mutating func sweep(_ desk: inout Desk) {
        let sentence = "\(desk.position.quantity) is dust: less than can be sold, or taken as a fee"
        // The books are paid for it, and the account is not.
        if !desk.isFee { account.bases[desk.rules.asset.instrument.quote.code] = nil }
        booked.append(desk.sweep(at: now))
        differ(.dust, desk.symbol, sentence, .booked)
        account.suspicions[desk.symbol] = nil
        open(&desk)
    }

    /// Books and venue agree: what waited for that goes on.
    private mutating func open(_ desk: inout Desk) {
        guard desk.hold == .unread || desk.hold == .suspected else { return }
        desk.hold = nil
        asked += desk.settle(state, at: now)
    }

    /// The venue's word about orders: those it lists that we wait for, and those we take for working that it does not.
    private mutating func compareOrders(_ desk: inout Desk, _ listed: [OrderReport]) {
        for report in listed {
            guard let id = report.clientID, let order = desk.orders[id] else { continue }
            switch order.state {
            case .intended, .sent, .unknown, .rejected: asked += desk.apply(report, state, at: now)
            case .cancelled, .expired, .filled:
                let sentence = "order \(id) is \(order.state.rawValue) in the books and open at the venue"
                differ(.foreignOrder, desk.symbol, sentence, .cancelled)
                asked.append(.cancel(.client(id), desk.symbol, desk.broker))
                isDisputed = true
            case .working, .partiallyFilled: compareLevel(&desk, order, report)
            case .cancelling: break
            }
        }
        for order in desk.orders.executable {
            let id = order.request.clientID
            guard !listed.contains(where: { $0.clientID == id }) else { continue }
            let isOpen = order.state == .working || order.state == .partiallyFilled
            if isOpen { desk.orders.ask(id, at: now) }
            desk.orders.noteUnlisted(id)
            guard isOpen else { continue }
            differ(.unlistedOrder, desk.symbol, "order \(id) is open in the books and not listed by the venue", .asked)
            isDisputed = true
        }
        asked += desk.questions(at: now)
    }

    private mutating func meet(_ report: OrderReport) {
        let sentence = "order \(report.venueOrderID) (\(report.side.rawValue) \(report.quantity)) is none of ours"
        switch rules.foreignOrders {
        case .keep:
            guard account.toldOrders.insert(report.venueOrderID).inserted else { return }
            differ(.foreignOrder, report.symbol, sentence, .reported)
            alert(.warning, "EXTERNAL_ORDER", "\(report.symbol): \(sentence)")
        case .cancel:
            isDisputed = true
            differ(.foreignOrder, report.symbol, sentence, .cancelled)
            asked.append(.cancel(.venue(report.venueOrderID), report.symbol, snapshot.broker))
        }
    }

    /// Books and venue agree on the position: are the stops there?
    private mutating func guardAgain(_ desk: inout Desk) {
        let isArmed = desk.protectAdopted(percent: rules.adoptedStopPercent)
        guard state != .halted, desk.rearm() || isArmed else { return }
        let sentence = "the position of \(desk.position.quantity) had no stop at the venue"
        differ(.protection, desk.symbol, sentence, .rearmed)
        asked += desk.settle(state, at: now)
    }

    /// Believes the venue.
    mutating func adopt(_ venue: AccountPosition?, _ desk: inout Desk) {
        let before = desk.position.quantity
        booked += desk.adopt(venue, strangers(of: desk), readAt: snapshot.at, at: now)
        account.settleStrangers(of: desk.symbol, except: beside)
        account.suspicions[desk.symbol] = nil
        // What an adjustment cost is a guess, so money has to be compared anew.
        account.bases = [:]
        let sentence = "the venue holds \(desk.position.quantity), the books said \(before): EXTERNAL, entries are held"
        differ(.position, desk.symbol, sentence, .adopted)
        alert(.critical, "EXTERNAL_POSITION", "\(desk.symbol): \(sentence)")
        asked += desk.withdraw(at: now)
        guard state != .halted else { return }
        _ = desk.protectAdopted(percent: rules.adoptedStopPercent)
        asked += desk.settle(state, at: now)
    }
}
