import Core
import Engine
import Testing

/// Every position has its stop, of its size, and loses it only together with itself.
@Suite struct ProtectionTests {
    private static let one = BrokerName("one")

    @Test(arguments: [true, false]) func aFilledEntryIsProtectedOnBothSides(long: Bool) throws {
        var bench = try Bench()
        try bench.hold(long: long)
        let stop = try #require(try bench.openStop())
        let goal = try #require(try bench.openTakeProfit())
        #expect(stop.kind == .stop(trigger: try #require(Price(long ? "90" : "110"))))
        #expect(goal.kind == .takeProfit(trigger: try #require(Price(long ? "120" : "80"))))
        #expect([stop.quantity, goal.quantity] == [Quantity("5"), Quantity("5")])
        #expect([stop.side, goal.side] == (long ? [.sell, .sell] : [.buy, .buy]))
        #expect(try bench.desk.protection.exposedSince == nil)
        #expect(bench.engine.nextDeadline == nil)
    }

    @Test func theStopGrowsWithPartialFillsAndIsWatchedWhileItIsReplaced() throws {
        var bench = try Bench()
        let entry = try bench.enter()
        try bench.fill(entry, "2")
        let small = try #require(try bench.openStop()?.clientID)
        bench.manners[Self.one] = .losingCancellations
        #expect(try bench.fill(entry, "3").orders.isEmpty, "two stops never stand side by side")
        #expect(try bench.desk.protection.stop?.mode == .armedSynthetic)
        #expect(try bench.desk.protection.exposedSince == nil)
        bench.manners[Self.one] = .prompt
        let asked = try bench.wait(.seconds(6))
        #expect(asked.cancelled.contains(.client(small)))
        #expect(asked.orders.map(\.quantity) == [Quantity("5"), Quantity("5")])
        #expect(try bench.one.openOrders.map(\.quantity) == [Quantity("5"), Quantity("5")])
        #expect(try bench.desk.protection.stop?.mode == .armedNative)
    }

    @Test func theStopGrowsInPlaceWhereTheVenueCanChangeIt() throws {
        var bench = try Bench(amends: true)
        let entry = try bench.enter()
        try bench.fill(entry, "2")
        let stop = try #require(try bench.openStop()?.clientID)
        let asked = try bench.fill(entry, "3")
        #expect(asked.orders.isEmpty && asked.cancelled.isEmpty)
        #expect(try bench.openStop()?.clientID == stop && bench.openStop()?.quantity == Quantity("5"))
        #expect(try bench.openTakeProfit()?.quantity == Quantity("5"))
        #expect(try bench.desk.protection.exposedSince == nil)
    }

    @Test(arguments: [true, false]) func whenOneLegFiresTheOtherIsCancelled(stopFires: Bool) throws {
        var bench = try Bench()
        try bench.hold()
        let legs = [try bench.openStop(), try bench.openTakeProfit()].compactMap { $0?.clientID }
        try bench.fill(legs[stopFires ? 0 : 1], at: stopFires ? "90" : "120")
        #expect(bench.effects.cancelled == [.client(legs[stopFires ? 1 : 0])])
        #expect(try bench.one.openOrders.isEmpty && bench.desk.position.isFlat)
    }

    @Test func aPartlyFilledStopShrinksItsSibling() throws {
        var bench = try Bench()
        try bench.hold()
        let stop = try #require(try bench.openStop()?.clientID)
        try bench.fill(stop, "2", at: "90")
        #expect(try bench.openTakeProfit()?.quantity == Quantity("3"))
        #expect(try bench.openStop()?.clientID == stop, "what is left of the stop still covers the rest")
        try bench.fill(stop, at: "90")
        #expect(try bench.one.openOrders.isEmpty && bench.desk.position.isFlat)
    }

    @Test(arguments: [true, false], [true, false])
    func whatTheVenueWillNotGuardWeWatch(native: Bool, long: Bool) throws {
        var bench = try Bench(native: native)
        bench.manners[Self.one] = .refusingProtections
        try bench.hold(long: long)
        #expect(try bench.desk.protection.stop?.mode == .armedSynthetic)
        #expect(try bench.desk.protection.watchLevels.count == 2)
        #expect(try bench.price(long ? "90.01" : "109.99").orders.isEmpty)
        let asked = try bench.price(long ? "90" : "110")
        #expect(asked.orders.map(\.purpose) == [.stop] && asked.orders.allSatisfy(\.reduceOnly))
        #expect(try bench.price(long ? "89" : "111").orders.isEmpty, "it is closing already")
        try bench.fill(try #require(asked.orders.first).clientID)
        #expect(try bench.desk.position.isFlat && bench.desk.protection.stop == nil)
    }

    @Test func aWatchedStopBehindThePriceFiresAtOnce() throws {
        var bench = try Bench()
        bench.manners[Self.one] = .refusingProtections
        let entry = try bench.enter()
        try bench.price("89")
        #expect(try bench.fill(entry).orders.last?.kind == .market)
        #expect(try bench.desk.openOrders.map(\.request.purpose) == [.stop])
    }

    @Test func aStopOnItsWayIsWatchedMeanwhile() throws {
        var bench = try Bench()
        let entry = try bench.enter()
        bench.manners[Self.one] = .mute
        try bench.fill(entry)
        #expect(try bench.desk.protection.stop?.mode == .placing)
        #expect(try bench.price("90").orders.map(\.kind) == [.market])
    }

    @Test func aStopThatTheVenueDroppedIsWatched() throws {
        var bench = try Bench()
        try bench.hold()
        let stop = try #require(try bench.openStop()?.clientID)
        let dropped = try #require(try bench.venues[Self.one]?.cancel(.client(stop)).get())
        try bench.take(.venue(VenueBatch(broker: Self.one, at: bench.now, events: [.order(dropped)])))
        #expect(try bench.desk.protection.stop?.mode == .armedSynthetic)
        #expect(try bench.price("90").orders.map(\.purpose) == [.stop])
    }

    @Test func aPositionWithoutAStopForTooLongIsClosed() throws {
        var bench = try Bench()
        let entry = try bench.enter()
        bench.manners[Self.one] = .mute
        try bench.fill(entry, "4")
        try bench.wait(.milliseconds(4_999))
        #expect(!bench.effects.alerts.contains("UNPROTECTED"))
        let asked = try bench.wait(.milliseconds(1))
        #expect(asked.alerts.contains("UNPROTECTED"))
        #expect(asked.orders.map(\.kind) == [.market] && asked.orders.map(\.quantity) == [Quantity("4")])
        #expect(asked.cancelled.contains(.client(entry)), "what is left of the entry must not enlarge it again")
        try bench.wait(.seconds(60))
    }

    @Test func aRefusedExitIsRepeatedThreeTimesAndThenHeldForAPerson() throws {
        var bench = try Bench()
        try bench.hold()
        bench.manners[Self.one] = .refusing("CLOSED")
        bench.now = bench.now + .seconds(1)
        let asked = try bench.signal(0)
        #expect(asked.orders.count == 3)
        #expect(asked.alerts == ["ORDER_REFUSED", "ORDER_REFUSED", "SYMBOL_HELD"])
        #expect(try bench.desk.isHeld)
        try bench.price("101")
        try bench.wait(.seconds(60))
        #expect(bench.effects.orders.filter { $0.purpose == .exit }.count == 3)
        #expect(try bench.openStop() != nil, "the stop still stands")
        bench.manners[Self.one] = .prompt
        bench.now = bench.now + .seconds(1)
        let again = try bench.signal(-0.5, stop: 110)
        #expect(again.orders.map(\.purpose) == [.exit])
    }

    @Test(arguments: [true, false]) func closingIsNotTriedWithoutEnd(watched: Bool) throws {
        var bench = try Bench(native: !watched)
        try bench.hold()
        bench.manners[Self.one] = .capricious
        bench.now = bench.now + .seconds(1)
        let asked = watched ? try bench.price("90") : try bench.signal(0)
        #expect(asked.orders.count == 9 && asked.alerts.last == "SYMBOL_HELD")
        #expect(Set(asked.orders.map(\.clientID)).count == 9)
        try bench.wait(.seconds(60))
        #expect(bench.effects.orders.filter(\.reduceOnly).filter { $0.kind == .market }.count == 9)
    }

    @Test func aWatchedStopIsTriedAgainWhenItsClosingOrderIsRefused() throws {
        var bench = try Bench(native: false)
        try bench.hold()
        bench.manners[Self.one] = .lost
        let first = try bench.price("90")
        bench.manners[Self.one] = .prompt
        #expect(try bench.wait(.seconds(1)).orders.map(\.purpose) == [.stop])
        #expect(first.orders.count == 1)
        try bench.fill(try #require(bench.effects.orders.last).clientID)
        #expect(try bench.desk.position.isFlat)
    }

    @Test func closingOrdersThatTheVenueDropsAreNotRepeatedWithoutEnd() throws {
        var bench = try Bench()
        try bench.hold()
        bench.now = bench.now + .seconds(1)
        try bench.signal(0)
        for _ in 0..<10 {
            let exit = try #require(bench.effects.orders.last { $0.purpose == .exit })
            if let report = try bench.venues[Self.one]?.cancel(.client(exit.clientID)).get() {
                try bench.take(.reported(report))
            }
            if try bench.desk.isHeld { break }
        }
        #expect(bench.effects.orders.filter { $0.purpose == .exit }.count == 3)
        #expect(bench.effects.alerts.last == "SYMBOL_HELD")
    }

    @Test func aReversalLeavesTheOldProtectionAloneUntilThePositionIsGone() throws {
        var bench = try Bench()
        try bench.hold()
        let before = try bench.one.openOrders.map(\.venueOrderID)
        bench.now = bench.now + .seconds(1)
        let asked = try bench.signal(-0.5, stop: 110, takeProfit: 80)
        #expect(asked.orders.map(\.purpose) == [.exit] && asked.cancelled.isEmpty)
        #expect(try bench.one.openOrders.map(\.venueOrderID).starts(with: before))
        try bench.fill(try #require(asked.orders.first).clientID)
        let entry = try #require(bench.effects.orders.last)
        #expect(entry.purpose == .entry && entry.side == .sell)
        try bench.fill(entry.clientID)
        #expect(try bench.openStop()?.kind == .stop(trigger: #require(Price("110"))))
        #expect(try bench.one.openOrders.count == 2)
    }

    @Test func aReplacedStopWhoseCancellationGotLostIsCancelledAgain() throws {
        var bench = try Bench()
        let entry = try bench.enter()
        try bench.fill(entry, "2")
        bench.manners[Self.one] = .losingCancellations
        try bench.fill(entry, "3")
        #expect(try bench.one.openOrders.map(\.quantity) == [Quantity("2"), Quantity("2")])
        bench.manners[Self.one] = .prompt
        try bench.wait(.seconds(6))
        #expect(try bench.one.openOrders.map(\.quantity) == [Quantity("5"), Quantity("5")])
    }

    @Test func afterAStopNothingEntersBeforeTheGoalChanges() throws {
        var bench = try Bench()
        try bench.hold()
        try bench.fill(try #require(try bench.openStop()?.clientID), at: "90")
        for _ in 0..<3 {
            bench.now = bench.now + .seconds(1)
            try bench.price("95")
            #expect(try bench.signal(0.5, stop: 90, takeProfit: 120).orders.isEmpty)
        }
        bench.now = bench.now + .seconds(1)
        try bench.signal(0)
        bench.now = bench.now + .seconds(1)
        #expect(try bench.signal(0.5, stop: 85).orders.map(\.purpose) == [.entry])
    }

    /// A row that only moves the stop of what is held wants no more to be entered: the stop ends the trade.
    @Test func aRowThatMovesTheStopEntersNothingAfterIt() throws {
        var bench = try Bench()
        try bench.hold()
        bench.now = bench.now + .seconds(3600)
        try bench.price("100")
        #expect(try !bench.signal(0.5, stop: 92, takeProfit: 120).orders.contains { $0.purpose == .entry })
        try bench.wait(.seconds(6))
        let stop = try #require(try bench.openStop()?.clientID)
        #expect(try !bench.fill(stop, at: "92").orders.contains { $0.purpose == .entry })
        bench.now = bench.now + .seconds(3600)
        #expect(try bench.price("95").orders.isEmpty)
        #expect(try bench.signal(0.5, stop: 92, takeProfit: 120).orders.isEmpty)
        #expect(bench.engine.desks.allSatisfy { $0.position.isFlat })
    }
}
