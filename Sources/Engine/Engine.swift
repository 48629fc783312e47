public import Core

/// Every trading decision, as a pure function of what happened.
///
/// The engine never reads a clock, a file or a socket: events come in with their time, effects go out as values. Live,
/// paper, backtest and simulated chaos feed the same engine; they differ only in who feeds and who performs.
///
/// Invariants, checked after every step: the invariants of every desk that may have changed; while killed, no order
/// leaves but reductions; no effect opens a position unless the state was `active` then, and each that does is counted
/// by the limits.
public struct Engine: Hashable, Codable, Sendable {
    /// The settings; nil before the first `configured`.
    public internal(set) var configuration: EngineConfiguration? {
        get { settings?.value }
        set { settings = newValue.map { Paged($0) } }
    }
    /// The same, kept aside because it is large: the engine is passed on at every step.
    var settings: Paged<EngineConfiguration>?
    /// One desk per asset, by symbol; what venues hold besides has desks of its own from the first kill on.
    public internal(set) var desks: [Desk] = []
    /// What the limits count.
    public internal(set) var risk = RiskBook()
    /// The kill sequence.
    public internal(set) var kill = KillSequence()
    /// What keeps the books equal to the venues.
    var reconciler = Reconciler()
    /// The moment of the last step.
    public internal(set) var now = Timestamp.epoch
    /// The place of each symbol's first desk, the configured one where there is one.
    var index: [Symbol: Int] = [:]
    /// The next moment at which a `deadline` event is wanted. It follows from the rest, and is worked out once a step.
    public private(set) var nextDeadline: Timestamp?
    /// Whether a level is watched here rather than at a venue. It is worked out with the deadline.
    public private(set) var isWatching = false
    /// Opening orders that the counters were told of in this step.
    var enteredThisStep = 0

    enum CodingKeys: String, CodingKey {
        case settings = "configuration"
        case desks, risk, kill, reconciler, now, index, enteredThisStep
    }

    /// An engine that knows nothing yet.
    public init() {}

    /// Whether the engine opens, only reduces, or stands still.
    public var state: TradingState { kill.isEngaged ? .halted : risk.trading.state }

    /// The desk of `symbol`, if it is traded.
    public subscript(symbol: Symbol) -> Desk? { place(of: symbol).map { desks[$0] } }

    /// The signed holding of `symbol`.
    public func position(of symbol: Symbol) -> Quantity {
        place(of: symbol).map { desks.span[$0].position.quantity } ?? .zero
    }

    /// The place of the first desk of `symbol`. A handful of names is compared faster than one is hashed. In line, like
    /// all that is asked at every step: a call would copy the engine.
    @inline(__always) func place(of symbol: Symbol) -> Int? {
        let desks = desks.span
        guard desks.count <= 8 else { return index[symbol] }
        for place in desks.indices where desks[place].rules.asset.instrument.symbol == symbol { return place }
        return nil
    }

    /// Looks over all desks, after everything else: checks those that may have changed, and works out when it wants to
    /// look again.
    @inline(__always) mutating func review() {
        var next = kill.isEngaged ? kill.nextDeadline : reconciler.nextDeadline
        let state = state
        isWatching = false
        for place in desks.indices {
            // A desk that still knows its deadline has the orders and the position that were checked before.
            if !desks.span[place].memo.isKnown(for: state) { desks[place].review(state) }
            if desks.span[place].memo.isWatching { isWatching = true }
            guard let deadline = desks.span[place].memo.deadline else { continue }
            if let known = next, known <= deadline { continue }
            next = deadline
        }
        nextDeadline = next
    }

    /// Takes one event and says what has to be done about it.
    ///
    /// - Parameters:
    ///   - event: What happened.
    ///   - now: When; not earlier than the step before.
    public mutating func step(_ event: EngineEvent, at now: Timestamp) -> [Effect] {
        var effects: [Effect] = []
        step(event, at: now, &effects)
        return effects
    }

    /// The same, said in a list that the caller uses again and again.
    ///
    /// - Parameter effects: An empty list.
    public mutating func step(_ event: EngineEvent, at now: Timestamp, _ effects: inout [Effect]) {
        precondition(effects.isEmpty, "what was wanted before was done or written down")
        self.now = max(self.now, now)
        enteredThisStep = 0
        let before = state
        risk.roll(to: self.now)
        let wasFlattening = kill.phase == .flattening
        watchExposure(at: self.now, &effects)
        handle(event, at: self.now, &effects)
        if wasFlattening || kill.phase == .flattening { effects += continueKill(at: self.now) }
        effects += collectRest(at: self.now) + tellRegime(after: event, at: self.now)
        if kill.phase == .flat, wasFlattening {
            effects += (kill.timesFlat == 1 ? closingMarks : []) + [.halted(reason: kill.reason ?? "")]
        }
        if !effects.isEmpty { reconciler.note(effects, desks, at: self.now) }
        risk.trading.follow(killed: kill.isEngaged)
        review()
        checkInvariants(effects, before)
    }

    private mutating func handle(_ event: EngineEvent, at now: Timestamp, _ effects: inout [Effect]) {
        switch event {
        case .venue(let batch): take(batch, at: now, &effects)
        case .configured(let configuration): effects += configure(configuration, at: now)
        case .joined(let broker, let assets): effects += join(broker, assets, at: now)
        case .reported(let report):
            effects += onDesk(report.symbol, report.clientID) { $0.apply(report, $1, at: now) }
        case .signal(let row): effects += onDesk(row.symbol) { $0.act(on: row, $1, at: now) }
        case .refused(let symbol, let id, let error):
            effects += onDesk(symbol, id) { $0.refused(id, error, $1, at: now) }
            // The name is taken there: the account lists what look-ups may not find yet.
            if error.code == VenueError.duplicateName { readSoon(symbol, at: now) }
        case .silent(let symbol, let id): effects += onDesk(symbol, id) { desk, _ in desk.silent(id, at: now) }
        case .absent(let symbol, let id): effects += onDesk(symbol, id) { $0.absent(id, $1, at: now) }
        case .cancelRefused(let symbol, let id, _):
            effects += onDesk(symbol, id) { desk, _ in desk.cancelRefused(id, at: now) }
        case .amendRefused(let symbol, let id, _):
            effects += onDesk(symbol, id) { $0.amendRefused(id, $1, at: now) }
        case .snapshot(let snapshot): effects += read(snapshot, at: now)
        case .unreachable(let broker, let error):
            if let rules = configuration?.reconcile { reconciler.unreachable(broker, rules, at: now) }
            effects.append(.alert(Alert(.warning, "VENUE_UNREACHABLE", "\(broker): \(error)")))
        case .kill(let reason): effects += engage(reason: reason, at: now)
        case .release: effects += release()
        case .deadline: effects += look(at: now)
        case .reconcile: effects += reconcile(at: now)
        case .operated(let command): effects += operate(command, at: now)
        case .regime(let reading): look(reading)
        }
    }

    /// Lets the desk of `symbol` that knows the order work; the first one where none does.
    mutating func onDesk(
        _ symbol: Symbol, _ order: ClientOrderID? = nil, _ body: (inout Desk, TradingState) -> [Effect]
    ) -> [Effect] {
        guard let first = place(of: symbol) else { return [] }
        var knowing: Int?
        if let order, first + 1 < desks.count, desks[first + 1].symbol == symbol {
            knowing = desks[first...].firstIndex { $0.symbol == symbol && $0.orders[order] != nil }
        }
        return turn(knowing ?? first, at: now, body)
    }

    /// Reads the account of a symbol at the next chance.
    private mutating func readSoon(_ symbol: Symbol, at now: Timestamp) {
        guard let broker = place(of: symbol).map({ desks[$0].broker }), reconciler.follows(broker) else { return }
        reconciler.wantReading(of: broker, at: now)
    }

    /// Lets the desks look whose moment has come; mostly it is an account that wants to be read.
    private mutating func look(at now: Timestamp) -> [Effect] {
        var effects: [Effect] = []
        for place in desks.indices where desks.span[place].nextDeadline(state).map({ $0 <= now }) ?? false {
            effects += turn(place, at: now) {
                $0.questions(at: now) + $0.repetitions($1, at: now) + $0.settle($1, at: now)
            }
            let broker = desks[place].broker
            if desks[place].orders.missing.takeReading(at: now), reconciler.follows(broker) {
                reconciler.wantReading(of: broker, at: now)
            }
        }
        guard let configuration, !kill.isEngaged else { return effects }
        return effects + reconciler.dueReadings(configuration, desks, at: now)
    }

    // MARK: Kill

    mutating func engage(reason: String, at now: Timestamp) -> [Effect] {
        var effects: [Effect] = []
        if !kill.isEngaged {
            effects.append(.alert(Alert(.critical, "KILL_ENGAGED", "the kill switch is engaged: \(reason)")))
        }
        kill.engage(reason: reason, brokers: configuration?.brokers ?? [], at: now)
        for place in desks.indices { effects += desks[place].standDown(at: now) }
        return effects
    }

    private mutating func release() -> [Effect] {
        forgiveExposure(at: now)
        if kill.release() { return [.alert(Alert(.notice, "KILL_RELEASED", "the kill switch is released"))] }
        guard kill.isEngaged else { return [] }
        return [.alert(Alert(.warning, "RELEASE_REFUSED", "not released: the venues are not proven flat yet"))]
    }

    private mutating func continueKill(at now: Timestamp) -> [Effect] {
        guard let configuration else { return [] }
        return kill.dueReadings(patience: configuration.timing.haltPatience, at: now).map {
            .readAccount($0, fillsSince: reconciler.fillsSince($0))
        }
    }

    private func checkInvariants(_ effects: [Effect], _ before: TradingState) {
        var opened = 0
        let effects = effects.span
        for place in effects.indices {
            if case .submit(let approved, _) = effects[place], !approved.request.reduceOnly { opened += 1 }
        }
        // Repetitions open under a name that was counted before.
        precondition(opened >= enteredThisStep, "what is counted is sent")
        precondition(opened == 0 || before == .active, "nothing opens unless trading is active")
    }
}
