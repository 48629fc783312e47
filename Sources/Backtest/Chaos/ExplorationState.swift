import Core
import Engine

/// A small world with everything that can still happen in it.
///
/// Time stands still except for the deadlines that the engine waits for, so that equal situations are equal states.
struct ExplorationState: Hashable {
    /// What can happen next.
    enum Move: Hashable, CustomStringConvertible {
        /// A request arrives at its venue.
        case arrive(Int)
        /// The engine hears the oldest answer or news of a venue.
        case hear(Int)
        /// A venue executes one of its orders.
        case execute(venue: Int, order: Int)
        /// The process dies; what it had sent arrives, or is lost with it.
        case crash(losingRequests: Bool)
        /// The kill switch is pulled.
        case kill
        /// The moment comes that the engine waits for.
        case deadline

        var description: String {
            switch self {
            case .arrive(let place): "request \(place) arrives"
            case .hear(let place): "venue \(place) is heard"
            case .execute(let venue, let order): "venue \(venue) executes order \(order)"
            case .crash(let losing): losing ? "crash losing requests" : "crash"
            case .kill: "kill"
            case .deadline: "deadline"
            }
        }
    }

    static let names = ["one", "two"]

    private(set) var engine = Engine()
    /// The engine as its journal would leave it after a crash.
    private var durable = Engine()
    private var venues = names.map { ExplorationVenue(name: BrokerName($0)) }
    private var requests: [Effect] = []
    private var answers: [[EngineEvent]] = names.map { _ in [] }
    private var now = Timestamp(milliseconds: 1_000_000)
    private var crashes = 0
    private(set) var problem: String?

    init() {
        take(.configured(Self.configuration))
        for (name, asset) in zip(Self.names, Self.configuration.assets) {
            let price = VenueEvent.price(asset.instrument.symbol, Price(FixedDecimal(100)))
            take(.venue(VenueBatch(broker: BrokerName(name), at: now, events: [price])))
            take(
                .signal(
                    SignalRow(
                        symbol: asset.instrument.symbol, time: now, target: 1, confidence: 1, stop: 90,
                        takeProfit: nil, fold: 0)))
        }
        durable = engine
    }

    private static let configuration = EngineConfiguration(
        account: "explore", artifact: "explore",
        assets: names.compactMap { name in
            Symbol(name.uppercased()).map { symbol in
                AssetConfiguration(
                    instrument: Instrument(
                        symbol: symbol, tick: Price(.one), lotStep: Quantity(.one), minimumQuantity: .zero,
                        minimumNotional: .zero, quote: Currency("USDT")),
                    broker: BrokerName(name),
                    capabilities: BrokerCapabilities(nativeProtections: true, reduceOnly: true, duplicateSafe: false),
                    budget: Money(FixedDecimal(1_000)))
            }
        },
        limits: RiskLimits(), timing: EngineTiming())

    /// Everything that can happen now.
    var moves: [Move] {
        var moves: [Move] = requests.indices.map { .arrive($0) }
        for place in venues.indices {
            if !answers[place].isEmpty { moves.append(.hear(place)) }
            for order in venues[place].workingOrders { moves.append(.execute(venue: place, order: order)) }
        }
        if crashes < 1 { moves += [.crash(losingRequests: false), .crash(losingRequests: true)] }
        if !engine.kill.isEngaged { moves.append(.kill) }
        if engine.nextDeadline != nil { moves.append(.deadline) }
        return moves
    }

    mutating func make(_ move: Move) {
        switch move {
        case .arrive(let place): arrive(requests.remove(at: place))
        case .hear(let place): take(answers[place].removeFirst())
        case .execute(let venue, let order):
            let news = venues[venue].execute(order, at: now)
            answers[venue].append(.venue(news))
        case .crash(let losing):
            crashes += 1
            engine = durable
            answers = venues.map { _ in [] }
            if losing { requests = [] }
            recover()
        case .kill: take(.kill(reason: "explored"))
        case .deadline:
            now = max(now, engine.nextDeadline ?? now)
            take(.deadline)
        }
        check()
    }

    private mutating func recover() {
        take(.configured(Self.configuration))
        for desk in engine.desks {
            for order in desk.openOrders where [.sent, .unknown, .cancelling].contains(order.state) {
                requests.append(.query(desk.symbol, order.request.clientID, desk.broker))
            }
        }
        if engine.kill.isEngaged { take(.kill(reason: "explored")) }
    }

    private mutating func take(_ event: EngineEvent) {
        let effects = engine.step(event, at: now)
        for effect in effects {
            switch effect {
            case .submit(let approved, _):
                inspect(approved.request)
                requests.append(effect)
            case .cancel, .amend, .query, .readAccount: requests.append(effect)
            case .alert, .refuse, .mark, .halted, .reconciled: break
            }
        }
        // Messages leave only after a commit, and a commit holds everything decided so far.
        if effects.contains(where: { $0.venue != nil }) { durable = engine }
    }

    private mutating func inspect(_ order: OrderRequest) {
        if engine.kill.isEngaged, !order.reduceOnly { problem = "an opening order leaves after the kill" }
        guard order.reduceOnly, order.purpose != .flatten, let desk = engine[order.symbol] else { return }
        if order.side == .buy || order.quantity > desk.position.quantity {
            problem = "a reduction of \(order.quantity) of \(desk.position.quantity)"
        }
    }

    private mutating func arrive(_ effect: Effect) {
        guard let broker = effect.venue, let place = venues.firstIndex(where: { $0.name == broker }) else { return }
        if let answer = venues[place].answer(to: effect, at: now) { answers[place].append(answer) }
        if venues[place].hasDuplicate { problem = "\(broker) accepted two orders of one name" }
    }

    private mutating func check() {
        for venue in venues {
            if venue.position < .zero { problem = "\(venue.name) is short: a reduction flipped the position" }
            if venue.position > Quantity(FixedDecimal(10)) { problem = "\(venue.name) holds more than one entry" }
            if engine.kill.phase == .flat, venue.position != .zero || !venue.workingOrders.isEmpty {
                problem = "flat was said while \(venue.name) holds \(venue.position)"
            }
        }
        guard engine.kill.phase == .flat else { return }
        for case .submit(let approved, _) in requests where !approved.request.reduceOnly {
            problem = "flat was said while an entry is on its way"
        }
    }
}

extension Effect {
    /// The venue that an effect is a message to.
    var venue: BrokerName? {
        switch self {
        case .submit(_, let broker), .cancel(_, _, let broker), .amend(_, _, _, _, let broker),
            .query(_, _, let broker), .readAccount(let broker, _):
            broker
        case .alert, .refuse, .mark, .halted, .reconciled: nil
        }
    }
}
