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
}
