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

    private func batch(_ bench: Bench, _ events: VenueEvent...) -> EngineEvent {
        .venue(VenueBatch(broker: Self.one, at: bench.now, events: events))
    }
}
