import Core
import Engine
import Testing

/// Entries that the gate refused for a reason that passes.
@Suite struct EntryRetryTests {
    private func session(_ bench: inout Bench, open: Bool) throws {
        let news = VenueEvent.session(try Bench.symbol(), isOpen: open, next: nil)
        try bench.take(.venue(VenueBatch(broker: BrokerName("one"), at: bench.now, events: [news])))
    }

    /// A row for the closed evening of a stock: the next morning's row wants the same and has to find its trade.
    @Test func theNextRowThatWantsTheSameTriesAgain() throws {
        var bench = try Bench()
        try bench.price("100")
        try session(&bench, open: false)
        #expect(try bench.signal(0.5, stop: 90).orders.isEmpty)
        #expect(bench.engine.desks.first?.lastRefusal?.code == .marketClosed)
        bench.now = bench.now + .seconds(3600)
        try session(&bench, open: true)
        try bench.price("100")
        let entry = try #require(try bench.signal(0.5, stop: 90).orders.first)
        try bench.fill(entry.clientID)
        #expect(bench.engine.desks.first?.position.quantity == Quantity("5"))
        #expect(bench.engine.desks.first?.lastRefusal == nil)
    }

    /// The evening's row was sized at 100: in the morning it buys no more than the budget, and what is cut off is not
    /// bought later either.
    @Test(arguments: [(1.0, "110", "9.09"), (1.0, "90", "10"), (-1.0, "110", "-9.09")])
    func anEntryThatWaitedIsCutToTheBudget(target: Double, price: String, quantity: String) throws {
        var bench = try Bench()
        let expected = try #require(Quantity(quantity))
        try bench.price("100")
        try session(&bench, open: false)
        try bench.signal(target, stop: target > 0 ? 80 : 130)
        bench.now = bench.now + .seconds(3600)
        try session(&bench, open: true)
        try bench.price(price)
        let entry = try #require(try bench.signal(target, stop: target > 0 ? 80 : 130).orders.first)
        #expect(entry.side.signed(entry.quantity) == expected)
        try bench.fill(entry.clientID, at: price)
        try bench.price("100")
        try bench.wait(.seconds(600))
        #expect(bench.engine.desks.first?.position.quantity == expected)
    }

    @Test func anEntryThatWaitedTooLongToBuyALotIsRefused() throws {
        var bench = try Bench()
        try bench.price("100")
        try session(&bench, open: false)
        try bench.signal(1, stop: 80)
        bench.now = bench.now + .seconds(3600)
        try session(&bench, open: true)
        try bench.price("1500000")
        let asked = try bench.signal(1, stop: 80)
        #expect(asked.orders.isEmpty && asked.refusals.map(\.code) == [.instrumentRules])
        #expect(bench.engine.desks.first?.lastRefusal?.sentence.contains("less than a lot") == true)
    }

    @Test func whatDoesNotPassIsNotAskedAgain() throws {
        var bench = try Bench()
        try bench.price("100")
        #expect(try bench.signal(0.5, stop: 101).orders.isEmpty)
        #expect(bench.engine.desks.first?.lastRefusal?.code == .stopNotPlaceable)
        bench.now = bench.now + .seconds(3600)
        try bench.price("102")
        #expect(try bench.signal(0.5, stop: 101).orders.isEmpty)
    }

    /// After a stop nothing enters again before the goal changes, whatever was refused long before.
    @Test func aStoppedTradeIsNotEnteredAgainByTheSameGoal() throws {
        var bench = try Bench()
        try bench.price("100")
        try session(&bench, open: false)
        try bench.signal(0.5, stop: 90)
        try session(&bench, open: true)
        bench.now = bench.now + .seconds(3600)
        try bench.price("100")
        let entry = try #require(try bench.signal(0.5, stop: 90).orders.first)
        try bench.fill(entry.clientID)
        let stop = try #require(try bench.openStop()?.clientID)
        try bench.fill(stop, at: "90")
        bench.now = bench.now + .seconds(3600)
        try bench.price("90")
        #expect(try bench.signal(0.5, stop: 90).orders.isEmpty)
    }
}
