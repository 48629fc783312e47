import Core
import Engine
import Testing

/// Pain 10: a stop that was triggered and does not fill is not the end of it.
@Suite struct EscalationTests {
    private static let one = BrokerName("one")

    @Test(arguments: [true, false]) func aStopThatThePricePassedIsClosedAtMarketAfterThreeSeconds(long: Bool) throws {
        var bench = try Bench()
        try bench.hold(long: long)
        let stop = try #require(try bench.openStop()?.clientID)
        try bench.price(long ? "85" : "115")
        #expect(try bench.wait(.milliseconds(2_999)).cancelled.isEmpty)
        let asked = try bench.wait(.milliseconds(1))
        #expect(asked.alerts == ["STOP_ESCALATED"] && asked.cancelled.first == .client(stop))
        #expect(asked.orders.map(\.kind) == [.market] && asked.orders.map(\.purpose) == [.stop])
        try bench.fill(try #require(asked.orders.first).clientID, at: long ? "85" : "115")
        #expect(try bench.desk.position.isFlat && bench.one.openOrders.isEmpty)
        #expect(bench.engine.nextDeadline == nil)
    }

    @Test(arguments: [true, false]) func aStopIsPassedAtItsVeryPrice(long: Bool) throws {
        var bench = try Bench()
        try bench.hold(long: long)
        let level = try #require(try bench.openStop()?.kind.trigger)
        try bench.price(Price(long ? level.value + FixedDecimal(1) : level.value - FixedDecimal(1)).description)
        #expect(try bench.wait(.seconds(10)).isEmpty, "a price before the stop asks nothing")
        try bench.price(level.description)
        #expect(try bench.wait(.seconds(3)).alerts == ["STOP_ESCALATED"])
    }

    @Test func aPriceThatComesBackInTimeLeavesTheStopAlone() throws {
        var bench = try Bench()
        try bench.hold()
        try bench.price("89")
        try bench.wait(.seconds(2))
        try bench.price("91")
        try bench.wait(.seconds(60))
        #expect(bench.effects.cancelled.isEmpty && bench.engine.nextDeadline == nil)
        try bench.price("89")
        #expect(try bench.wait(.milliseconds(2_999)).isEmpty, "the three seconds begin anew")
    }

    @Test func aStopFilledInPartIsFinishedAtMarket() throws {
        var bench = try Bench()
        try bench.hold()
        let stop = try #require(try bench.openStop()?.clientID)
        try bench.fill(stop, "2", at: "89")
        try bench.price("95")
        let asked = try bench.wait(.seconds(3))
        #expect(asked.cancelled.contains(.client(stop)))
        #expect(asked.orders.map(\.quantity) == [Quantity("3")])
    }

    @Test func nothingIsSentBeforeTheVenueSaysThatTheStopIsGone() throws {
        var bench = try Bench()
        try bench.hold()
        bench.manners[Self.one] = .losingCancellations
        try bench.price("85")
        try bench.wait(.seconds(20))
        #expect(bench.effects.orders.allSatisfy { $0.purpose == .entry || $0.kind.isProtective })
        bench.manners[Self.one] = .prompt
        let asked = try bench.wait(.seconds(6))
        #expect(asked.orders.map(\.kind) == [.market])
    }

    @Test func aStopThatFiredWhileItWasCancelledIsNotRepeated() throws {
        var bench = try Bench()
        try bench.hold()
        let stop = try #require(try bench.openStop()?.clientID)
        try bench.price("85")
        let news = try bench.execute(stop, at: #require(Price("85")))
        try bench.wait(.seconds(30))
        #expect(bench.effects.orders.allSatisfy { $0.purpose == .entry || $0.kind.isProtective })
        try bench.take(.venue(VenueBatch(broker: Self.one, at: bench.now, events: [.fill(news.fill)])))
        #expect(try bench.desk.position.isFlat)
        try bench.wait(.seconds(30))
        #expect(try bench.one.openOrders.isEmpty && bench.one.positions[Bench.symbol()] == .zero)
    }

    @Test func theWaitIsASetting() throws {
        var bench = try Bench(protection: ProtectionRules(escalateAfter: .seconds(1)))
        try bench.hold()
        try bench.price("85")
        #expect(try bench.wait(.seconds(1)).alerts == ["STOP_ESCALATED"])
    }
}

/// Venues that know no reduce-only: what could execute beside a closing order is gone before it is sent.
@Suite struct PlainVenueTests {
    private static let one = BrokerName("one")

    @Test func onlyTheStopIsNative() throws {
        var bench = try Bench(reduceOnly: false)
        try bench.hold()
        #expect(try bench.one.openOrders.map(\.kind) == [.stop(trigger: try #require(Price("90")))])
        #expect(try bench.desk.protection.takeProfit?.mode == .armedSynthetic)
    }

    @Test(arguments: ["takeProfit", "signal", "time"])
    func closingWaitsForTheEndOfTheStop(cause: String) throws {
        let rules = ProtectionRules(maximumHolding: cause == "time" ? .seconds(1) : nil)
        var bench = try Bench(reduceOnly: false, protection: rules)
        try bench.hold()
        let stop = try #require(try bench.openStop()?.clientID)
        bench.manners[Self.one] = .losingCancellations
        bench.now = bench.now + .milliseconds(500)
        switch cause {
        case "takeProfit": try bench.price("120")
        case "signal": try bench.signal(0)
        default: break
        }
        try bench.wait(.seconds(3))
        #expect(bench.effects.cancelled.contains(.client(stop)))
        #expect(bench.effects.orders.count == 2, "the entry and its stop")
        bench.manners[Self.one] = .prompt
        let asked = try bench.wait(.seconds(10))
        #expect(asked.orders.map(\.kind) == [.market])
        try bench.fill(try #require(asked.orders.first).clientID)
        #expect(try bench.desk.position.isFlat && bench.one.openOrders.isEmpty)
    }

    @Test func aStopThatFiresMeanwhileMakesTheClosingOrderNeedless() throws {
        var bench = try Bench(reduceOnly: false)
        try bench.hold()
        let stop = try #require(try bench.openStop()?.clientID)
        bench.manners[Self.one] = .losingCancellations
        bench.now = bench.now + .seconds(1)
        try bench.signal(0)
        try bench.fill(stop, at: "90")
        try bench.wait(.seconds(60))
        #expect(try bench.desk.position.isFlat && bench.one.positions[Bench.symbol()] == .zero)
        #expect(bench.effects.orders.count == 2)
    }
}
