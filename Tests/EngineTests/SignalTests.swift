import Core
import Engine
import Testing

/// Which rows are acted on, and how large.
@Suite struct SignalTests {
    private func later(_ bench: inout Bench) { bench.now = bench.now + .seconds(1) }

    @Test func theEnginesTimeNeverGoesBack() throws {
        var bench = try Bench()
        try bench.price("100")
        let latest = bench.engine.now
        bench.now = Timestamp(milliseconds: latest.milliseconds - 5_000)
        try bench.take(.deadline)
        #expect(bench.engine.now == latest)
    }

    @Test func aRowIsActedOnOnceAndNeverAgainAfterANewerOne() throws {
        var bench = try Bench()
        try bench.price("100")
        let first = try bench.row(0.5, stop: 90)
        #expect(try bench.take(.signal(first)).orders.count == 1)
        #expect(try bench.take(.signal(first)).isEmpty)
        try bench.fill(try #require(bench.effects.orders.first).clientID)
        later(&bench)
        #expect(try bench.signal(0.5, stop: 90).isEmpty, "the same trade goes on")
        let count = bench.effects.count
        try bench.take(.signal(try bench.row(0)))
        try bench.take(.signal(first))
        #expect(bench.effects.count == count, "same time and earlier are both too late")
    }

    /// The bar closed at 100 and the market went on: a position for the whole budget costs no more than the budget.
    @Test(arguments: [("101", 1.0, "9.9"), ("101", -1.0, "-9.9"), ("99", 1.0, "10"), ("99", -1.0, "-10")])
    func theBudgetHoldsAtThePriceOfNowToo(now: String, target: Double, quantity: String) throws {
        var bench = try Bench()
        let bar = Bar(openTime: bench.now, open: 100, high: 100, low: 100, close: 100, volume: 1)
        let events: [VenueEvent] = [
            .barClosed(try Bench.symbol(), bar, closeTime: bench.now),
            .price(try Bench.symbol(), try #require(Price(now))),
        ]
        try bench.take(.venue(VenueBatch(broker: BrokerName("one"), at: bench.now, events: events)))
        try bench.take(.signal(try bench.row(target, stop: target > 0 ? 90 : 110)))
        let order = try #require(bench.effects.orders.first)
        let side = order.side == .buy ? "" : "-"
        #expect("\(side)\(order.quantity)" == quantity)
    }

    /// Neither half of a reversal is sized again, so its budget has to hold from the beginning.
    @Test func theBudgetOfAReversalHoldsAtThePriceOfNowToo() throws {
        var bench = try Bench()
        try bench.hold()
        bench.now = bench.now + .seconds(1)
        let bar = Bar(openTime: bench.now, open: 100, high: 100, low: 100, close: 100, volume: 1)
        let events: [VenueEvent] = [
            .barClosed(try Bench.symbol(), bar, closeTime: bench.now),
            .price(try Bench.symbol(), try #require(Price("101"))),
        ]
        try bench.take(.venue(VenueBatch(broker: BrokerName("one"), at: bench.now, events: events)))
        let exit = try #require(try bench.signal(-1, stop: 110).orders.first)
        #expect(exit.purpose == .exit && exit.quantity == Quantity("5"))
        let entry = try #require(try bench.fill(exit.clientID, at: "101").orders.first { $0.purpose == .entry })
        #expect(entry.side == .sell && entry.quantity == Quantity("9.9"))
    }

    /// Half of the position is given up, and half of it stays.
    @Test func aSmallerTargetClosesTheDifferenceAndNoMore() throws {
        var bench = try Bench()
        try bench.hold()
        bench.now = bench.now + .seconds(1)
        let exit = try #require(try bench.signal(0.3, stop: 90).orders.first)
        #expect(exit.purpose == .exit && exit.reduceOnly && exit.quantity == Quantity("2"))
        try bench.fill(exit.clientID)
        #expect(try bench.desk.position.quantity == Quantity("3"))
    }

    /// A run begins in the middle of a bar: the last complete one is told after the price of now, and is older.
    @Test func anOlderCloseIsNoLastPrice() throws {
        var limits = RiskLimits()
        limits.slippagePercent = FixedDecimal("0.1")
        var bench = try Bench(limits: limits)
        let (symbol, closeTime) = (try Bench.symbol(), bench.now)
        let bar = Bar(openTime: closeTime, open: 100, high: 100, low: 100, close: 100, volume: 1)
        let price = try #require(Price("101"))
        bench.now = bench.now + .seconds(600)
        for events in [
            [VenueEvent.price(symbol, price), .quote(symbol, bid: price, ask: price)],
            [.barClosed(symbol, bar, closeTime: closeTime)],
        ] { try bench.take(.venue(VenueBatch(broker: BrokerName("one"), at: bench.now, events: events))) }
        #expect(try bench.desk.lastPrice == price && bench.desk.referencePrice == Price("100"))
        #expect(try bench.signal(0.5, stop: 90).orders.map(\.purpose) == [.entry])
        // The next one is newer than the price.
        bench.now = bench.now + .seconds(60)
        let next = VenueEvent.barClosed(symbol, bar, closeTime: bench.now)
        try bench.take(.venue(VenueBatch(broker: BrokerName("one"), at: bench.now, events: [next])))
        #expect(try bench.desk.lastPrice == Price("100"))
    }

    /// A clock was set back by an hour, so the engine's time is ahead of the venue's: what a bar closes at is the last
    /// price all the same, and triggers the stop that we watch.
    @Test func aCloseCountsHoweverFarOurClockIsAhead() throws {
        var bench = try Bench(native: false)
        try bench.hold()
        let (symbol, venueTime) = (try Bench.symbol(), bench.now)
        bench.now = bench.now + .seconds(3600)
        func news(_ event: VenueEvent, after seconds: Int64) -> EngineEvent {
            .venue(VenueBatch(broker: BrokerName("one"), at: venueTime + .seconds(seconds), events: [event]))
        }
        try bench.take(news(.price(symbol, try #require(Price("100"))), after: 1))
        bench.now = bench.now + .seconds(60)
        let bar = Bar(openTime: venueTime, open: 95, high: 95, low: 88, close: 88, volume: 1)
        let asked = try bench.take(news(.barClosed(symbol, bar, closeTime: venueTime + .seconds(60)), after: 60))
        #expect(asked.orders.map(\.kind) == [.market])
    }

    @Test func aRowBeforeItsTimeIsIgnoredAndCanStillComeInTime() throws {
        var bench = try Bench()
        try bench.price("100")
        var early = bench
        early.now = bench.now + .milliseconds(1)
        let row = try early.row(0.5, stop: 90)
        #expect(try bench.take(.signal(row)).isEmpty)
        bench.now = early.now
        #expect(try bench.take(.signal(row)).orders.count == 1)
    }

    @Test func anExpiredRowIsRefusedOnceAndStaysRefused() throws {
        var bench = try Bench(limits: RiskLimits(signalExpiresAfter: .seconds(60)))
        let row = try bench.row(0.5, stop: 90)
        bench.now = bench.now + .seconds(61)
        try bench.price("100")
        let asked = try bench.take(.signal(row))
        #expect(asked.orders.isEmpty && asked.refusals.map(\.code) == [.signalExpired])
        try bench.price("101")
        try bench.wait(.seconds(60))
        #expect(bench.effects.refusals.count == 1 && bench.effects.orders.isEmpty)
        #expect(try bench.desk.lastRefusal?.code == .signalExpired)
    }

    @Test func theFirstRowMayFindATradeUnderWay() throws {
        var bench = try Bench()
        #expect(try bench.signal(0).isEmpty)
        later(&bench)
        try bench.price("100")
        #expect(try bench.signal(-1, stop: 110).orders.map(\.side) == [.sell])
    }

    @Test(arguments: [Double.nan, .infinity, 1.0000001, -2, 1e300]) func aTargetThatIsNoShareIsTold(target: Double)
        throws
    {
        var bench = try Bench()
        try bench.price("100")
        let asked = try bench.signal(target, stop: 90)
        #expect(asked.orders.isEmpty && asked.alerts == ["SIGNAL_NOT_USABLE"])
    }

    @Test func withoutAPriceNothingIsSized() throws {
        var bench = try Bench()
        #expect(try bench.signal(0.5, stop: 90).alerts == ["SIGNAL_NOT_USABLE"])
        try bench.price("0")
        try bench.price("-5")
        later(&bench)
        #expect(try bench.signal(0.5, stop: 90).alerts == ["SIGNAL_NOT_USABLE"])
        #expect(try bench.desk.lastPrice == nil)
    }

    @Test(arguments: [(nil, nil), (Double.nan, nil), (-5, nil), (100.0, nil)] as [(Double?, Double?)])
    func anEntryWithoutAUsableStopIsRefused(stop: Double?, takeProfit: Double?) throws {
        var bench = try Bench()
        try bench.price("100")
        let asked = try bench.signal(0.5, stop: stop, takeProfit: takeProfit)
        #expect(asked.orders.isEmpty && asked.refusals.map(\.code) == [.stopNotPlaceable])
    }

    @Test(arguments: [
        (0.5, "33.33", "15.001"), (-0.5, "33.33", "15.001"), (1, "3", "333.333"), (1, "0.07", "14285.714"),
    ])
    func theQuantityIsTheShareOfTheBudgetRoundedTowardsZero(target: Double, price: String, size: String) throws {
        var bench = try Bench()
        try bench.price(price)
        let order = try #require(try bench.signal(target, stop: target > 0 ? 0.01 : 500).orders.first)
        #expect(order.quantity == Quantity(size))
        #expect(order.side == (target > 0 ? .buy : .sell))
    }

    @Test func stopAndTakeProfitAreRoundedToTheTick() throws {
        var bench = try Bench()
        try bench.price("100")
        let entry = try #require(try bench.signal(0.5, stop: 89.996, takeProfit: 120.0049).orders.first)
        try bench.fill(entry.clientID)
        #expect(try bench.openStop()?.kind == .stop(trigger: #require(Price("90"))))
        #expect(try bench.openTakeProfit()?.kind == .takeProfit(trigger: #require(Price("120"))))
    }

    @Test func anEntryUnderWayIsCancelledWhenTheSignalTurns() throws {
        var bench = try Bench()
        let entry = try bench.enter()
        try bench.fill(entry, "2")
        later(&bench)
        let asked = try bench.signal(0)
        #expect(asked.cancelled.contains(.client(entry)))
        let exit = try #require(bench.effects.orders.last)
        #expect(exit.purpose == .exit && exit.quantity == Quantity("2"))
        try bench.fill(exit.clientID)
        #expect(try bench.desk.position.isFlat && bench.one.openOrders.isEmpty)
    }
}
