import Core
import Engine
import Testing

/// Found by a seed of the chaos runs: news of an order made the engine forget that nobody had answered its
/// cancellation, so that the order stood for ever and the venue was never flat.
@Suite struct LostCancellationTests {
    @Test func aLostCancellationIsRepeatedAlthoughTheOrderIsHeardOf() throws {
        var bench = try Bench()
        _ = try bench.enter()
        bench.manners[BrokerName("one")] = .losingCancellations
        try bench.take(.kill(reason: "test"))
        for _ in 0..<4 {
            try bench.wait(.seconds(1))
            try bench.take(.snapshot(bench.one.snapshot(at: bench.now)))
        }
        bench.manners = [:]
        try bench.wait(.seconds(30))
        #expect(try bench.one.snapshot(at: bench.now).isFlat)
        #expect(bench.engine.kill.phase == .flat)
    }

    @Test func aPartThatIsFilledMeanwhileChangesNothingOfThat() throws {
        var bench = try Bench()
        let entry = try bench.enter()
        bench.manners[BrokerName("one")] = .losingCancellations
        try bench.take(.kill(reason: "test"))
        try bench.fill(entry, "2")
        try bench.wait(.seconds(1))
        bench.manners = [:]
        try bench.seeThrough()
        #expect(try bench.one.snapshot(at: bench.now).isFlat)
        #expect(bench.engine.kill.phase == .flat)
    }

    /// A stop that grew with the position was placed anew; the cancellation of the smaller one got lost.
    @Test func aStopThatWasReplacedDoesNotStay() throws {
        var bench = try Bench()
        let entry = try bench.enter()
        try bench.fill(entry, "2")
        let small = try #require(try bench.openStop()?.clientID)
        bench.manners[BrokerName("one")] = .losingCancellations
        try bench.fill(entry)
        try bench.wait(.seconds(3))
        bench.manners = [:]
        try bench.wait(.seconds(60))
        let stops = try bench.one.openOrders.filter { if case .stop = $0.kind { true } else { false } }
        #expect(stops.map(\.quantity) == [Quantity("5")] && stops.first?.clientID != small)
    }

    /// The venue refuses once to cancel what is of no use any more: nobody waits for a price or a reading to ask again.
    @Test(arguments: [true, false]) func aRefusedCancellationIsAskedForAgainBeforeLong(isFlat: Bool) throws {
        var bench = try Bench()
        let entry = try bench.enter()
        try bench.fill(entry, isFlat ? "5" : "2")
        let stop = try #require(try bench.openStop()?.clientID)
        bench.now = bench.now + .seconds(1)
        let filled = isFlat ? try #require(try bench.signal(0).orders.first).clientID : entry
        bench.manners[BrokerName("one")] = .refusingCancellations
        #expect(try bench.fill(filled).cancelled.contains(.client(stop)))
        bench.manners = [:]
        #expect(try bench.wait(.seconds(3)).cancelled.contains(.client(stop)))
        let stops = try bench.one.openOrders.filter { if case .stop = $0.kind { true } else { false } }
        #expect(stops.map(\.quantity) == (isFlat ? [] : [Quantity("5")]))
    }
}
