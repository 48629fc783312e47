import Core

/// Keeps the books equal to the venues: decides when accounts are read, and what a reading means.
///
/// The venue is the truth for exposure, but a reading is a picture of the past, and what we send and hear meanwhile is
/// not in it. So a position that our orders do not explain is believed only when two readings, spaced, both asked for
/// after everything that was sent and heard, show the same, and every order of ours stands as our books have it.
///
/// Invariants: nothing is adopted from one reading alone; an execution is booked at most once, whoever tells it; a
/// reading that finds nothing changes nothing.
struct Reconciler: Hashable, Codable, Sendable {
    private var accounts: [BrokerName: ReconcileAccount] = [:] {
        didSet { nextDeadline = accounts.keys.sorted().compactMap { accounts[$0]?.dueAt }.min() }
    }
    /// When an account has to be read next.
    private(set) var nextDeadline: Timestamp?

    /// Whether the account of `broker` is compared with the books.
    func follows(_ broker: BrokerName) -> Bool { accounts[broker]?.fillsSince != nil }

    /// Whether `broker` was compared at `moment` or later, and nothing is left to confirm.
    func isSettled(_ broker: BrokerName, since moment: Timestamp) -> Bool {
        accounts[broker].map { ($0.agreedAt ?? .epoch) >= moment } ?? false
    }

    /// Since when the executions of `broker` have to be asked for, whoever asks; never while it is read only
    /// on request.
    func fillsSince(_ broker: BrokerName) -> Timestamp {
        accounts[broker]?.fillsSince ?? .distantFuture
    }

    /// The rules of these brokers came: every account is read before it is traded on, so that a start is a recovery.
    mutating func start(
        _ brokers: [BrokerName], _ rules: ReconcileRules, _ desks: inout [Desk], at now: Timestamp
    ) {
        guard rules.interval != nil else { return }
        for broker in brokers {
            wantReading(of: broker, at: now)
            _ = accounts[broker]?.answered()
            for place in desks.indices where desks[place].broker == broker && desks[place].hold == nil {
                desks[place].hold = .unread
            }
        }
    }

    /// Wants `broker` to be read at `moment` or earlier.
    mutating func wantReading(of broker: BrokerName, at moment: Timestamp) {
        var account = accounts[broker] ?? ReconcileAccount()
        account.dueAt = min(account.dueAt ?? .distantFuture, moment)
        // The picture that is on its way may be older than the wish.
        if account.question != nil { account.wantedAt = moment }
        account.fillsSince = account.fillsSince ?? moment
        accounts[broker] = account
    }

    /// The accounts to read now. One that was asked and has not answered is asked again after a while, in case the
    /// answer got lost with a crash.
    mutating func dueReadings(
        _ configuration: EngineConfiguration, _ desks: [Desk], at now: Timestamp
    ) -> [Effect] {
        var effects: [Effect] = []
        for broker in accounts.keys.sorted() {
            guard var account = accounts[broker], let due = account.dueAt, due <= now else { continue }
            let patience = configuration.timing.answerDeadline * Self.patience
            if let question = account.question, now - question.at < patience {
                account.dueAt = question.at + patience
            } else {
                account.dueAt = now + patience
                effects.append(.readAccount(broker, fillsSince: account.fillsSince ?? now))
            }
            accounts[broker] = account
        }
        return effects
    }

    /// So many answer deadlines an account may take before it is asked again.
    private static let patience = 4

    /// Notes every reading that leaves, with what the desks had sent and heard by then.
    mutating func note(_ effects: [Effect], _ desks: [Desk], at now: Timestamp) {
        // Through a span: effects are not copied to look at them.
        let effects = effects.span
        for place in effects.indices {
            guard case .readAccount(let broker, _) = effects[place] else { continue }
            var activity: [Symbol: Int] = [:]
            for desk in desks where desk.broker == broker { activity[desk.symbol] = desk.orders.activity }
            accounts[broker, default: ReconcileAccount()].ask(.init(at: now, activity: activity))
        }
    }

    /// A venue did not answer: it is asked again before long.
    mutating func unreachable(_ broker: BrokerName, _ rules: ReconcileRules, at now: Timestamp) {
        guard var account = accounts[broker] else { return }
        _ = account.answered()
        if account.dueAt != nil { account.dueAt = now + rules.confirmation }
        accounts[broker] = account
    }

    /// An execution that is none of ours: the account is read to see what it means.
    mutating func met(_ stranger: Fill, _ rules: ReconcileRules, at now: Timestamp) -> Bool {
        guard rules.interval != nil, var account = accounts[stranger.venue] else { return false }
        account.met(stranger)
        account.dueAt = min(account.dueAt ?? .distantFuture, now)
        accounts[stranger.venue] = account
        return true
    }

    /// Compares a reading with the books.
    ///
    /// One without executions proves what is held and nothing else: it may be answered when the kill that it was for is
    /// released already, and the executions that it lacks have to be asked for all the same.
    ///
    /// - Parameter mayAdopt: False while the kill switch closes everything: only executions are then taken.
    mutating func take(
        _ snapshot: AccountSnapshot, _ desks: inout [Desk], _ configuration: EngineConfiguration, _ state: TradingState,
        mayAdopt: Bool, at now: Timestamp
    ) -> [Effect] {
        let rules = configuration.reconcile
        var account = accounts[snapshot.broker] ?? ReconcileAccount()
        let isExpected = account.fillsSince != nil && snapshot.lacksFills != true
        var comparison = Comparison(
            snapshot: snapshot, rules: rules, state: state, now: now, question: account.answered(), account: account)
        comparison.takeFills(&desks)
        if !mayAdopt { comparison.explain(&desks) }
        if isExpected, mayAdopt, snapshot.at >= comparison.account.readAt ?? .epoch, comparison.question != nil {
            comparison.account.readAt = snapshot.at
            comparison.account.fillsSince = max(
                comparison.account.fillsSince ?? .epoch, snapshot.at - rules.overlap)
            comparison.compare(&desks)
            comparison.account.agreedAt = comparison.isDisputed ? nil : comparison.question?.at
            let next = comparison.account.wantedAt == nil ? rules.interval.map { now + $0 } : now
            comparison.account.dueAt = comparison.isDisputed ? now + rules.confirmation : next
        }
        accounts[snapshot.broker] = comparison.account
        return comparison.effects
    }

    /// The kill sequence read the venue flat again and again while the books are not: what is missing is booked as
    /// external, so that the books say what is true.
    mutating func closeBooks(
        _ snapshot: AccountSnapshot, _ desks: inout [Desk], _ rules: ReconcileRules, at now: Timestamp
    ) -> [Effect] {
        var account = accounts[snapshot.broker] ?? ReconcileAccount()
        account.takeUnread()
        var comparison = Comparison(
            snapshot: snapshot, rules: rules, state: .halted, now: now, question: nil, account: account)
        for place in desks.indices where desks[place].broker == snapshot.broker {
            if !desks[place].position.isFlat { comparison.close(&desks[place]) }
            if desks[place].lacksExecutions { desks[place].orders.giveUpMissing(at: now) }
        }
        accounts[snapshot.broker] = comparison.account
        return comparison.effects
    }
}
