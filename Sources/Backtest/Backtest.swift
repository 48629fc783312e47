public import Core
public import Engine
public import Simulator

/// Drives the engine against a simulated market on a virtual clock, in memory and at full speed.
///
/// It is the runner's loop without a ledger: the same events in the same order, so a backtest, a replay through the
/// runner and a live run differ only in who feeds and who performs.
public struct Backtest: Sendable {
    /// The engine as it stands.
    public private(set) var engine = Engine()
    /// The market as it stands.
    public private(set) var market: ReplayedMarket
    /// What happened so far.
    public private(set) var record = BacktestRecord()
    private let decide: Decision
    private let world: BacktestWorld
    private var watched: [Symbol: [Price]] = [:]
    private var pacing = HaltPacing()
    /// The news at hand, and what the engine wants done about them: lists that are used again and again.
    private var news: VenueBatch
    private var effects: [Effect] = []

    /// What to hold from the close of a bar on, or nil to leave things as they are; asked once per closed bar.
    /// `position` is what is held at that moment.
    public typealias Decision =
        @Sendable (_ symbol: Symbol, _ closeTime: Timestamp, _ position: Quantity) -> SignalRow?

    /// A backtest before its first bar.
    ///
    /// - Parameters:
    ///   - configuration: The engine's settings; every asset must be tradable on `market`.
    ///   - market: The bars and the exchange.
    ///   - signals: The rows to act on, each at its own time and never before.
    ///   - world: What happens besides.
    public init(
        configuration: EngineConfiguration, market: ReplayedMarket, signals: some Sequence<SignalRow>,
        world: BacktestWorld = BacktestWorld()
    ) {
        var rows: [Symbol: [Timestamp: SignalRow]] = [:]
        for row in signals { rows[row.symbol, default: [:]][row.time] = row }
        self.init(configuration: configuration, market: market, world: world) { [rows] symbol, time, _ in
            rows[symbol]?[time]
        }
    }

    /// A backtest before its first bar, of a strategy that decides as it goes.
    ///
    /// - Parameters:
    ///   - configuration: The engine's settings; every asset must be tradable on `market`.
    ///   - market: The bars and the exchange.
    ///   - world: What happens besides.
    ///   - decide: The strategy.
    public init(
        configuration: EngineConfiguration, market: ReplayedMarket, world: BacktestWorld = BacktestWorld(),
        decide: @escaping Decision
    ) {
        (self.market, self.world, self.decide) = (market, world, decide)
        news = market.emptyBatch
        record.expect(bars: market.barsLeft)
        take(.configured(configuration), at: market.now)
    }

    /// A backtest that goes on from the middle of another run.
    ///
    /// - Parameters:
    ///   - engine: The engine as it stood there.
    ///   - market: The market as it stood there.
    ///   - signals: The rows to act on from there on.
    ///   - answers: Events of that moment that the engine was not told yet.
    ///   - effects: What the engine asked for and nobody did yet.
    public init(
        resuming engine: Engine, market: ReplayedMarket, signals: some Sequence<SignalRow>, answers: [EngineEvent],
        owing effects: [Effect]
    ) {
        (self.engine, world) = (engine, BacktestWorld())
        (self.market, news) = (market, market.emptyBatch)
        var rows: [Symbol: [Timestamp: SignalRow]] = [:]
        for row in signals { rows[row.symbol, default: [:]][row.time] = row }
        decide = { [rows] symbol, moment, _ in rows[symbol]?[moment] }
        self.effects = effects
        let waiting = answers + performAll()
        for event in waiting { take(event, at: engine.now) }
    }

    /// Runs to the end of the data.
    ///
    /// - Returns: What happened.
    public mutating func run() -> BacktestRecord {
        while step() {}
        return record
    }

    /// Takes the next news of the market.
    ///
    /// - Returns: False at the end of the data, when nothing is left to wait for.
    public mutating func step() -> Bool {
        // Asked here, where it costs nothing: most steps are none of a halt.
        let limit = engine.kill.phase == .flattening ? pacing.limit(engine) : nil
        let hasNews = if let limit { market.next(&news, until: limit) } else { market.next(&news) }
        guard hasNews else {
            guard let moment = pacing.keep(engine) else { return false }
            take(.deadline, at: moment)
            return true
        }
        let now = news.at
        if !world.isEmpty { for event in world.due(engine, at: now) { take(event, at: now) } }
        record.note(news)
        take(.venue(news), at: now)
        for place in news.events.indices {
            guard case .barClosed(let symbol, _, let closeTime) = news.events.span[place] else { continue }
            if let row = decide(symbol, closeTime, engine.position(of: symbol)) { take(.signal(row), at: now) }
        }
        if let deadline = engine.nextDeadline, deadline <= engine.now { take(.deadline, at: engine.now) }
        return true
    }

    /// Pulls the kill switch now.
    public mutating func kill(reason: String) {
        feed(.kill(reason: reason))
    }

    /// Tells the engine now what comes neither from the market nor from the signals.
    public mutating func feed(_ event: EngineEvent) {
        take(event, at: engine.now)
    }

    private mutating func take(_ event: EngineEvent, at moment: Timestamp) {
        engine.step(event, at: moment, &effects)
        var answers = performAll()
        var taken = 0
        while taken < answers.count {
            engine.step(answers[taken], at: moment, &effects)
            answers += performAll()
            taken += 1
        }
        if engine.isWatching || !watched.isEmpty { watchSyntheticLevels() }
    }

    private mutating func performAll() -> [EngineEvent] {
        if effects.isEmpty { return [] }
        var answers: [EngineEvent] = []
        // Through a span, like everything that is looked at after every step: nothing is copied for it.
        for place in effects.indices {
            if case .mark(let point) = effects.span[place] {
                record.note(point)
            } else {
                let effect = effects[place]
                record.note(effect)
                if let answer = perform(effect) { answers.append(answer) }
            }
        }
        while !effects.isEmpty { effects.removeLast() }
        return answers
    }

    /// Asks the market to tell the price at the levels that the engine watches itself, as a stream of ticks would.
    private mutating func watchSyntheticLevels() {
        let desks = engine.desks
        for place in desks.indices {
            let levels = desks.span[place].watchLevels
            let symbol = desks[place].symbol
            guard levels != watched[symbol] ?? [] else { continue }
            watched[symbol] = levels.isEmpty ? nil : levels
            market.watch(symbol, levels: levels)
        }
    }

    private mutating func perform(_ effect: Effect) -> EngineEvent? {
        switch effect {
        case .submit(let approved, _):
            let request = approved.request
            switch market.submit(request) {
            case .success(let report): return .reported(report)
            case .failure(let error): return .refused(request.symbol, request.clientID, error)
            }
        case .cancel(let reference, let symbol, _):
            switch market.cancel(reference) {
            case .success(let report): return .reported(report)
            case .failure(let error):
                guard case .client(let id) = reference else { return nil }
                return .cancelRefused(symbol, id, error)
            }
        case .amend(let id, let symbol, let trigger, let quantity, _):
            switch market.amend(.client(id), trigger: trigger, quantity: quantity) {
            case .success(let report): return .reported(report)
            case .failure(let error): return .amendRefused(symbol, id, error)
            }
        case .query(let symbol, let id, _):
            return market.order(.client(id)).map { .reported($0) } ?? .absent(symbol, id)
        case .readAccount(_, let moment):
            return .snapshot(market.snapshot(fillsSince: moment))
        case .alert, .refuse, .mark, .halted, .reconciled:
            return nil
        }
    }
}
