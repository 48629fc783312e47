import Core
import Engine

/// Draws events for an engine: what venues could tell, what they should never tell, repeated, late and out of order.
struct RandomWorld {
    private(set) var engine = Engine()
    private(set) var now = Timestamp(milliseconds: 1_000_000_000)
    private(set) var random: SeededRandom
    /// Every order that was sent, whatever became of it.
    private(set) var sent: [OrderRequest] = []
    /// What was booked although no order of ours caused it.
    private(set) var adjustments: [Fill] = []
    /// Whether numbers are drawn that are none; JSON has no place for them.
    var drawsNaN = true
    /// Steps during which opening was allowed.
    private(set) var activeSteps = 0
    /// What the gate allows.
    var limits = RiskLimits(
        maxOrderNotional: MoneyLimit("5000"), priceCollarPercent: FixedDecimal(30),
        stalePriceAfter: .seconds(120), signalExpiresAfter: .seconds(60))
    private var past: [EngineEvent] = []
    private var trades = 0

    static let names = ["AAA", "BBB", "CCC", "QQQ"]
    static let brokers = [BrokerName("one"), BrokerName("two")]

    /// Which settings are drawn for.
    let variant: UInt64

    init(seed: UInt64) {
        variant = seed
        random = SeededRandom(seed: seed)
    }

    /// Feeds one random event.
    ///
    /// - Returns: The event and what the engine asked for.
    mutating func step() -> (event: EngineEvent, effects: [Effect]) {
        now = now + .milliseconds([0, 0, 1, 40, 250, 1_000, 5_000][random.below(7)])
        if engine.state == .active { activeSteps += 1 }
        let event = past.count > 20 && random.chance(0.08) ? past[random.below(past.count)] : draw()
        if event != .kill(reason: "drawn") { past.append(event) }
        if past.count > 400 { past.removeFirst() }
        return (event, feed(event))
    }

    /// Feeds an event of the test's own.
    mutating func feed(_ event: EngineEvent) -> [Effect] {
        let effects = engine.step(event, at: now)
        for effect in effects {
            if case .submit(let approved, _) = effect { sent.append(approved.request) }
            if case .reconciled(let found) = effect {
                adjustments += found.fills.filter {
                    $0.tradeID.hasPrefix("EXTERNAL-") || $0.tradeID.hasPrefix("DUST-")
                }
            }
        }
        return effects
    }

    /// Goes to the next moment the engine waits for, if there is one.
    mutating func wakeUp() -> Bool {
        guard let deadline = engine.nextDeadline else { return false }
        now = max(now, deadline)
        _ = feed(.deadline)
        return true
    }

    // MARK: Drawing

    private mutating func draw() -> EngineEvent {
        // Without help the accounts would hardly ever be read flat, and nothing would be traded any more.
        if engine.state == .halted, random.chance(0.3) {
            return engine.kill.phase == .flat ? .release : .snapshot(flat())
        }
        switch random.below(100) {
        case 0: return random.chance(0.8) ? .configured(configuration()) : .kill(reason: "drawn")
        case 1..<4: return .release
        case 4..<20: return .signal(row())
        case 20..<50: return .venue(batch())
        case 50..<65: return .reported(report())
        case 65..<70: return .refused(symbol(), name(), error())
        case 70..<75: return .silent(symbol(), name())
        case 75..<80: return .absent(symbol(), name())
        case 80: return .amendRefused(symbol(), name(), error())
        case 81..<84: return .cancelRefused(symbol(), name(), error())
        case 84..<88: return .snapshot(snapshot())
        case 88: return .unreachable(Self.brokers[random.below(2)], error())
        default: return .deadline
        }
    }

    private mutating func symbol() -> Symbol {
        // The last is traded by nobody.
        Symbol(Self.names[random.below(Self.names.count)]) ?? row().symbol
    }

    /// Mostly an order of ours, and of those mostly a recent one.
    private mutating func order() -> OrderRequest? {
        guard !sent.isEmpty, !random.chance(0.05) else { return nil }
        return random.chance(0.7) ? sent[max(0, sent.count - 1 - random.below(6))] : sent[random.below(sent.count)]
    }

    private mutating func name() -> ClientOrderID { order()?.clientID ?? ClientOrderID("stranger") }

    private mutating func price() -> Price {
        if random.chance(0.02) { return Price(FixedDecimal(-random.below(2))) }
        return Price(FixedDecimal(units: Int128(7_000 + random.below(6_000)) * 10_000_000_000))
    }

    private mutating func quantity() -> Quantity {
        if random.chance(0.03) { return Quantity(FixedDecimal(-random.below(2))) }
        return Quantity(FixedDecimal(units: Int128(1 + random.below(9_000)) * 1_000_000_000))
    }

    private mutating func error() -> VenueError {
        let remedies = VenueError.Remedy.allCases
        return VenueError(remedies[random.below(remedies.count)], code: "CODE_\(random.below(3))", message: "drawn")
    }

    private mutating func row() -> SignalRow {
        let target = [0, 0, 0.5, -0.5, 1, -1, 0.25, 3, drawsNaN ? .nan : 2][random.below(9)]
        let level = (target > 0 ? 60 : 140) + random.unit() * 5
        let stop = random.chance(0.95) || !drawsNaN ? level : Double.nan
        return SignalRow(
            symbol: symbol(), time: now + .milliseconds([0, 0, 0, -3_000, 1_000][random.below(5)]), target: target,
            confidence: 1, stop: random.chance(0.95) ? stop : nil,
            takeProfit: random.chance(0.5) ? (target > 0 ? 140 : 60) : nil, fold: 0)
    }

    private mutating func report() -> OrderReport {
        let (order, symbol, size) = (order(), symbol(), quantity())
        let states = OrderState.allCases
        let plausible: [OrderState] = [.working, .working, .partiallyFilled, .filled, .cancelled, .rejected, .expired]
        let wrong = random.chance(0.05)
        return OrderReport(
            clientID: order?.clientID, venueOrderID: "\(random.below(50))",
            symbol: wrong ? symbol : order?.symbol ?? symbol, side: order?.side ?? .buy, kind: order?.kind ?? .market,
            quantity: order?.quantity ?? size, filled: wrong ? size : .zero,
            state: wrong ? states[random.below(states.count)] : plausible[random.below(plausible.count)],
            reason: random.chance(0.5) ? "REASON_\(random.below(3))" : nil, at: now)
    }

    private mutating func fill() -> Fill {
        let (order, other, drawn) = (order(), symbol(), quantity())
        let whole = order?.quantity ?? drawn
        let part = Quantity(whole.value.divided(by: FixedDecimal(1 + random.below(3))))
        trades += 1
        let wrong = random.chance(0.08)
        return Fill(
            venue: Self.brokers[random.below(2)], tradeID: "\(random.chance(0.1) ? random.below(trades) : trades)",
            clientID: order?.clientID, symbol: wrong ? other : order?.symbol ?? other,
            side: wrong ? .sell : order?.side ?? .buy, price: price(), quantity: wrong ? drawn : part,
            fee: Money(FixedDecimal(random.below(3) - 1)), at: now)
    }

    private mutating func batch() -> VenueBatch {
        let events = (0...random.below(4)).map { _ -> VenueEvent in
            switch random.below(10) {
            case 0..<3: return .price(symbol(), price())
            case 3:
                let close = random.chance(0.05) && drawsNaN ? Double.nan : price().double
                let bar = Bar(openTime: now, open: close, high: close, low: close, close: close, volume: 1)
                return .barClosed(symbol(), bar, closeTime: now)
            case 4, 5: return .order(report())
            default: return .fill(fill())
            }
        }
        return VenueBatch(broker: Self.brokers[random.below(2)], at: now, events: events)
    }

    private mutating func flat() -> AccountSnapshot {
        AccountSnapshot(
            broker: Self.brokers[random.below(2)], openOrders: [], positions: [], balances: [:], at: now)
    }

    private mutating func snapshot() -> AccountSnapshot {
        let open = (0..<random.below(3)).map { _ in report() }
        let positions = (0..<random.below(2)).map { _ in
            let size = quantity()
            return AccountPosition(
                symbol: symbol(), quantity: random.chance(0.5) ? size : -size, averagePrice: nil)
        }
        return AccountSnapshot(
            broker: Self.brokers[random.below(2)], openOrders: open, positions: positions, balances: [:], at: now)
    }

    /// Every rule is on for some seeds.
    private var rules: ProtectionRules {
        let third = FixedDecimal(33)
        let rung = LadderRung(percent: FixedDecimal(4), share: third)
        return ProtectionRules(
            hardStopPercent: variant % 5 == 1 ? FixedDecimal(20) : nil,
            trailing: variant % 3 == 1 ? .percent(FixedDecimal(8)) : nil,
            breakEvenPercent: variant % 3 != 2 ? FixedDecimal(5) : nil,
            ladder: variant % 4 == 2 ? [rung, LadderRung(percent: FixedDecimal(9), share: third)] : [],
            maximumHolding: variant % 5 == 2 ? .seconds(90) : nil,
            exposureBudget: nil)
    }

    private var orderRules: OrderRules {
        OrderRules(
            entryLimitPercent: variant % 4 == 1 ? FixedDecimal(1) : nil,
            exitLimitPercent: variant % 3 == 0 ? FixedDecimal(1) : nil)
    }

    /// Three assets with two brokers; the third is watched, the others protected natively.
    func configuration() -> EngineConfiguration {
        let assets = Self.names.prefix(3).enumerated().compactMap { place, name in
            Symbol(name).map { symbol in
                AssetConfiguration(
                    instrument: Instrument(
                        symbol: symbol, tick: Price(FixedDecimal(units: 10_000_000_000)),
                        lotStep: Quantity(FixedDecimal(units: 1_000_000_000)), minimumQuantity: .zero,
                        minimumNotional: .zero, quote: Currency("USDT")),
                    broker: Self.brokers[place == 1 ? 1 : 0],
                    capabilities: BrokerCapabilities(
                        nativeProtections: place != 2, reduceOnly: variant % 4 != 3, duplicateSafe: variant % 2 == 0,
                        amendsProtections: place == 0),
                    budget: Money(FixedDecimal(1000)))
            }
        }
        return EngineConfiguration(
            account: "fuzz", artifact: "fuzz", assets: assets,
            limits: limits, timing: EngineTiming(), protection: rules, orders: orderRules)
    }
}
