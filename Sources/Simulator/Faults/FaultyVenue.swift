public import Core

/// A simulated market behind a network and a venue that both misbehave as a ``FaultPlan`` says.
///
/// Everything happens at virtual time: ``send(_:patience:)`` puts a request on its way, ``advance(to:)`` goes on to a
/// moment and gives what reaches the client then. Equal markets, plans, seeds and calls give equal deliveries.
///
/// An answer that nothing brought within the client's patience is given up: the client gets silence instead, as a
/// deadline in its own process would tell it.
public struct FaultyVenue: Sendable {
    /// What the executions of an instrument came to.
    public struct Flow: Hashable, Sendable {
        /// The signed sum of their quantities.
        public internal(set) var quantity = Quantity.zero
        /// What they brought less what they cost, fees included.
        public internal(set) var cash = Money.zero
        /// How many were not ours.
        public internal(set) var foreign = 0

        /// Nothing was executed.
        public init() {}
    }

    /// What is large is kept out of line: the agenda moves its items about.
    enum Item: Sendable {
        indirect case arrival(call: Int, Request)
        indirect case answer(call: Int, Answer)
        indirect case repeated(call: Int, Answer)
        case timeout(call: Int)
        indirect case news(VenueBatch)
        case realCancel(OrderReference)
        case interference
        case drift
        case session(isOpen: Bool)
        case clock
        case reconnection
    }

    /// How long a message travels when no delay is planned.
    public static let travelTime = TimeSpan.milliseconds(20)
    /// A request that is older when it arrives is refused, as venues do by its time stamp.
    public static let receiveWindow = TimeSpan.milliseconds(4_500)

    /// The simulated market as it truly is.
    public internal(set) var market: ReplayedMarket
    /// Whether a client id names one order only; otherwise a repeated request is a second order.
    public let isIdempotent: Bool
    /// Whether a reduce-only order may only reduce; otherwise it is executed like any other, as where shares trade.
    public let honoursReduceOnly: Bool
    /// Whether it takes back by itself the stops that a close would stand beside, and sends no more than can be closed.
    public let takesStopsBack: Bool
    /// How often each client id was accepted.
    public internal(set) var acceptances: [ClientOrderID: Int] = [:]
    /// An intent that was accepted more than once.
    public internal(set) var doubled: ClientOrderID?
    /// An order that was to reduce and turned the position, or opened one, although nobody had traded by hand shortly
    /// before: until the books know of that, orders are sized for what was held.
    public internal(set) var flipped: ClientOrderID?
    /// Money and quantity that every execution of an instrument moved, told or not.
    public internal(set) var flows: [Symbol: Flow] = [:]
    /// When someone last traded or cancelled by hand.
    public internal(set) var lastInterference: Timestamp?
    var dice: FaultDice
    var agenda = Agenda<Item>()
    package private(set) var calls = 0
    var waiting: [Int: Request] = [:]
    var lastNewsAt = Timestamp.epoch
    /// Orders that the market knows under another name or kind than the client.
    var originals: [ClientOrderID: OrderRequest] = [:]
    var hiddenUntil: [ClientOrderID: Timestamp] = [:]
    var dying: Set<ClientOrderID> = []
    /// Orders that are to reduce, at a venue that does not see to it.
    var reductions: Set<ClientOrderID> = []
    var drift: [String: Money] = [:]
    private let outages: [FaultDice.Spell]
    var manualOrders = 0
    /// Orders without a client id: nothing tells a repeated one from a second one.
    var namelessOrders = 0

    /// A venue before its first bar.
    ///
    /// - Parameters:
    ///   - market: The bars and the exchange; without latency of its own.
    ///   - plan: What goes wrong.
    ///   - seed: Of all draws, together with the market's name.
    ///   - calmFrom: From this moment on nothing goes wrong any more.
    ///   - isIdempotent: Whether a client id names one order only.
    ///   - honoursReduceOnly: Whether a reduce-only order may only reduce.
    ///   - takesStopsBack: Whether a broker stands before it that makes way for closes.
    public init(
        market: ReplayedMarket, plan: FaultPlan, seed: UInt64, calmFrom: Timestamp, isIdempotent: Bool = true,
        honoursReduceOnly: Bool = true, takesStopsBack: Bool = false
    ) {
        (self.market, self.takesStopsBack) = (market, takesStopsBack)
        (self.isIdempotent, self.honoursReduceOnly) = (isIdempotent, honoursReduceOnly)
        let name = market.configuration.broker.text
        dice = FaultDice(plan: plan, name: name, seed: seed, from: market.now, calmFrom: calmFrom)
        outages = [.rateLimit, .rateLimitRetryAfter, .authRevoked, .positionMode, .freeze, .marketClosed]
            .flatMap { [dice] in dice.spells(of: $0) }
        for fault in [FaultSwitch.manualTrade, .balanceDrift] {
            for moment in Self.moments(fault, plan, name, seed, from: market.now, to: calmFrom) {
                agenda.add(fault == .manualTrade ? .interference : .drift, at: moment)
            }
        }
        for spell in dice.spells(of: .wrongClock) { agenda.add(.clock, at: spell.from) }
        for spell in dice.spells(of: .freeze) { agenda.add(.reconnection, at: spell.until) }
        for spell in dice.spells(of: .marketClosed) {
            agenda.add(.session(isOpen: false), at: spell.from)
            agenda.add(.session(isOpen: true), at: spell.until)
        }
    }

    private static func moments(
        _ fault: FaultSwitch, _ plan: FaultPlan, _ name: String, _ seed: UInt64, from: Timestamp, to: Timestamp
    ) -> [Timestamp] {
        guard let perDay = plan[fault]?.perDay else { return [] }
        var random = SeededRandom(seed: seed, stream: "\(name)/\(fault.rawValue)/moments")
        return (0..<max(Int((to - from).milliseconds / 60_000), 0)).compactMap { minute in
            guard random.chance(min(perDay / 1440, 1)) else { return nil }
            return from + .milliseconds(Int64(minute) * 60_000 + Int64(random.below(60_000)))
        }
    }

    /// The times without trading that a plan of `seed` gives a venue: bars must leave them out.
    public static func closures(
        plan: FaultPlan, broker: BrokerName, seed: UInt64, from: Timestamp, calmFrom: Timestamp
    ) -> [Range<Timestamp>] {
        FaultDice(plan: plan, name: broker.text, seed: seed, from: from, calmFrom: calmFrom)
            .spells(of: .marketClosed).map { $0.from..<$0.until }
    }

    /// The broker it stands for.
    public var name: BrokerName { market.configuration.broker }

    /// What the account truly holds now, whatever the venue tells.
    public var truth: AccountSnapshot { market.snapshot() }

    /// The open orders as the venue tells of them: a stop that will not fire looks like one that will.
    public var listed: [OrderReport] { truth.openOrders.map(outward) }

    /// How often each switch was felt so far.
    public var counts: [FaultSwitch: Int] { dice.counts }

    /// Whether orders can be executed at `now`.
    public func isOpen(at now: Timestamp) -> Bool { dice.spell(.marketClosed, at: now) == nil }

    /// Whether orders can be executed at `now` and requests are answered in earnest: no spell of any refusal.
    public func isAtService(at now: Timestamp) -> Bool {
        now >= dice.calmFrom || !outages.contains { $0.from <= now && now < $0.until }
    }

    /// Sets the levels at which a price of `symbol` is told exactly when it is met.
    public mutating func watch(_ symbol: Symbol, levels: [Price]) {
        market.watch(symbol, levels: levels)
    }

    // MARK: The client's side

    /// The next moment at which something happens at the venue or on the way; nil when nothing will.
    public mutating func nextInstant() -> Timestamp? {
        let own = agenda.nextAt
        guard let market = market.nextInstant() else { return own }
        return own.map { min($0, market) } ?? market
    }

    /// Puts a request on its way at the market's present.
    ///
    /// - Parameter patience: After this time without an answer the client gets silence.
    /// - Returns: The number that its answer will carry.
    public mutating func send(_ request: Request, patience: TimeSpan) -> Int {
        let (call, now) = (calls, market.now)
        calls += 1
        waiting[call] = request
        agenda.add(.timeout(call: call), at: now + patience)
        if dice.happens(.dropRequest, at: now) { return call }
        let travel = dice.travel(base: Self.travelTime, at: now)
        guard travel < Self.receiveWindow else { return call }
        agenda.add(.arrival(call: call, request), at: now + travel)
        if isOrder(request), dice.happens(.duplicateRequest, at: now) {
            let later = travel + .milliseconds(Int64(1 + dice.draw(.duplicateRequest, below: 300)))
            agenda.add(.arrival(call: call, request), at: now + later)
        }
        return call
    }

    private func isOrder(_ request: Request) -> Bool {
        switch request {
        case .submit, .cancel, .amend: true
        case .look, .account: false
        }
    }

    /// Goes on to `moment`, which is not after ``nextInstant()``, and gives what reaches the client then.
    public mutating func advance(to moment: Timestamp) -> [Delivery] {
        var deliveries: [Delivery] = []
        while true {
            if let batch = market.next(until: moment) {
                publish(batch.events)
            } else if let item = agenda.take(dueAt: moment) {
                deliveries += handle(item)
            } else {
                return deliveries
            }
        }
    }

    private mutating func handle(_ item: Item) -> [Delivery] {
        switch item {
        case .arrival(let call, let request):
            perform(request, call)
            return []
        case .answer(let call, let answer):
            return waiting.removeValue(forKey: call) == nil ? [] : [.answer(call, answer)]
        case .repeated(let call, let answer):
            return [.answer(call, answer)]
        case .timeout(let call):
            return waiting.removeValue(forKey: call).map { [.answer(call, Self.silence(of: $0))] } ?? []
        case .news(let batch):
            return dice.isOn(.freeze, at: market.now) ? [] : [.news(batch)]
        case .realCancel(let reference):
            _ = market.cancel(reference)
            return []
        case .interference:
            interfere()
            return []
        case .drift:
            driftBalance()
            return []
        case .session(let isOpen):
            return announceSession(isOpen)
        case .clock:
            return announceClock()
        case .reconnection:
            return reconnect()
        }
    }

    private static func silence(of request: Request) -> Answer {
        let error = VenueError(.unknownOutcome, code: "TIMEOUT", message: "no answer in time")
        switch request {
        case .submit(let order): return .submitted(order, .silent(error))
        case .cancel(let reference, let symbol): return .cancelled(reference, symbol, .silent(error))
        case .amend(let id, let symbol, _, _): return .amended(id, symbol, .silent(error))
        case .look(let id, let symbol): return .looked(id, symbol, .failure(error))
        case .account: return .account(.failure(error))
        }
    }
}
