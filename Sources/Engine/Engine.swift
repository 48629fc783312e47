public import Core

/// Every trading decision, as a pure function of what happened.
///
/// The engine never reads a clock, a file or a socket: events come in with their time, effects go out as values. Live,
/// paper, backtest and simulated chaos feed the same engine; they differ only in who feeds and who performs.
///
/// Invariants, checked after every step: the invariants of every desk; while killed, no order leaves but reductions;
/// no effect opens a position unless the state is `active`.
public struct Engine: Hashable, Sendable {
    /// The settings; nil before the first `configured`.
    public private(set) var configuration: EngineConfiguration?
    /// One desk per asset, by symbol; what venues hold besides has desks of its own from the first kill on.
    public internal(set) var desks: [Desk] = []
    /// What the limits count.
    public private(set) var risk = RiskBook()
    /// The kill sequence.
    public internal(set) var kill = KillSequence()
    /// What keeps the books equal to the venues.
    var reconciler = Reconciler()
    /// The moment of the last step.
    public private(set) var now = Timestamp.epoch
    /// The place of each symbol's first desk, the configured one where there is one.
    private var index: [Symbol: Int] = [:]

    /// An engine that knows nothing yet.
    public init() {}

    /// Whether the engine opens, only reduces, or stands still.
    public var state: TradingState { kill.isEngaged ? .halted : .active }

    /// The desk of `symbol`, if it is traded.
    public subscript(symbol: Symbol) -> Desk? { index[symbol].map { desks[$0] } }

    /// The signed holding of `symbol`.
    public func position(of symbol: Symbol) -> Quantity {
        index[symbol].map { desks.span[$0].position.quantity } ?? .zero
    }

    /// The next moment at which a `deadline` event is wanted.
    public var nextDeadline: Timestamp? {
        var next = kill.isEngaged ? kill.nextDeadline : reconciler.nextDeadline
        // Through a span, here and below: a desk is not copied to look at it.
        let (desks, state) = (desks.span, state)
        for place in desks.indices {
            if let deadline = desks[place].nextDeadline(state) { next = next.map { min($0, deadline) } ?? deadline }
        }
        return next
    }

    /// Takes one event and says what has to be done about it.
    ///
    /// - Parameters:
    ///   - event: What happened.
    ///   - now: When; not earlier than the step before.
    public mutating func step(_ event: EngineEvent, at now: Timestamp) -> [Effect] {
        self.now = max(self.now, now)
        let wasFlattening = kill.phase == .flattening
        var effects = handle(event, at: self.now)
        if wasFlattening || kill.phase == .flattening { effects += continueKill(at: self.now) }
        if kill.phase == .flat, wasFlattening {
            effects += (kill.timesFlat == 1 ? closingMarks : []) + [.halted(reason: kill.reason ?? "")]
        }
        reconciler.note(effects, desks, at: self.now)
        checkInvariants(effects)
        return effects
    }

    private mutating func handle(_ event: EngineEvent, at now: Timestamp) -> [Effect] {
        switch event {
        case .configured(let configuration): return configure(configuration, at: now)
        case .venue(let batch): return take(batch, at: now)
        case .reported(let report): return onDesk(report.symbol, report.clientID) { $0.apply(report, $1, at: now) }
        case .signal(let row): return onDesk(row.symbol) { $0.act(on: row, $1, at: now) }
        case .refused(let symbol, let id, let error): return onDesk(symbol, id) { $0.refused(id, error, $1, at: now) }
        case .silent(let symbol, let id): return onDesk(symbol, id) { desk, _ in desk.silent(id, at: now) }
        case .absent(let symbol, let id): return onDesk(symbol, id) { $0.absent(id, $1, at: now) }
        case .cancelRefused(let symbol, let id, _):
            return onDesk(symbol, id) { desk, _ in desk.cancelRefused(id, at: now) }
        case .snapshot(let snapshot): return read(snapshot, at: now)
        case .unreachable(let broker, let error):
            if let rules = configuration?.reconcile { reconciler.unreachable(broker, rules, at: now) }
            return [.alert(Alert(.warning, "VENUE_UNREACHABLE", "\(broker): \(error)"))]
        case .kill(let reason): return engage(reason: reason, at: now)
        case .release: return release()
        case .deadline: return look(at: now)
        case .reconcile: return reconcile(at: now)
        case .operated(let command): return operate(command, at: now)
        case .regime: return []
        }
    }

    private mutating func configure(_ configuration: EngineConfiguration, at now: Timestamp) -> [Effect] {
        self.configuration = configuration
        // A broker that appears while the switch is engaged has to be proven flat as well.
        if kill.isEngaged { kill.engage(reason: kill.reason ?? "", brokers: configuration.brokers, at: now) }
        for asset in configuration.assets {
            let rules = DeskRules(asset: asset, of: configuration)
            if let place = index[rules.symbol], desks[place].rules.isConfigured || desks[place].broker == rules.broker {
                desks[place].rules = rules
            } else {
                add(Desk(rules))
            }
        }
        reconciler.start(configuration, &desks, at: now)
        return kill.isEngaged ? [] : reconciler.dueReadings(configuration, desks, at: now)
    }

    mutating func add(_ desk: Desk) {
        desks.append(desk)
        desks.sort {
            ($0.symbol, $0.rules.isConfigured ? 0 : 1, $0.broker) < (
                $1.symbol, $1.rules.isConfigured ? 0 : 1, $1.broker
            )
        }
        for (place, desk) in desks.enumerated().reversed() { index[desk.symbol] = place }
    }

    /// Lets the desk of `symbol` that knows the order work; the first one where none does.
    mutating func onDesk(
        _ symbol: Symbol, _ order: ClientOrderID? = nil, _ body: (inout Desk, TradingState) -> [Effect]
    ) -> [Effect] {
        guard let first = index[symbol] else { return [] }
        let knowing = order.flatMap { id in
            desks[first...].firstIndex { $0.symbol == symbol && $0.orders[id] != nil }
        }
        return body(&desks[knowing ?? first], state)
    }

    // MARK: News from venues

    private mutating func take(_ batch: VenueBatch, at now: Timestamp) -> [Effect] {
        var effects: [Effect] = []
        var closed: [Currency] = []
        for event in batch.events {
            switch event {
            case .price(let symbol, let price):
                effects += onDesk(symbol) { $0.observe(price, isClose: false, $1, at: now) }
            case .barClosed(let symbol, let bar, _):
                effects += onDesk(symbol) { desk, state in
                    guard let price = desk.rules.asset.instrument.price(measured: bar.close) else { return [] }
                    let quote = desk.rules.asset.instrument.quote
                    if !closed.contains(quote) { closed.append(quote) }
                    return desk.observe(price, isClose: true, state, at: now)
                }
            case .quote(let symbol, let bid, let ask):
                effects += onDesk(symbol) { desk, _ in desk.risk.quoted(bid: bid, ask: ask, at: now) }
            case .session(let symbol, let isOpen, let next):
                effects += onDesk(symbol) { desk, _ in desk.risk.session(isOpen: isOpen, next: next) }
            case .clock(let offset): risk.clocks[batch.broker] = offset
            case .order(let report):
                effects += onDesk(report.symbol, report.clientID) { $0.apply(report, $1, at: now) }
            case .fill(let fill): effects += take(fill, at: now)
            case .reconnected: effects += reconcile([batch.broker], at: now)
            }
        }
        if closed.count > 1 { closed.sort() }
        for currency in closed { effects.append(.mark(equity(in: currency, at: now))) }
        return effects
    }

    /// What everything came to once it was closed.
    private var closingMarks: [Effect] {
        Set(desks.filter(\.rules.isConfigured).map(\.rules.asset.instrument.quote)).sorted()
            .map { .mark(equity(in: $0, at: now)) }
    }

    /// What the assets of one currency are worth together.
    public func equity(in currency: Currency, at now: Timestamp) -> EquityPoint {
        var (equity, unrealised) = (Money.zero, Money.zero)
        let desks = desks.span
        for place in desks.indices where desks[place].rules.asset.instrument.quote == currency {
            let open = desks[place].unrealised
            equity += desks[place].rules.asset.budget + desks[place].position.realised - desks[place].position.fees
            equity += open
            unrealised += open
        }
        return EquityPoint(at: now, currency: currency, equity: equity, unrealised: unrealised)
    }

    private mutating func look(at now: Timestamp) -> [Effect] {
        var effects: [Effect] = []
        for place in desks.indices {
            effects += desks[place].questions(at: now)
            effects += desks[place].settle(state, at: now)
        }
        guard let configuration, !kill.isEngaged else { return effects }
        return effects + reconciler.dueReadings(configuration, desks, at: now)
    }

    private mutating func operate(_ command: OperatorCommand, at now: Timestamp) -> [Effect] {
        switch command {
        case .release: []
        case .acknowledge(let symbol, let by): acknowledge(symbol, by: by)
        case .reconcile: reconcile(at: now)
        }
    }

    // MARK: Kill

    private mutating func engage(reason: String, at now: Timestamp) -> [Effect] {
        var effects: [Effect] = []
        if !kill.isEngaged {
            effects.append(.alert(Alert(.critical, "KILL_ENGAGED", "the kill switch is engaged: \(reason)")))
        }
        kill.engage(reason: reason, brokers: configuration?.brokers ?? [], at: now)
        for place in desks.indices { effects += desks[place].standDown(at: now) }
        return effects
    }

    private mutating func release() -> [Effect] {
        if kill.release() { return [.alert(Alert(.notice, "KILL_RELEASED", "the kill switch is released"))] }
        guard kill.isEngaged else { return [] }
        return [.alert(Alert(.warning, "RELEASE_REFUSED", "not released: the venues are not proven flat yet"))]
    }

    private mutating func continueKill(at now: Timestamp) -> [Effect] {
        guard let configuration else { return [] }
        return kill.dueReadings(patience: configuration.timing.answerDeadline, at: now).map {
            .readAccount($0, fillsSince: reconciler.fillsSince($0))
        }
    }

    private func checkInvariants(_ effects: [Effect]) {
        let desks = desks.span
        for place in desks.indices { desks[place].checkInvariants() }
        guard state != .active else { return }
        for case .submit(let approved, _) in effects where !approved.request.reduceOnly {
            preconditionFailure("nothing opens unless trading is active")
        }
    }
}
