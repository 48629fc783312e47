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
        /// It tells what is held, and has not read the executions yet.
        case readingExecutions
        /// Orders and cancellations get lost on the way; everyone knows that they may be.
        case lost
        /// It takes so many orders without anyone hearing of it, then it answers.
        case losingAnswers(Int)
        /// So many orders get lost on the way, then it answers.
        case losingRequests(Int)
        /// It was not reached, provably.
        case notReached
        /// Cancellations get lost on the way.
        case losingCancellations
        /// It refuses to cancel, and takes everything else.
        case refusingCancellations
        /// It refuses orders for this reason.
        case refusing(String)
        /// It refuses every order for another reason.
        case capricious
        /// It refuses stops and take-profits.
        case refusingProtections
        /// It refuses what is to close a position, for this reason, and takes stops.
        case refusingCloses(String)
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
    /// Names that were sent to a venue that knew them already.
    var duplicates: [ClientOrderID] = []
    /// Whether the venue refuses what would flip a position, rather than trapping: its news may be late.
    var refusesFlips = false
    let isDuplicateSafe: Bool
    /// Everything the engine asked for so far.
    private(set) var effects: [Effect] = []
    /// What a venue tells besides its next answer.
    var asides: [EngineEvent] = []
    /// Whether a broker takes back by itself the stops that a close would stand beside.
    let takesStopsBack: Bool
    /// Every event with its moment, for replays.
    private(set) var events: [(event: EngineEvent, at: Timestamp)] = []

    init(
        native: Bool = true, amends: Bool = false, reduceOnly: Bool = true, duplicateSafe: Bool = false,
        stopsBlock: Bool? = nil, assets: Int = 1, limits: RiskLimits = RiskLimits(),
        reconcile: ReconcileRules = .onRequest, protection: ProtectionRules = ProtectionRules(),
        orders: OrderRules = OrderRules(), triggers: TriggerRules? = nil
    ) throws {
        isDuplicateSafe = duplicateSafe
        takesStopsBack = !reduceOnly && stopsBlock == false
        let traded = try Self.assets.prefix(assets).map { asset in
            venues[BrokerName(asset.broker)] = ModelVenue(BrokerName(asset.broker))
            return AssetConfiguration(
                instrument: try Self.instrument(asset.name, triggers), broker: BrokerName(asset.broker),
                capabilities: BrokerCapabilities(
                    nativeProtections: native, reduceOnly: reduceOnly, duplicateSafe: duplicateSafe,
                    amendsProtections: amends, stopsBlock: stopsBlock),
                budget: Money(FixedDecimal(1000)))
        }
        try take(
            .configured(
                EngineConfiguration(
                    account: "test", artifact: "test", assets: traded, limits: limits, timing: EngineTiming(),
                    reconcile: reconcile, protection: protection, orders: orders)))
    }

    static func symbol(_ name: String = "AAA") throws -> Symbol { try #require(Symbol(name)) }

    static func instrument(_ name: String = "AAA", _ triggers: TriggerRules? = nil) throws -> Instrument {
        Instrument(
            symbol: try symbol(name), tick: try #require(Price("0.01")), lotStep: try #require(Quantity("0.001")),
            minimumQuantity: .zero, minimumNotional: triggers == nil ? .zero : Money(FixedDecimal(100)),
            quote: Currency("USDT"), triggerRules: triggers)
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
                waiting += asides
                asides = []
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
}
