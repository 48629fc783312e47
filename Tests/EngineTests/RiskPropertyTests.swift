import Core
import Engine
import Testing

/// Whatever happens in whatever order: the counters are what a naive recount of the engine's own effects gives.
@Suite struct RiskPropertyTests {
    private func world(_ seed: UInt64) -> RandomWorld {
        var world = RandomWorld(seed: seed)
        world.limits = RiskLimits.standard
        world.limits.priceCollarPercent = FixedDecimal(30)
        world.limits.ordersPerDay = 40
        world.limits.turnoverPerDay = MoneyLimit("20000")
        world.limits.dailyLoss = MoneyLimit("400")
        world.limits.slippagePercent = nil
        world.limits.lossStreak = 20
        world.limits.drawdownPercent = FixedDecimal(60)
        world.limits.cooldown = .seconds(2)
        world.limits.repeatedOrders = 30
        world.limits.maxLeverage = FixedDecimal(3)
        return world
    }

    /// Quotes, sessions and clocks, mostly good ones.
    private static func news(_ number: Int, at now: Timestamp) -> EngineEvent {
        guard let symbol = Symbol(RandomWorld.names[number % 3]), let ask = Price("100.05") else { return .deadline }
        return .venue(
            VenueBatch(
                broker: RandomWorld.brokers[number % 2], at: now,
                events: [
                    .quote(symbol, bid: number % 8 == 0 ? Price(FixedDecimal(95)) : Price(FixedDecimal(100)), ask: ask),
                    .session(symbol, isOpen: number % 7 != 0, next: nil),
                    .clock(offset: .milliseconds(Int64(number % 1200))),
                ]))
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>) func countersAreARecountOfTheEffects(seed: UInt64) {
        var world = world(seed)
        _ = world.feed(.configured(world.configuration()))
        var (orders, refusals, day) = (0, [RiskCode: Int](), world.now.milliseconds / 86_400_000)
        var lastEntry: [Symbol: Timestamp] = [:]
        var names: Set<ClientOrderID> = []
        for number in 0..<4_000 {
            if number % 60 == 59 {
                _ = world.feed(.operated(.release(rule: nil, by: "Ada", reason: "goes on")))
            }
            // An opening lets closes go that waited for it, and nothing else.
            if number % 9 == 8 {
                let opening = world.feed(Self.news(number, at: world.now)).orders.filter { !$0.reduceOnly }
                #expect(opening.isEmpty)
            }
            let before = world.engine.state
            let effects = world.step().effects
            if world.now.milliseconds / 86_400_000 > day { (orders, day) = (0, world.now.milliseconds / 86_400_000) }
            // Sent again under its name, an order is the one that was counted.
            for order in effects.orders where !order.reduceOnly && names.insert(order.clientID).inserted {
                orders += 1
                #expect(before == .active && orders <= 40, "seed \(seed)")
                if let last = lastEntry[order.symbol] { #expect(world.engine.now - last >= .seconds(2)) }
                lastEntry[order.symbol] = world.engine.now
            }
            for refusal in effects.refusals where refusal.code != .wouldFlip { refusals[refusal.code, default: 0] += 1 }
            #expect(world.engine.risk.ordersToday == orders, "seed \(seed)")
        }
        var counted = world.engine.risk.refusals
        counted[.wouldFlip] = nil
        #expect(counted[.duplicateOrder] ?? 0 <= refusals[.duplicateOrder] ?? 0)
        (counted[.duplicateOrder], refusals[.duplicateOrder]) = (nil, nil)
        #expect(counted == refusals, "seed \(seed)")
        #expect(orders > 0, "seed \(seed): nothing was ever opened")
    }

    /// Equity by the counters is equity by the positions, and the state follows from what restricts.
    @Test func moneyAndStateNeverDisagree() {
        var restricted = 0
        for seed: UInt64 in 101...108 { restricted += checkMoneyAndState(seed) }
        #expect(restricted > 0, "nothing was ever restricted")
    }

    /// - Returns: In how many steps something was restricted.
    private func checkMoneyAndState(_ seed: UInt64) -> Int {
        var world = world(seed)
        world.limits.dailyLoss = MoneyLimit("1")
        _ = world.feed(.configured(world.configuration()))
        var restricted = 0
        for number in 0..<3_000 {
            if number % 400 == 399 { _ = world.feed(.operated(.release(rule: nil, by: "Ada", reason: "goes on"))) }
            _ = world.step()
            let engine = world.engine
            let money = engine.risk[Currency("USDT")]
            #expect(money.equity == engine.equity(in: Currency("USDT"), at: engine.now).equity, "seed \(seed)")
            #expect(money.peak >= money.profit)
            let isFree = engine.risk.trading.restrictions.isEmpty
            #expect(engine.state == (engine.kill.isEngaged ? .halted : isFree ? .active : .reducing))
            restricted += isFree ? 0 : 1
        }
        return restricted
    }
}
