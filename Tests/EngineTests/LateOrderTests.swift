import Core
import Engine
import Testing

/// An order that was believed lost and arrives after the kill switch was pulled.
@Suite struct LateOrderTests {
    private static let one = BrokerName("one")

    @Test func noHaltIsProvenBeforeALostOrderCanNotArriveAnyMore() throws {
        var bench = try Bench()
        bench.manners[Self.one] = .lost
        let entry = try bench.enter()
        let request = try #require(bench.effects.orders.first { $0.clientID == entry })
        bench.manners = [:]
        try bench.kill()
        try bench.wait(.seconds(8))
        #expect(bench.engine.desks.first?.openOrders.isEmpty == true, "it is believed lost")
        #expect(bench.engine.kill.phase == .flattening)
        _ = try bench.submit(request, to: Self.one)
        _ = try bench.execute(entry, at: try #require(Price("100")))
        try bench.wait(.seconds(30))
        try bench.seeThrough()
        #expect(bench.engine.kill.phase == .flat)
        #expect(try bench.one.snapshot(at: bench.now).isFlat)
    }

    /// Where nothing is reduce-only, a close that is late would turn what the next one has closed.
    @Test func aCloseThatMayStillArriveIsNotSentAgainWhereItCouldTurn() throws {
        var bench = try Bench(reduceOnly: false)
        try bench.hold()
        bench.manners[Self.one] = .losingRequests(1)
        try bench.kill()
        try bench.wait(.seconds(9))
        #expect(closes(bench).count == 1, "nobody knows of it, but it may still be on its way")
        try bench.wait(.seconds(5))
        let sent = closes(bench)
        #expect(sent.count == 2 && Set(sent.map(\.clientID)).count == 2)
        try bench.seeThrough()
        #expect(try bench.engine.kill.phase == .flat && bench.one.snapshot(at: bench.now).isFlat)
    }

    private func closes(_ bench: Bench) -> [OrderRequest] { bench.effects.orders.filter { $0.purpose == .flatten } }
}
