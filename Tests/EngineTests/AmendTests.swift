import Core
import Engine
import Testing

/// Pain 9: a stop that moves leaves no gap, whatever becomes of the wish to change it.
@Suite struct AmendTests {
    private static let one = BrokerName("one")

    /// 2 of 5 are held with their stop, and 3 more come.
    private func growing(_ manner: Bench.Manner) throws -> (bench: Bench, stop: ClientOrderID) {
        var bench = try Bench(amends: true)
        let entry = try bench.enter()
        try bench.fill(entry, "2")
        let stop = try #require(try bench.openStop()?.clientID)
        bench.manners[Self.one] = manner
        try bench.fill(entry, "3")
        return (bench, stop)
    }

    @Test func aRefusedChangeIsReplacedAndWatchedMeanwhile() throws {
        var (bench, stop) = try growing(.refusingProtections)
        #expect(bench.effects.cancelled.contains(.client(stop)))
        #expect(try bench.desk.protection.stop?.mode == .armedSynthetic, "nor would it take a new one")
        #expect(try bench.desk.protection.exposedSince == nil)
        #expect(try bench.price("90").orders.map(\.kind) == [.market])
    }

    @Test func aChangeWithoutAnswerIsAskedAboutAndRepeated() throws {
        var (bench, stop) = try growing(.lost)
        #expect(try bench.openStop()?.quantity == Quantity("2"))
        #expect(try bench.desk.protection.exposure.notional == Money("300"), "three of five, at 100")
        bench.manners[Self.one] = .prompt
        try bench.wait(.seconds(1))
        #expect(try bench.openStop()?.quantity == Quantity("5") && bench.openStop()?.clientID == stop)
        #expect(try bench.desk.protection.exposedSince == nil)
    }

    /// The venue made the change and nobody heard of it; then the stop fires at its new size.
    @Test func fillsOfAChangeThatNobodyHeardOfAreBooked() throws {
        var (bench, stop) = try growing(.mute)
        #expect(try bench.one.order(stop)?.quantity == Quantity("5"))
        bench.manners[Self.one] = .prompt
        try bench.fill(stop, "4", at: "90")
        try bench.fill(stop, "1", at: "90")
        #expect(try bench.desk.position.isFlat && bench.one.openOrders.isEmpty)
        #expect(!bench.effects.alerts.contains("FILL_NOT_BOOKED"))
    }

    @Test func aChangeThatIsNeverAnsweredEndsTheExposureInTime() throws {
        var (bench, _) = try growing(.mute)
        let asked = try bench.wait(.seconds(5))
        #expect(asked.alerts.contains("UNPROTECTED"))
        #expect(asked.orders.map(\.kind) == [.market] && asked.orders.map(\.quantity) == [Quantity("5")])
    }

    @Test func newsThatCrossedTheChangeIsNotTakenForItsAnswer() throws {
        var bench = try Bench(amends: true)
        let entry = try bench.enter()
        try bench.fill(entry, "2")
        let old = try #require(try bench.openStop())
        bench.manners[Self.one] = .mute
        try bench.fill(entry, "3")
        try bench.take(.reported(old))
        #expect(bench.effects.changes.count == 2, "stop and take-profit, once each")
    }

    @Test func whichPriceTriggersIsRecorded() throws {
        var bench = try Bench()
        try bench.hold()
        #expect(try bench.desk.protection.stop?.triggerPrice == .last)
        #expect(try bench.desk.protection.takeProfits.map(\.triggerPrice) == [.last])
        #expect(try bench.desk.protection.stop?.heldPrice == Price("90"))
    }
}

/// The budget of value times seconds without protection.
@Suite struct ExposureBudgetTests {
    private static let one = BrokerName("one")

    /// The venue swallows stops, and closing orders too: 500 of value stays bare.
    private func bare(_ budget: TimeSpan?) throws -> Bench {
        var bench = try Bench(protection: ProtectionRules(exposureBudget: budget))
        let entry = try bench.enter()
        bench.manners[Self.one] = .mute
        try bench.fill(entry)
        return bench
    }

    @Test func overItsBudgetTheEngineOnlyReduces() throws {
        // 500 bare of a budget of 1000: 2 s are used up after 4.
        var bench = try bare(.seconds(2))
        bench.now = bench.now + .seconds(4)
        try bench.price("100")
        #expect(bench.engine.state == .active && bench.engine.overexposed == nil)
        bench.now = bench.now + .milliseconds(1)
        #expect(try bench.price("100").alerts == ["UNPROTECTED_BUDGET"])
        #expect(bench.engine.state == .reducing)
        #expect(try bench.desk.protection.exposure.total(at: bench.now) == FixedDecimal("2000.5"))
        #expect(bench.engine.unprotected(in: Currency("USDT"), at: bench.now) == FixedDecimal("2000.5"))
        #expect(try bench.desk.exposureLimit == FixedDecimal(2_000))
    }

    @Test func withoutABudgetNothingHappens() throws {
        var bench = try bare(nil)
        bench.now = bench.now + .seconds(4)
        try bench.price("100")
        #expect(bench.engine.state == .active)
        #expect(try bench.desk.protection.exposure.total(at: bench.now) == FixedDecimal(2_000))
    }

    @Test func whatIsReducedMayNotBeEntered() throws {
        var bench = try bare(.seconds(2))
        try bench.wait(.seconds(5))
        let exit = try #require(bench.effects.orders.last)
        #expect(exit.purpose == .exit && exit.reduceOnly, "exits go on")
        bench.manners[Self.one] = .prompt
        try bench.fill(exit.clientID)
        bench.now = bench.now + .seconds(1)
        try bench.price("100")
        let asked = try bench.signal(-0.5, stop: 110)
        #expect(asked.orders.isEmpty && asked.refusals.map(\.code) == [.unprotectedBudget])
    }
}

/// Pain 7: an entry whose stop cannot be placed is refused, not panicked out of.
@Suite struct PlaceabilityTests {
    private static let rules = TriggerRules(
        leastPercent: FixedDecimal(2), mostPercent: FixedDecimal(20), countsMinimumNotional: true)

    @Test(arguments: [
        ("98.01", false), ("98", true), ("80", true), ("79.99", false), ("100", false), ("101", false),
    ])
    func theDistanceOfTheStopIsCheckedBeforeTheEntry(stop: String, passes: Bool) throws {
        var bench = try Bench(triggers: Self.rules)
        try bench.price("100")
        let asked = try bench.signal(0.5, stop: Double(stop))
        #expect(asked.orders.map(\.purpose) == (passes ? [.entry] : []))
        #expect(asked.refusals.map(\.code) == (passes ? [] : [.stopNotPlaceable]))
    }

    /// A stop at 90 over 1.112 units is worth 100.08, over 1.111 it is worth 99.99: less than the minimum of 100.
    @Test(arguments: [(0.1112, true), (0.1111, false)])
    func theWorthOfTheStopIsCheckedBeforeTheEntry(target: Double, passes: Bool) throws {
        var bench = try Bench(triggers: Self.rules)
        try bench.price("100")
        let asked = try bench.signal(target, stop: 90)
        #expect(asked.orders.count == (passes ? 1 : 0))
        #expect(asked.refusals.map(\.code) == (passes ? [] : [.stopNotPlaceable]))
    }

    @Test func aLevelThatTheVenueWouldRefuseIsWatched() throws {
        var bench = try Bench(amends: true, triggers: Self.rules)
        let entry = try bench.enter()
        try bench.price("91")
        try bench.fill(entry, at: "91")
        #expect(try bench.desk.protection.stop?.mode == .armedSynthetic, "90 is less than 2 % from 91")
        #expect(bench.effects.alerts.isEmpty)
    }
}
