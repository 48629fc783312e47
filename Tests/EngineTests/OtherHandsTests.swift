import Core
import Engine
import Testing

/// What happens on the account without an order of ours: fees taken in kind, and other hands.
@Suite struct OtherHandsTests {
    private static let one = BrokerName("one")

    /// Five are bought, a hundredth of them is taken as the fee, and everything that is free is sold.
    private func sold(_ fee: String) throws -> Bench {
        var bench = try bought(fee)
        bench.now = bench.now + .seconds(1)
        let exit = try #require(try bench.signal(0).orders.first).clientID
        try bench.fill(exit, "4.95", at: "101")
        bench.manners[Self.one] = .refusing("NOTHING_TO_CLOSE")
        // The venue sold what was free, and shrank the order to that.
        let ended = try #require(try bench.venues[Self.one]?.cancel(.client(exit)).get())
        bench.venues[Self.one]?.positions[try Bench.symbol()] = nil
        try bench.take(.venue(VenueBatch(broker: Self.one, at: bench.now, events: [.order(ended)])))
        try bench.wait(.seconds(60))
        return bench
    }

    private func bought(_ fee: String) throws -> Bench {
        var bench = try Bench(native: false, reconcile: ReconcileRules())
        try bench.wait(.seconds(1))
        let entry = try bench.enter()
        let (fill, report) = try bench.execute(entry, at: try #require(Price("100")))
        let paid = Fill(
            venue: fill.venue, tradeID: fill.tradeID, clientID: fill.clientID, symbol: fill.symbol, side: fill.side,
            price: fill.price, quantity: fill.quantity, fee: try #require(Money(fee)), at: fill.at)
        try bench.take(.venue(VenueBatch(broker: Self.one, at: bench.now, events: [.fill(paid), .order(report)])))
        return bench
    }

    /// A halt sells what is free; what the fee took is neither somebody else's doing nor waited for.
    @Test func whatAFeeTookIsDustAtAHaltToo() throws {
        var bench = try bought("5")
        bench.venues[Self.one]?.positions[try Bench.symbol()] = Quantity("4.95")
        let begun = bench.now
        try bench.kill()
        try bench.seeThrough()
        #expect(bench.engine.kill.phase == .flat && bench.now - begun < .seconds(5))
        let found = bench.effects.compactMap { if case .reconciled(let found) = $0 { found } else { nil } }
        #expect(found.flatMap(\.differences).map(\.kind) == [.dust])
        #expect(!bench.effects.alerts.contains("BOOKS_DIFFER") && !bench.effects.alerts.contains("EXTERNAL_POSITION"))
        #expect(try bench.desk.position.isFlat && bench.desk.hold == nil)
    }

    @Test func whatAFeeTookOutOfAPurchaseIsDustAndHoldsNothingUp() throws {
        var bench = try sold("5")
        let found = bench.effects.compactMap { if case .reconciled(let found) = $0 { found } else { nil } }
        #expect(found.flatMap(\.differences).contains { $0.kind == .dust && $0.action == .booked })
        #expect(bench.effects.alerts.allSatisfy { $0 == "DUST_LEFT" }, "\(bench.effects.alerts)")
        #expect(try bench.desk.position.isFlat && bench.desk.hold == nil && !bench.desk.isHeld)
        // The price of what was sold counts, and the fee once.
        #expect(try bench.desk.position.realised == Money("4.95") && bench.desk.position.fees == Money("5"))
        bench.manners[Self.one] = .prompt
        #expect(try bench.signal(0.5, stop: 90).orders.map(\.purpose) == [.entry])
    }

    /// The client sold what was free, and only the venue knows by how much that was less: the order is over with it,
    /// and the next row is acted on.
    @Test func aCloseThatWasShrunkIsOverWithWhatItSold() throws {
        var bench = try bought("5")
        bench.now = bench.now + .seconds(1)
        let exit = try #require(try bench.signal(0).orders.first)
        try bench.fill(exit.clientID, "4.95", at: "101")
        let own = try #require(try bench.venues[Self.one]?.cancel(.client(exit.clientID)).get())
        bench.venues[Self.one]?.positions[try Bench.symbol()] = nil
        bench.manners[Self.one] = .refusing("NOTHING_TO_CLOSE")
        let sold = try #require(Quantity("4.95"))
        let report = OrderReport(
            clientID: exit.clientID, venueOrderID: own.venueOrderID, symbol: exit.symbol, side: exit.side,
            kind: exit.kind, quantity: sold, filled: sold, state: .filled, reason: nil, at: bench.now)
        try bench.take(.venue(VenueBatch(broker: Self.one, at: bench.now, events: [.order(report)])))
        try bench.wait(.seconds(200))
        #expect(try bench.desk.position.isFlat && bench.desk.openOrders.isEmpty)
        bench.manners[Self.one] = .prompt
        #expect(try bench.signal(0.5, stop: 90).orders.map(\.purpose) == [.entry])
    }

    /// Nothing worth less than 100 is traded.
    private static let smallest = TriggerRules(leastPercent: nil, mostPercent: nil, countsMinimumNotional: false)

    /// The books take dust off at the last price; that nobody paid it is no drift of the account's money.
    @Test func dustThatNobodyPaidForIsNoDriftOfMoney() throws {
        var bench = try Bench(native: false, reconcile: ReconcileRules(), triggers: Self.smallest)
        func balance(_ text: String) throws { bench.venues[Self.one]?.balances = ["USDT": try #require(Money(text))] }
        try balance("1000")
        try bench.wait(.seconds(1))
        let entry = try bench.enter()
        _ = try bench.fill(entry, "5", at: "100")
        try balance("500")
        try bench.wait(.seconds(40))
        let exit = try #require(try bench.signal(0).orders.first).clientID
        // Half a coin is left, worth less than the venue trades, and listed no more.
        try bench.fill(exit, "4.5", at: "100")
        bench.manners[Self.one] = .refusing("NOTHING_TO_CLOSE")
        let ended = try #require(try bench.venues[Self.one]?.cancel(.client(exit)).get())
        bench.venues[Self.one]?.positions[try Bench.symbol()] = nil
        try balance("950")
        try bench.take(.venue(VenueBatch(broker: Self.one, at: bench.now, events: [.order(ended)])))
        try bench.wait(.seconds(300))
        let found = bench.effects.compactMap { if case .reconciled(let found) = $0 { found } else { nil } }
        #expect(found.flatMap(\.differences).contains { $0.kind == .dust && $0.action == .booked })
        #expect(try bench.desk.position.isFlat && !bench.effects.alerts.contains("BALANCE_DRIFT"))
        // What moves by itself after it is told.
        try balance("900")
        try bench.wait(.seconds(300))
        #expect(bench.effects.alerts.contains("BALANCE_DRIFT"))
    }

    @Test func whatNoFeeExplainsIsSomebodyElsesDoing() throws {
        let bench = try sold("4.9")
        #expect(bench.effects.alerts.contains("EXTERNAL_POSITION"))
        #expect(try bench.desk.position.isFlat && bench.desk.hold == .external)
    }

    @Test(arguments: [RiskCode.ordersPerDay, .turnoverPerDay, .ordersPerFiveMinutes, .turnoverPerFiveMinutes])
    func whatOtherHandsOpenCountsAgainstTheLimits(code: RiskCode) throws {
        var limits = RiskLimits()
        switch code {
        case .ordersPerDay: limits.ordersPerDay = 1
        case .turnoverPerDay: limits.turnoverPerDay = MoneyLimit("499")
        case .ordersPerFiveMinutes: limits.ordersPerFiveMinutes = 1
        default: limits.turnoverPerFiveMinutes = MoneyLimit("499")
        }
        var bench = try Bench(limits: limits, reconcile: ReconcileRules())
        try bench.wait(.seconds(1))
        try bench.price("100")
        let (symbol, size) = (try Bench.symbol(), try #require(Quantity("3")))
        _ = bench.venues[Self.one]?.trade(
            symbol, .buy, size, at: try #require(Price("100")), isListed: true, bench.now)
        try bench.wait(.seconds(40))
        #expect(try bench.desk.position.quantity == size && bench.desk.hold == .external)
        try bench.take(.operated(.acknowledge(symbol, by: "ann")))
        try bench.price("100")
        let asked = try bench.signal(0.5, stop: 90)
        #expect(asked.refusals.map(\.code) == [code], "\(asked)")
    }

    /// What was there already was not opened today, and a close opens nothing.
    @Test func onlyWhatWasOpenedCounts() throws {
        var limits = RiskLimits()
        limits.ordersPerDay = 1
        var bench = try Bench(limits: limits, reconcile: ReconcileRules())
        try bench.wait(.seconds(1))
        try bench.price("100")
        let (symbol, size) = (try Bench.symbol(), try #require(Quantity("3")))
        bench.venues[Self.one]?.positions[symbol] = size
        try bench.wait(.seconds(40))
        _ = bench.venues[Self.one]?.trade(
            symbol, .sell, size, at: try #require(Price("100")), isListed: true, bench.now)
        try bench.wait(.seconds(40))
        #expect(try bench.desk.position.isFlat)
        try bench.take(.operated(.acknowledge(symbol, by: "ann")))
        try bench.price("100")
        #expect(try bench.signal(0.5, stop: 90).orders.map(\.purpose) == [.entry])
    }

    /// What other hands bought and sold again moved money, whatever is held of ours meanwhile.
    @Test(arguments: [true, false])
    func aRoundTripOfOtherHandsIsBooked(holding: Bool) throws {
        var bench = try Bench(reconcile: ReconcileRules())
        try bench.wait(.seconds(1))
        try bench.price("100")
        if holding { try bench.hold() }
        try bench.wait(.seconds(60))
        let (symbol, size) = (try Bench.symbol(), try #require(Quantity("3")))
        let (held, hold) = (try bench.desk.position.quantity, try bench.desk.hold)
        let worth = try bench.desk.position.realised - bench.desk.position.cost
        for (side, price) in [(Side.sell, "101"), (.buy, "99")] {
            _ = bench.venues[Self.one]?.trade(
                symbol, side, size, at: try #require(Price(price)), isListed: true, bench.now)
        }
        try bench.wait(.seconds(40))
        #expect(try bench.desk.position.quantity == held && bench.desk.hold == hold)
        #expect(try bench.desk.position.realised - bench.desk.position.cost - worth == Money("6"))
        #expect(bench.effects.alerts.filter { $0.hasPrefix("EXTERNAL") } == ["EXTERNAL_TRADES"])
    }

    /// What was traded before the account was read first is older than the books.
    @Test func whatIsOlderThanTheBooksIsNotBooked() throws {
        let (symbol, now) = (try Bench.symbol(), Timestamp(milliseconds: 1_000_000_000))
        var (engine, venue) = (Engine(), ModelVenue(Self.one))
        for (side, price) in [(Side.buy, "101"), (.sell, "99")] {
            _ = venue.trade(
                symbol, side, try #require(Quantity("3")), at: try #require(Price(price)), isListed: true, now)
        }
        let asset = AssetConfiguration(
            instrument: try Bench.instrument(), broker: Self.one,
            capabilities: BrokerCapabilities(nativeProtections: true, reduceOnly: true, duplicateSafe: true),
            budget: Money(FixedDecimal(1000)))
        _ = engine.step(
            .configured(
                EngineConfiguration(
                    account: "test", artifact: "test", assets: [asset], limits: RiskLimits(), timing: EngineTiming(),
                    reconcile: ReconcileRules())), at: now)
        for later in [1, 40, 80] {
            let moment = now + .seconds(Int64(later))
            _ = engine.step(.deadline, at: moment)
            let effects = engine.step(.snapshot(venue.snapshot(at: moment, fillsSince: .epoch)), at: moment)
            #expect(effects.alerts.isEmpty, "\(effects.alerts)")
        }
        #expect(engine[symbol]?.position.realised == .zero)
    }
}
