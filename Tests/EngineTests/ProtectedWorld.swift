import Core
import Engine
import Testing

/// A bench with a random market: the price walks, orders are executed in parts, news comes late and out of order, and
/// the venue's manners change. It counts what must hold whatever happens.
struct ProtectedWorld {
    var bench: Bench
    private var random: SeededRandom
    private var price = 100_00
    private var late: [VenueEvent] = []
    private(set) var entered = Quantity.zero
    private(set) var left = Quantity.zero
    /// What went wrong, in words.
    private(set) var faults: [String] = []
    private let respectsReduceOnly: Bool
    private static let one = BrokerName("one")

    init(seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        respectsReduceOnly = seed % 3 != 0
        let third = FixedDecimal(30)
        let rules = ProtectionRules(
            trailing: seed % 2 == 0 ? .percent(FixedDecimal(6)) : nil,
            breakEvenPercent: seed % 5 == 0 ? FixedDecimal(3) : nil,
            ladder: seed % 4 == 1
                ? [
                    LadderRung(percent: FixedDecimal(2), share: third),
                    LadderRung(percent: FixedDecimal(4), share: third),
                ]
                : [],
            maximumHolding: seed % 7 == 0 ? .seconds(40) : nil, exposureBudget: nil)
        let orders = OrderRules(
            entryLimitPercent: seed % 6 == 2 ? FixedDecimal(1) : nil,
            exitLimitPercent: seed % 6 == 4 ? FixedDecimal(1) : nil)
        bench = try Bench(
            native: seed % 5 != 4, amends: seed % 2 == 1, reduceOnly: respectsReduceOnly, duplicateSafe: seed % 4 == 0,
            stopsBlock: !respectsReduceOnly && seed % 2 == 0 ? false : nil, protection: rules, orders: orders)
        bench.refusesFlips = respectsReduceOnly
        try tell()
    }

    private var level: Price { Price(FixedDecimal(units: Int128(price) * 10_000_000_000)) }

    private mutating func tell() throws { try bench.price("\(level)") }

    mutating func step() throws {
        switch random.below(20) {
        case 0..<6: try walk()
        case 6..<12: try executeSome()
        case 12..<14: try deliver(all: false)
        case 14, 15: try decide()
        case 16: try behave()
        default: try bench.wait(.milliseconds([50, 250, 1_000, 4_000][random.below(4)]))
        }
    }

    private mutating func walk() throws {
        price = max(60_00, min(140_00, price + random.below(401) - 200))
        try tell()
        for report in try bench.venue(Self.one).openOrders where isTriggered(report) && random.chance(0.8) {
            try execute(report)
        }
    }

    private func isTriggered(_ report: OrderReport) -> Bool {
        let sells = report.side == .sell
        switch report.kind {
        case .market: return false
        case .limit(let limit): return sells ? level >= limit : level <= limit
        case .stop(let trigger): return sells ? level <= trigger : level >= trigger
        case .takeProfit(let trigger): return sells ? level >= trigger : level <= trigger
        }
    }

    private mutating func executeSome() throws {
        for report in try bench.venue(Self.one).openOrders where report.kind == .market && random.chance(0.7) {
            try execute(report)
        }
    }

    /// Executes a part, or all, as a venue does: a venue that knows reduce-only gives no more than is held.
    private mutating func execute(_ report: OrderReport) throws {
        guard let id = report.clientID, let order = try bench.venue(Self.one).order(id), !order.state.isFinal,
            let request = bench.effects.orders.first(where: { $0.clientID == id })
        else { return }
        let held = try bench.venue(Self.one).positions[Bench.symbol()] ?? .zero
        let reducible = max(order.side == .sell ? held : -held, .zero)
        var size = order.quantity - order.filled
        if random.chance(0.5) {
            let part = size.value.times(FixedDecimal(random.below(9) + 1)).divided(by: FixedDecimal(10))
            size = max(try Bench.instrument().onLot(Quantity(part)), try #require(Quantity("0.001")))
        }
        if request.reduceOnly, respectsReduceOnly { size = min(size, reducible) }
        guard size > .zero else { return }
        if request.reduceOnly {
            if size > reducible { faults.append("\(request.purpose) \(size) flips \(held)") }
            left += size
        } else {
            entered += size
        }
        if left > entered { faults.append("left \(left) > entered \(entered)") }
        let news = try bench.execute(id, size, at: level)
        late += [.fill(news.fill), .order(news.report)]
        if random.chance(0.6) { try deliver(all: true) }
    }

    private mutating func deliver(all: Bool) throws {
        while !late.isEmpty {
            let event = late.remove(at: all ? 0 : random.below(late.count))
            try bench.take(.venue(VenueBatch(broker: Self.one, at: bench.now, events: [event])))
            if !all { return }
        }
    }

    private mutating func decide() throws {
        bench.now = bench.now + .milliseconds(1)
        let target = [0, 0.5, -0.5, 0.3, 1][random.below(5)]
        let center = level.double
        let side = target >= 0 ? 1.0 : -1.0
        try bench.signal(
            target, stop: target == 0 ? nil : center * (1 - 0.05 * side),
            takeProfit: random.chance(0.5) ? center * (1 + 0.05 * side) : nil)
    }

    private mutating func behave() throws {
        let manners: [Bench.Manner] = [
            .prompt, .prompt, .prompt, .losingCancellations, .refusingProtections, .losingAnswers(2), .mute, .lost,
            .notReached,
        ]
        bench.manners[Self.one] = manners[random.below(manners.count)]
    }

    /// Everything arrives, the venue answers, and time passes.
    mutating func converge() throws {
        bench.manners[Self.one] = .prompt
        for _ in 0..<12 {
            try deliver(all: true)
            try bench.wait(.seconds(30))
            for report in try bench.venue(Self.one).openOrders where report.kind == .market { try execute(report) }
        }
        try deliver(all: true)
        try bench.wait(.seconds(30))
    }
}

/// Pain 11: whatever is executed in whatever parts and order, exits never exceed entries, nothing flips, and in the end
/// what is held is guarded in full.
@Suite struct ProtectedWorldTests {
    @Test(arguments: 1...40 as ClosedRange<UInt64>) func exitsNeverExceedEntries(seed: UInt64) throws {
        var world = try ProtectedWorld(seed: seed)
        for _ in 0..<250 { try world.step() }
        #expect(world.faults.isEmpty, "seed \(seed): \(world.faults.prefix(3))")
        try world.converge()
        #expect(world.faults.isEmpty, "seed \(seed): \(world.faults.prefix(3))")
        let (desk, venue) = (try world.bench.desk, try world.bench.one)
        let held = venue.positions[try Bench.symbol()] ?? .zero
        #expect(desk.position.quantity == held, "seed \(seed)")
        #expect(!world.bench.effects.alerts.contains("FILL_NOT_BOOKED"), "seed \(seed)")
        let stops = venue.openOrders.filter { if case .stop = $0.kind { true } else { false } }
        if desk.position.isFlat {
            let left = venue.openOrders.filter(\.kind.isProtective)
            #expect(left.isEmpty, "seed \(seed): \(left.map { "\($0)" }), ours: \(desk.openOrders)")
        } else if desk.protection.stop?.mode == .armedNative {
            #expect(stops.map { $0.quantity - $0.filled } == [held.magnitude], "seed \(seed)")
        } else {
            #expect(stops.isEmpty, "seed \(seed): \(desk.protection)")
            #expect(desk.protection.stop?.mode == .armedSynthetic || desk.isHeld, "seed \(seed)")
            #expect(desk.protection.stop?.quantity == held.magnitude || desk.isHeld, "seed \(seed)")
        }
    }
}
