import Core
import Engine
import Testing

/// How long a reading proves that a venue is flat.
@Suite struct KillProofTests {
    private static let one = BrokerName("one")
    private static let two = BrokerName("two")

    /// Something is opened by hand at a venue that was read flat, while another is still being waited for.
    @Test func whatAppearsAtAFlatVenueWhileAnotherIsWaitedForIsClosedToo() throws {
        var bench = try Bench(assets: 2)
        try bench.hold()
        bench.manners[Self.two] = .unreachable
        try bench.kill()
        try bench.wait(.seconds(2))
        for _ in 0..<3 {
            for order in try bench.one.openOrders where order.kind == .market {
                if let id = order.clientID { try bench.fill(id) }
            }
            try bench.wait(.seconds(2))
        }
        #expect(bench.engine.kill.proven == [Self.one])
        bench.venues[Self.one]?.positions[try Bench.symbol()] = Quantity("3")
        try bench.wait(.seconds(31))
        #expect(bench.engine.kill.proven.isEmpty)
        bench.manners = [:]
        try bench.seeThrough()
        #expect(bench.engine.kill.phase == .flat)
        #expect(try bench.one.snapshot(at: bench.now).isFlat)
    }

    @Test func anOldReadingProvesNothing() {
        var kill = KillSequence()
        let start = Timestamp(milliseconds: 1_000_000)
        kill.engage(reason: "test", brokers: [Self.one, Self.two], at: start)
        kill.observed(Self.one, isFlat: true, spacing: .seconds(1), at: start)
        // Nobody answered the question that came after half a minute.
        _ = kill.dueReadings(patience: .seconds(5), at: start + .seconds(30))
        kill.observed(Self.two, isFlat: true, spacing: .seconds(1), at: start + .seconds(3600))
        #expect(kill.phase == .flattening)
        #expect(kill.dueReadings(patience: .seconds(5), at: start + .seconds(3600)).contains(Self.one))
        kill.observed(Self.one, isFlat: true, spacing: .seconds(1), at: start + .seconds(3601))
        #expect(kill.phase == .flat && kill.nextDeadline == nil)
    }

    /// The books are as flat as the venue, but neither what was bought nor what was sold is in them.
    @Test(arguments: [true, false]) func executionsThatAreKnownToBeMissingAreWaitedFor(theyCome: Bool) throws {
        var bench = try Bench()
        let entry = try bench.enter()
        let bought = try bench.execute(entry, at: try #require(Price("100")))
        try bench.take(batch(bench, .order(bought.report)))
        try bench.kill()
        let closing = try #require(bench.effects.orders.last)
        #expect(closing.purpose == .flatten)
        let sold = try bench.execute(closing.clientID, at: try #require(Price("100")))
        try bench.take(batch(bench, .order(sold.report)))
        try bench.wait(.seconds(1))
        #expect(try bench.one.snapshot(at: bench.now).isFlat && bench.desk.position.isFlat)
        #expect(bench.engine.kill.phase == .flattening)
        if theyCome { try bench.take(batch(bench, .fill(bought.fill), .fill(sold.fill))) }
        try bench.wait(.seconds(theyCome ? 4 : 60))
        #expect(try bench.engine.kill.phase == .flat && bench.desk.position.isFlat)
        #expect(bench.effects.alerts.contains("BOOKS_DIFFER") != theyCome)
    }

    /// The market took a minute to take the close: the executions get as long as in a short kill all the same.
    @Test func howeverLongAKillTakesExecutionsAreWaitedFor() throws {
        var bench = try Bench()
        let bought = try bench.execute(bench.enter(), at: try #require(Price("100")))
        try bench.take(batch(bench, .order(bought.report)))
        try bench.kill()
        let closing = try #require(bench.effects.orders.last)
        try bench.wait(.seconds(60))
        let sold = try bench.execute(closing.clientID, at: try #require(Price("100")))
        try bench.take(batch(bench, .order(sold.report)))
        try bench.wait(.seconds(5))
        #expect(try bench.one.snapshot(at: bench.now).isFlat && bench.engine.kill.phase == .flattening)
        try bench.take(batch(bench, .fill(bought.fill), .fill(sold.fill)))
        try bench.wait(.seconds(2))
        #expect(bench.engine.kill.phase == .flat && !bench.effects.alerts.contains("BOOKS_DIFFER"))
    }

    /// Only flat readings in a row count, and they are counted anew when something is open again.
    @Test func thePatienceWithTheBooksBeginsWithTheFirstFlatReading() {
        var kill = KillSequence()
        let start = Timestamp(milliseconds: 1_000_000)
        kill.engage(reason: "test", brokers: [Self.one, Self.two], at: start)
        for _ in 0..<20 { kill.observed(Self.one, isFlat: false, spacing: .seconds(1), at: start) }
        func waits() -> Int { (0..<20).prefix { _ in kill.waitsForBooks(of: Self.one) }.count }
        let patience = waits()
        kill.waitedForBooks(of: Self.one)
        let again = waits()
        #expect(patience == 8 && again == patience)
        kill.waitedForBooks(of: Self.one)
        let dust = [kill.waitsForBooks(of: Self.one, isDust: true), kill.waitsForBooks(of: Self.one, isDust: true)]
        #expect(dust == [true, false])
        let other = kill.waitsForBooks(of: Self.two)
        #expect(other, "each venue for itself")
    }

    /// A fee left dust in the books, and what was bought and sold since is missing: together it comes to nothing more
    /// than the dust, but it is no dust.
    @Test(arguments: [true, false]) func dustThatLacksExecutionsIsWaitedForAndThenGivenUp(theyCome: Bool) throws {
        var bench = try dusty()
        let bought = try bench.execute(bench.enter(), at: try #require(Price("100")))
        try bench.take(batch(bench, .order(bought.report)))
        try bench.kill()
        let closing = try #require(bench.effects.orders.last)
        #expect(closing.purpose == .flatten && closing.quantity == bought.fill.quantity)
        let sold = try bench.execute(closing.clientID, at: try #require(Price("100")))
        try bench.take(batch(bench, .order(sold.report)))
        try bench.wait(.seconds(4))
        #expect(try bench.engine.kill.phase == .flattening && bench.desk.position.quantity == Quantity("0.05"))
        if theyCome { try bench.take(batch(bench, .fill(bought.fill), .fill(sold.fill))) }
        try bench.wait(.seconds(60))
        #expect(try bench.engine.kill.phase == .flat && bench.desk.position.isFlat)
        #expect(bench.effects.alerts.contains("BOOKS_DIFFER") != theyCome)
        #expect(try bench.desk.openOrders.isEmpty && bench.desk.orders.missing.readAt == nil, "nothing is looked for")
    }

    /// Five were bought and all that the fee left of them was sold; the rest is in the books alone.
    private func dusty() throws -> Bench {
        var bench = try Bench(native: false)
        let (fill, report) = try bench.execute(bench.enter(), at: try #require(Price("100")))
        let paid = Fill(
            venue: fill.venue, tradeID: fill.tradeID, clientID: fill.clientID, symbol: fill.symbol, side: fill.side,
            price: fill.price, quantity: fill.quantity, fee: try #require(Money("5")), at: fill.at)
        try bench.take(batch(bench, .fill(paid), .order(report)))
        bench.now = bench.now + .seconds(1)
        let exit = try #require(try bench.signal(0).orders.first).clientID
        try bench.fill(exit, "4.95")
        bench.manners[Self.one] = .refusing("NOTHING_TO_CLOSE")
        let ended = try #require(try bench.venues[Self.one]?.cancel(.client(exit)).get())
        bench.venues[Self.one]?.positions[try Bench.symbol()] = nil
        try bench.take(batch(bench, .order(ended)))
        bench.manners[Self.one] = .prompt
        bench.now = bench.now + .seconds(1)
        return bench
    }

    private func batch(_ bench: Bench, _ events: VenueEvent...) -> EngineEvent {
        .venue(VenueBatch(broker: Self.one, at: bench.now, events: events))
    }
}
