import Core
import Engine
import Testing

/// An engine with model venues, moved by hand: what the engine asks for is done at once and answered as the test wants.
struct Bench {
    /// How a venue answers what it is asked.
    enum Manner: Hashable {
        /// At once.
        case prompt
        /// It does what it is asked but nobody hears of it.
        case mute
        /// Orders and cancellations get lost on the way; everyone knows that they may be.
        case lost
        /// Cancellations get lost on the way.
        case losingCancellations
        /// It refuses orders for this reason.
        case refusing(String)
        /// It refuses every order for another reason.
        case capricious
        /// It refuses stops and take-profits.
        case refusingProtections
        /// Its account cannot be read, and nothing else works either.
        case unreachable
    }

    /// The engine answered its own effects without end.
    struct Endless: Error {}

    static let assets: [(name: String, broker: String)] = [("AAA", "one"), ("BBB", "two")]

    private(set) var engine = Engine()
    var now = Timestamp(milliseconds: 1_000_000_000)
    var venues: [BrokerName: ModelVenue] = [:]
    var manners: [BrokerName: Manner] = [:]
    /// Everything the engine asked for so far.
    private(set) var effects: [Effect] = []
    /// Every event with its moment, for replays.
    private(set) var events: [(event: EngineEvent, at: Timestamp)] = []

    init(
        native: Bool = true, assets: Int = 1, limits: RiskLimits = RiskLimits(), reconcile: ReconcileRules = .onRequest
    ) throws {
        let traded = try Self.assets.prefix(assets).map { asset in
            venues[BrokerName(asset.broker)] = ModelVenue(BrokerName(asset.broker))
            return AssetConfiguration(
                instrument: try Self.instrument(asset.name), broker: BrokerName(asset.broker),
                capabilities: BrokerCapabilities(nativeProtections: native, reduceOnly: true, duplicateSafe: true),
                budget: Money(FixedDecimal(1000)))
        }
        try take(
            .configured(
                EngineConfiguration(
                    account: "test", artifact: "test", assets: traded, limits: limits, timing: EngineTiming(),
                    reconcile: reconcile)))
    }

    static func symbol(_ name: String = "AAA") throws -> Symbol { try #require(Symbol(name)) }

    static func instrument(_ name: String = "AAA") throws -> Instrument {
        Instrument(
            symbol: try symbol(name), tick: try #require(Price("0.01")), lotStep: try #require(Quantity("0.001")),
            minimumQuantity: .zero, minimumNotional: .zero, quote: Currency("USDT"))
    }

    // MARK: Events

    /// Feeds an event, does what the engine asks for and feeds the answers.
    ///
    /// - Returns: Everything the engine asked for.
    @discardableResult
    mutating func take(_ event: EngineEvent) throws -> [Effect] {
        var waiting = [event]
        var asked: [Effect] = []
        var taken = 0
        while taken < waiting.count {
            if taken > 200 { throw Endless() }
            events.append((waiting[taken], now))
            let wanted = engine.step(waiting[taken], at: now)
            taken += 1
            asked += wanted
            effects += wanted
            for effect in wanted {
                if let answer = try perform(effect) { waiting.append(answer) }
            }
        }
        return asked
    }

    @discardableResult
    mutating func price(_ text: String, _ name: String = "AAA") throws -> [Effect] {
        try take(
            .venue(
                VenueBatch(
                    broker: BrokerName("one"), at: now,
                    events: [.price(try Self.symbol(name), try #require(Price(text)))])))
    }

    /// A signal row decided now.
    @discardableResult
    mutating func signal(
        _ target: Double, stop: Double? = nil, takeProfit: Double? = nil, _ name: String = "AAA"
    ) throws -> [Effect] {
        try take(.signal(try row(target, stop: stop, takeProfit: takeProfit, name)))
    }

    func row(
        _ target: Double, stop: Double? = nil, takeProfit: Double? = nil, _ name: String = "AAA"
    ) throws -> SignalRow {
        SignalRow(
            symbol: try Self.symbol(name), time: now, target: target, confidence: 1, stop: stop,
            takeProfit: takeProfit, fold: 0)
    }

    /// Executes a part of an order, or the rest, and tells the engine of it.
    @discardableResult
    mutating func fill(_ id: ClientOrderID, _ part: String? = nil, at price: String = "100") throws -> [Effect] {
        let part = try part.map { try #require(Quantity($0)) }
        let (fill, report) = try execute(id, part, at: try #require(Price(price)))
        return try take(.venue(VenueBatch(broker: fill.venue, at: now, events: [.fill(fill), .order(report)])))
    }

    /// Executes at the venue without telling the engine.
    mutating func execute(
        _ id: ClientOrderID, _ part: Quantity? = nil, at price: Price
    ) throws -> (fill: Fill, report: OrderReport) {
        for name in venues.keys.sorted() where venues[name]?.order(id) != nil {
            if let result = try venues[name]?.execute(id, part, at: price, now) { return result }
        }
        throw ModelVenue.Misuse.unknownOrder(id)
    }

    /// Lets time pass, taking every deadline on the way.
    @discardableResult
    mutating func wait(_ span: TimeSpan) throws -> [Effect] {
        let end = now + span
        var asked: [Effect] = []
        while let deadline = engine.nextDeadline, deadline <= end {
            now = max(now, deadline)
            asked += try take(.deadline)
            if let next = engine.nextDeadline, next <= now { throw Endless() }
        }
        now = end
        return asked
    }

    // MARK: Performing

    private mutating func perform(_ effect: Effect) throws -> EngineEvent? {
        switch effect {
        case .submit(let approved, let broker): return try submit(approved.request, to: broker)
        case .cancel(let reference, let symbol, let broker): return try cancel(reference, symbol, at: broker)
        case .query(let symbol, let id, let broker):
            guard manners[broker] ?? .prompt != .mute, manners[broker] != .unreachable else { return nil }
            return try venue(broker).order(id).map { .reported($0) } ?? .absent(symbol, id)
        case .readAccount(let broker, let moment):
            guard manners[broker] != .unreachable else {
                return .unreachable(broker, VenueError(.retryable, code: "DOWN", message: "not reachable"))
            }
            return .snapshot(try venue(broker).snapshot(at: now, fillsSince: moment))
        case .alert, .refuse, .mark, .halted, .reconciled: return nil
        }
    }

    func venue(_ broker: BrokerName) throws -> ModelVenue {
        guard let venue = venues[broker] else { throw ModelVenue.Misuse.wrongVenue(broker) }
        return venue
    }

    private mutating func submit(_ request: OrderRequest, to broker: BrokerName) throws -> EngineEvent? {
        var venue = try venue(broker)
        switch manners[broker] ?? .prompt {
        case .refusingProtections where request.kind.isProtective: return refusal(of: request, "NO_STOPS")
        case .refusing(let code): return refusal(of: request, code)
        case .capricious: return refusal(of: request, "MOOD_\(events.count)")
        case .lost, .unreachable: return .silent(request.symbol, request.clientID)
        case .prompt, .mute, .losingCancellations, .refusingProtections:
            let report = try venue.submit(request, at: now)
            venues[broker] = venue
            return manners[broker] == .mute ? nil : .reported(report)
        }
    }

    private func refusal(of request: OrderRequest, _ code: String) -> EngineEvent {
        .refused(request.symbol, request.clientID, VenueError(.rejected, code: code, message: "refused"))
    }

    private mutating func cancel(
        _ reference: OrderReference, _ symbol: Symbol, at broker: BrokerName
    ) throws -> EngineEvent? {
        let manner = manners[broker] ?? .prompt
        if manner == .lost || manner == .unreachable || manner == .losingCancellations { return nil }
        var venue = try venue(broker)
        let result = venue.cancel(reference)
        venues[broker] = venue
        if manner == .mute { return nil }
        switch result {
        case .success(let report): return .reported(report)
        case .failure(let error):
            guard case .client(let id) = reference else { return nil }
            return .cancelRefused(symbol, id, error)
        }
    }
}
