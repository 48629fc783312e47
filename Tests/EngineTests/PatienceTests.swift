import Core
import Engine
import Testing

/// Orders that take too long: settlement of parts, and limit orders that become market orders.
@Suite struct PatienceTests {
    private static let one = BrokerName("one")
    private static let limit = OrderRules(entryLimitPercent: FixedDecimal(1), exitLimitPercent: FixedDecimal(1))

    @Test func anEntryFilledInPartIsSettledAtWhatItGot() throws {
        var bench = try Bench()
        let entry = try bench.enter()
        try bench.fill(entry, "2")
        #expect(try bench.wait(.milliseconds(59_999)).cancelled.isEmpty)
        #expect(try bench.wait(.milliseconds(1)).cancelled == [.client(entry)])
        try bench.wait(.seconds(600))
        #expect(try bench.desk.position.quantity == Quantity("2"))
        #expect(try bench.openStop()?.quantity == Quantity("2"))
        #expect(bench.effects.orders.count { $0.purpose == .entry } == 1)
        #expect(try bench.desk.position.cost == Money("200"), "the books are exact")
        #expect(bench.engine.nextDeadline == nil)
    }

    @Test func eachPartGivesTheRestMoreTime() throws {
        var bench = try Bench()
        let entry = try bench.enter()
        for _ in 0..<4 {
            try bench.fill(entry, "1")
            #expect(try bench.wait(.seconds(59)).cancelled.isEmpty)
        }
        try bench.fill(entry)
        #expect(try bench.desk.position.quantity == Quantity("5"))
    }

    @Test func theRestOfAnExitFilledInPartIsOrderedAgain() throws {
        var bench = try Bench()
        try bench.hold()
        bench.now = bench.now + .seconds(1)
        let exit = try #require(try bench.signal(0).orders.first)
        try bench.fill(exit.clientID, "3")
        let asked = try bench.wait(.seconds(60))
        #expect(asked.cancelled.contains(.client(exit.clientID)))
        #expect(asked.orders.map(\.quantity) == [Quantity("2")] && asked.orders.allSatisfy(\.reduceOnly))
        try bench.fill(try #require(asked.orders.first).clientID)
        #expect(try bench.desk.position.isFlat && bench.effects.alerts.isEmpty)
    }

    @Test func aLimitEntryThatStandsTooLongIsOrderedAtMarket() throws {
        var bench = try Bench(orders: Self.limit)
        let entry = try bench.enter()
        #expect(bench.effects.orders.map(\.kind) == [.limit(try #require(Price("99")))])
        try bench.fill(entry, "2", at: "99")
        let asked = try bench.wait(.seconds(10))
        #expect(asked.cancelled == [.client(entry)])
        #expect(asked.orders.filter { $0.purpose == .entry }.map(\.kind) == [.market])
        #expect(asked.orders.filter { $0.purpose == .entry }.map(\.quantity) == [Quantity("3")])
        try bench.fill(try #require(asked.orders.first { $0.purpose == .entry }).clientID)
        #expect(try bench.desk.position.quantity == Quantity("5"))
        #expect(try bench.openStop()?.quantity == Quantity("5"))
    }

    @Test func theMarketOrderWaitsForTheVenueToSayThatTheLimitOrderIsGone() throws {
        var bench = try Bench(orders: Self.limit)
        let entry = try bench.enter()
        bench.manners[Self.one] = .losingCancellations
        try bench.wait(.seconds(30))
        #expect(bench.effects.orders.count == 1, "both could execute")
        bench.manners[Self.one] = .prompt
        try bench.wait(.seconds(10))
        #expect(bench.effects.orders.map(\.kind).last == .market)
        #expect(try bench.one.order(entry)?.state == .cancelled)
    }

    @Test func aLimitEntryFilledWhileItWasCancelledIsNotOrderedAgain() throws {
        var bench = try Bench(orders: Self.limit)
        let entry = try bench.enter()
        let late = try bench.execute(entry, at: #require(Price("99")))
        try bench.wait(.seconds(20))
        try bench.take(.venue(VenueBatch(broker: Self.one, at: bench.now, events: [.fill(late.fill)])))
        try bench.wait(.seconds(20))
        #expect(bench.effects.orders.count { $0.purpose == .entry } == 1)
        #expect(try bench.desk.position.quantity == Quantity("5"))
    }

    /// The replacement is refused after the cancellation was confirmed: what was filled stays protected.
    @Test func aReplacementThatTheVenueRefusesLeavesWhatIsHeldProtected() throws {
        var bench = try Bench(orders: Self.limit)
        let entry = try bench.enter()
        try bench.fill(entry, "2", at: "99")
        bench.manners[Self.one] = .refusing("CLOSED")
        let asked = try bench.wait(.seconds(60))
        #expect(asked.alerts == ["ORDER_REFUSED"])
        #expect(try bench.desk.position.quantity == Quantity("2"))
        #expect(try bench.desk.protection.stop?.mode == .armedNative)
        #expect(try bench.openStop()?.quantity == Quantity("2"))
    }

    @Test func aLimitExitThatStandsTooLongIsOrderedAtMarket() throws {
        var bench = try Bench(orders: Self.limit)
        try bench.hold()
        bench.now = bench.now + .seconds(1)
        let exit = try #require(try bench.signal(0).orders.first)
        #expect(exit.kind == .limit(try #require(Price("101"))) && exit.reduceOnly)
        let asked = try bench.wait(.seconds(10))
        #expect(asked.cancelled == [.client(exit.clientID)] && asked.orders.map(\.kind) == [.market])
        try bench.fill(try #require(asked.orders.first).clientID)
        #expect(try bench.desk.position.isFlat && bench.one.openOrders.isEmpty)
    }

    @Test func aRefusedMarketExitAfterACancelledLimitExitIsTriedAgainAndThenHeld() throws {
        var bench = try Bench(orders: Self.limit)
        try bench.hold()
        bench.now = bench.now + .seconds(1)
        try bench.signal(0)
        bench.manners[Self.one] = .refusing("CLOSED")
        let asked = try bench.wait(.seconds(60))
        #expect(asked.orders.count == 3 && asked.alerts.last == "SYMBOL_HELD")
        #expect(try bench.openStop()?.quantity == Quantity("5"), "the stop still stands")
    }

    @Test func aStopGoesBeforeALimitExitThatRests() throws {
        var bench = try Bench(native: false, orders: Self.limit)
        try bench.hold()
        bench.now = bench.now + .seconds(1)
        let exit = try #require(try bench.signal(0).orders.first)
        let asked = try bench.price("90")
        #expect(asked.cancelled == [.client(exit.clientID)])
        #expect(asked.orders.map(\.kind) == [.market] && asked.orders.map(\.purpose) == [.stop])
        try bench.fill(try #require(asked.orders.first).clientID, at: "90")
        #expect(try bench.desk.position.isFlat)
    }

    @Test func threeEntriesRefusedForOneReasonHoldTheSymbol() throws {
        var bench = try Bench()
        bench.manners[Self.one] = .refusing("NO_MARGIN")
        try bench.price("100")
        for round in 0..<5 {
            bench.now = bench.now + .seconds(1)
            try bench.signal(round % 2 == 0 ? 0.5 : -0.5, stop: round % 2 == 0 ? 90 : 110)
        }
        #expect(bench.effects.orders.count == 3)
        #expect(bench.effects.alerts == ["ORDER_REFUSED", "ORDER_REFUSED", "SYMBOL_HELD"])
        #expect(try bench.desk.entriesHeld != nil && !bench.desk.isHeld)
    }

    @Test func threeProtectionsRefusedForOneReasonHoldTheSymbol() throws {
        var bench = try Bench()
        bench.manners[Self.one] = .refusingProtections
        try bench.hold()
        #expect(bench.effects.alerts == ["PROTECTION_REFUSED", "PROTECTION_REFUSED"])
        bench.now = bench.now + .seconds(1)
        try bench.fill(try #require(try bench.signal(0).orders.first).clientID)
        bench.now = bench.now + .seconds(1)
        let entry = try #require(try bench.signal(0.5, stop: 90).orders.first)
        try bench.fill(entry.clientID)
        #expect(bench.effects.alerts.last == "SYMBOL_HELD")
        #expect(try bench.desk.protection.stop?.mode == .armedSynthetic, "what is held stays guarded")
        bench.now = bench.now + .seconds(1)
        try bench.fill(try #require(try bench.signal(0).orders.first).clientID)
        bench.now = bench.now + .seconds(1)
        #expect(try bench.signal(0.5, stop: 90).orders.isEmpty)
    }
}
