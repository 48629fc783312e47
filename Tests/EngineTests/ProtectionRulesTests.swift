import Core
import Engine
import Testing

/// Trailing, break-even, ladders and the time stop.
@Suite struct ProtectionRulesTests {
    private static let one = BrokerName("one")

    private func stop(_ bench: Bench) throws -> Price? { try bench.desk.protection.stop?.price }

    @Test(arguments: [true, false], [true, false])
    func aTrailingStopFollowsOnlyInFavour(long: Bool, amends: Bool) throws {
        var bench = try Bench(amends: amends, protection: ProtectionRules(trailing: .percent(FixedDecimal(5))))
        try bench.hold(long: long)
        #expect(try stop(bench) == Price(long ? "95" : "105"), "nearer than the signal's")
        for price in long ? ["104", "110", "108", "106"] : ["96", "90", "92", "94"] {
            try bench.wait(.seconds(2))
            try bench.price(price)
        }
        let level = try #require(Price(long ? "104.5" : "94.5"))
        #expect(try stop(bench) == level)
        try bench.wait(.seconds(2))
        #expect(try bench.openStop()?.kind == .stop(trigger: level))
        #expect(try bench.openStop()?.quantity == Quantity("5"))
        #expect(try bench.one.orders.count { $0.kind.isProtective } == (amends ? 2 : 4))
        #expect(bench.effects.changes.count == (amends ? 2 : 0))
        #expect(try bench.desk.protection.exposedSince == nil)
    }

    @Test func aTrailingStopMayBeADistanceInPrice() throws {
        var bench = try Bench(protection: ProtectionRules(trailing: .price(try #require(Price("3.005")))))
        try bench.hold()
        #expect(try stop(bench) == Price("96.99"), "rounded away from the price")
    }

    @Test func changesAtTheVenueAreSpacedAndWatchedMeanwhile() throws {
        var bench = try Bench(amends: true, protection: ProtectionRules(trailing: .percent(FixedDecimal(5))))
        try bench.hold()
        try bench.wait(.seconds(2))
        for price in ["101", "102", "103", "104"] { try bench.price(price) }
        #expect(bench.effects.changes.count == 1)
        #expect(try bench.desk.protection.watchLevels.contains(try #require(Price("98.8"))))
        let asked = try bench.price("98.8")
        #expect(asked.orders.map(\.kind) == [.market], "the venue's stop is not there yet, ours is")
    }

    @Test func aChangeThatWasSpacedIsMadeUpFor() throws {
        var bench = try Bench(amends: true, protection: ProtectionRules(trailing: .percent(FixedDecimal(5))))
        try bench.hold()
        try bench.wait(.seconds(2))
        try bench.price("101")
        try bench.price("102")
        #expect(try bench.wait(.seconds(1)).changes.map(\.trigger) == [Price("96.9")])
        #expect(bench.engine.nextDeadline == nil)
    }

    @Test(arguments: [true, false]) func afterEnoughGainTheStopCoversEntryAndFees(long: Bool) throws {
        var bench = try Bench(amends: true, protection: ProtectionRules(breakEvenPercent: FixedDecimal(4)))
        let entry = try bench.enter(long: long)
        let (fill, report) = try bench.execute(entry, at: try #require(Price("100")))
        let paid = Fill(
            venue: fill.venue, tradeID: fill.tradeID, clientID: entry, symbol: fill.symbol, side: fill.side,
            price: fill.price, quantity: fill.quantity, fee: try #require(Money("0.333")), at: fill.at)
        try bench.take(.venue(VenueBatch(broker: Self.one, at: bench.now, events: [.fill(paid), .order(report)])))
        try bench.wait(.seconds(2))
        try bench.price(long ? "103.99" : "96.01")
        #expect(try stop(bench) == Price(long ? "90" : "110"))
        try bench.price(long ? "104" : "96")
        // 2 x 0.333 / 5 = 0.1332 a unit, rounded in favour.
        #expect(try stop(bench) == Price(long ? "100.14" : "99.86"))
        try bench.price(long ? "101" : "99")
        #expect(try stop(bench) == Price(long ? "100.14" : "99.86"))
        #expect(try bench.openStop()?.kind.trigger == Price(long ? "100.14" : "99.86"))
    }

    private static func ladder() -> [LadderRung] {
        [
            LadderRung(percent: FixedDecimal(10), share: FixedDecimal(30)),
            LadderRung(percent: FixedDecimal(5), share: FixedDecimal(50)),
        ]
    }

    @Test(arguments: [true, false]) func aLadderTakesItsSharesAndLeavesTheRestToTheSignal(native: Bool) throws {
        var bench = try Bench(native: native, amends: true, protection: ProtectionRules(ladder: Self.ladder()))
        try bench.hold()
        let legs = try bench.desk.protection.takeProfits
        #expect(legs.map(\.price) == [Price("105"), Price("110"), Price("120")])
        #expect(legs.map(\.quantity) == [Quantity("2.5"), Quantity("1.5"), Quantity("1")])
        for (price, left) in [("105", "2.5"), ("110", "1"), ("120", "0")] {
            let before = try bench.one.openOrders.first { $0.kind == .takeProfit(trigger: Price(price) ?? .zero) }
            let asked = try bench.price(price)
            let id = native ? before?.clientID : asked.orders.first?.clientID
            try bench.fill(try #require(id), at: price)
            #expect(try bench.desk.position.quantity == Quantity(left))
            if left != "0" { #expect(try bench.desk.protection.stop?.quantity == Quantity(left)) }
        }
        #expect(try bench.one.openOrders.isEmpty)
    }

    @Test func theStopTakesWhatTheLadderLeft() throws {
        var bench = try Bench(amends: true, protection: ProtectionRules(ladder: Self.ladder()))
        try bench.hold()
        let near = try #require(try bench.one.openOrders.first { $0.quantity == Quantity("2.5") }?.clientID)
        try bench.fill(near, "1", at: "105")
        #expect(try bench.openStop()?.quantity == Quantity("4"))
        try bench.fill(try #require(try bench.openStop()?.clientID), at: "90")
        #expect(try bench.one.openOrders.isEmpty && bench.desk.position.isFlat)
    }

    @Test func aFullLadderLeavesNoDust() throws {
        let thirds = (1...3).map { LadderRung(percent: FixedDecimal($0), share: FixedDecimal($0 == 3 ? 34 : 33)) }
        var bench = try Bench(protection: ProtectionRules(ladder: thirds))
        try bench.price("100")
        let entry = try #require(try bench.signal(0.5, stop: 90).orders.first)
        try bench.fill(entry.clientID, "0.1")
        let parts = try bench.desk.protection.takeProfits.map(\.quantity)
        #expect(
            parts.reduce(.zero, +) == Quantity("0.1")
                && parts == [Quantity("0.033"), Quantity("0.033"), Quantity("0.034")])
    }

    @Test func aPositionIsNotHeldLongerThanAllowed() throws {
        var bench = try Bench(protection: ProtectionRules(maximumHolding: .seconds(3_600)))
        try bench.hold()
        #expect(try bench.wait(.milliseconds(3_599_999)).orders.isEmpty)
        let asked = try bench.wait(.milliseconds(1))
        #expect(asked.alerts == ["TIME_STOP"] && asked.orders.map(\.purpose) == [.exit])
        try bench.fill(try #require(asked.orders.first).clientID)
        #expect(try bench.desk.position.isFlat && bench.one.openOrders.isEmpty)
        try bench.wait(.seconds(7_200))
        #expect(bench.effects.orders.count { $0.purpose == .entry } == 1)
    }

    @Test func theHardStopIsTheFarthestAndTheOnlyOneWhereTheSignalGivesNone() throws {
        let rules = ProtectionRules(hardStopPercent: FixedDecimal(6))
        var bench = try Bench(protection: rules)
        try bench.hold()
        #expect(try stop(bench) == Price("94"))
        var other = try Bench(protection: rules)
        try other.price("100")
        let entry = try #require(try other.signal(0.5).orders.first)
        try other.fill(entry.clientID)
        #expect(try stop(other) == Price("94"))
    }
}
