import Core
import Engine

/// An engine and a venue with everything between them late: requests, answers and news wait until a seed lets them
/// pass, news get lost and repeated, and someone else may trade on the account.
struct ReconcileWorld {
    private(set) var engine = Engine()
    private(set) var venue = ModelVenue(BrokerName("one"))
    private(set) var now = Timestamp(milliseconds: 1_000_000_000)
    private(set) var reconciliations: [Reconciliation] = []
    /// Every execution that entered the books.
    private(set) var booked: [Fill] = []
    private(set) var interferences = 0
    private var random: SeededRandom
    private var requests: [Effect] = []
    private var answers: [EngineEvent] = []
    private var news: [VenueEvent] = []
    private let symbol: Symbol
    private let isDisturbed: Bool
    private let losesNews: Bool

    init(seed: UInt64, disturbed: Bool, losesNews: Bool = true, rules: ReconcileRules = ReconcileRules()) throws {
        random = SeededRandom(seed: seed)
        (isDisturbed, self.losesNews) = (disturbed, losesNews)
        symbol = try Bench.symbol()
        let asset = AssetConfiguration(
            instrument: try Bench.instrument(), broker: BrokerName("one"),
            capabilities: BrokerCapabilities(nativeProtections: true, reduceOnly: true, duplicateSafe: true),
            budget: Money(FixedDecimal(1000)))
        feed(
            .configured(
                EngineConfiguration(
                    account: "test", artifact: "test", assets: [asset], limits: RiskLimits(),
                    timing: EngineTiming(unprotectedBudget: .seconds(3600)), reconcile: rules)))
    }

    var position: Quantity { engine[symbol]?.position.quantity ?? .zero }
    var held: Quantity { venue.positions[symbol] ?? .zero }
    var adoptions: Int {
        reconciliations.flatMap(\.differences).count { $0.kind == .position && $0.action == .adopted }
    }

    // MARK: Moving

    mutating func step() throws {
        switch random.below(16) {
        case 0..<4: if let request = take(\.requests) { try perform(request) }
        case 4..<7: if let answer = take(\.answers) { feed(answer) }
        case 7..<10: tell()
        case 10, 11: try execute()
        case 12, 13: wait(.milliseconds([1, 100, 1_000, 5_000][random.below(4)]))
        case 14:
            let target = [0.5, -0.5, 0, 0.25][random.below(4)]
            feed(.venue(batch([.price(symbol, Price(FixedDecimal(95 + random.below(10))))])))
            feed(
                .signal(
                    SignalRow(
                        symbol: symbol, time: now, target: target, confidence: 1, stop: target < 0 ? 200 : 10,
                        takeProfit: nil, fold: 0)))
        default: if isDisturbed, random.chance(0.2) { interfere() }
        }
    }

    /// Lets everything on its way arrive, again and again, until nothing is.
    mutating func settle(for span: TimeSpan) throws {
        let end = now + span
        while true {
            while !requests.isEmpty || !answers.isEmpty || !news.isEmpty {
                if !requests.isEmpty { try perform(requests.removeFirst()) }
                if !answers.isEmpty { feed(answers.removeFirst()) }
                if !news.isEmpty { feed(.venue(batch([news.removeFirst()]))) }
            }
            guard let next = engine.nextDeadline, next <= end else { break }
            now = max(now, next)
            feed(.deadline)
        }
        now = max(now, end)
    }

    /// Executes what the venue still holds of orders that wait for no price.
    mutating func executeAll() throws {
        for order in venue.openOrders where !order.kind.isProtective { try execute(order, whole: true) }
    }

    mutating func feed(_ event: EngineEvent) {
        let effects = engine.step(event, at: now)
        for effect in effects {
            switch effect {
            case .reconciled(let found):
                reconciliations.append(found)
                booked += found.fills
            case .submit, .cancel, .query, .readAccount: requests.append(effect)
            default: break
            }
        }
        if case .venue(let batch) = event {
            for case .fill(let fill) in batch.events where engine.hasBooked(fill) && !booked.contains(fill) {
                booked.append(fill)
            }
        }
    }

    private func batch(_ events: [VenueEvent]) -> VenueBatch {
        VenueBatch(broker: BrokerName("one"), at: now, events: events)
    }

    /// Takes the oldest of a queue, or now and then any.
    private mutating func take<Item>(_ queue: WritableKeyPath<Self, [Item]>) -> Item? {
        guard !self[keyPath: queue].isEmpty else { return nil }
        let place = random.chance(0.2) ? random.below(self[keyPath: queue].count) : 0
        return self[keyPath: queue].remove(at: place)
    }

    private mutating func tell() {
        guard !news.isEmpty else { return }
        let item = news.removeFirst()
        if losesNews, random.chance(0.2) { return }
        feed(.venue(batch([item])))
        if random.chance(0.1) { feed(.venue(batch([item]))) }
    }

    private mutating func wait(_ span: TimeSpan) {
        now = now + span
        if let next = engine.nextDeadline, next <= now { feed(.deadline) }
    }

    // MARK: The venue

    private mutating func perform(_ effect: Effect) throws {
        switch effect {
        case .submit(let approved, _):
            let request = approved.request
            do {
                answers.append(.reported(try venue.submit(request, at: now)))
            } catch {
                let refusal = VenueError(.rejected, code: "NO", message: "\(error)")
                answers.append(.refused(symbol, request.clientID, refusal))
            }
        case .cancel(let reference, _, _):
            switch (venue.cancel(reference), reference) {
            case (.success(let report), _): answers.append(.reported(report))
            case (.failure(let error), .client(let id)): answers.append(.cancelRefused(symbol, id, error))
            case (.failure, .venue): break
            }
        case .query(_, let id, _): answers.append(venue.order(id).map { .reported($0) } ?? .absent(symbol, id))
        case .readAccount(_, let moment): answers.append(.snapshot(venue.snapshot(at: now, fillsSince: moment)))
        default: break
        }
    }

    private mutating func execute() throws {
        guard let order = venue.openOrders.randomElement(with: &random) else { return }
        try execute(order, whole: random.chance(0.5))
    }

    private mutating func execute(_ order: OrderReport, whole: Bool) throws {
        guard let id = order.clientID else { return }
        let rest = order.quantity - order.filled
        let isExit =
            order.kind.isProtective
            || engine[symbol]?.openOrders.first { $0.request.clientID == id }?
                .request.reduceOnly ?? false
        let reducible = max(order.side == .sell ? held : -held, .zero)
        let most = isExit ? min(rest, reducible) : rest
        guard most > .zero else {
            if isExit, case .success(let report) = venue.cancel(.client(id)) { news.append(.order(report)) }
            return
        }
        let step = Quantity(FixedDecimal(1))
        let (fill, report) = try venue.execute(id, whole ? most : min(most, step), at: Price(FixedDecimal(100)), now)
        news += [.fill(fill), .order(report)]
    }

    private mutating func interfere() {
        interferences += 1
        let size = Quantity(FixedDecimal(1 + random.below(3)))
        let fill = venue.trade(
            symbol, random.chance(0.5) ? .buy : .sell, size, at: Price(FixedDecimal(100)), isListed: random.chance(0.5),
            now)
        if random.chance(0.5) { news.append(.fill(fill)) }
    }
}

extension Array {
    fileprivate func randomElement(with random: inout SeededRandom) -> Element? {
        isEmpty ? nil : self[random.below(count)]
    }
}
