import Core
import Engine
import Testing

/// A halt while a market is closed.
@Suite struct ClosedMarketTests {
    private static let one = BrokerName("one")

    private func session(_ bench: inout Bench, open: Bool) throws {
        let news = VenueEvent.session(try Bench.symbol(), isOpen: open, next: nil)
        try bench.take(.venue(VenueBatch(broker: Self.one, at: bench.now, events: [news])))
    }

    @Test func theCloseWaitsForTheMarketAndTheResidualIsToldOnceInMoney() throws {
        var bench = try Bench()
        try bench.hold()
        try session(&bench, open: false)
        let before = bench.effects.orders.count
        try bench.kill()
        try bench.wait(.seconds(50))
        #expect(bench.engine.kill.phase == .flattening)
        #expect(bench.effects.orders.count == before, "nothing is sent to a closed market")
        let told = bench.effects.compactMap { if case .alert(let alert) = $0 { alert } else { nil } }
            .filter { $0.code == "RESIDUAL_EXPOSURE" }
        #expect(told.count == 1)
        #expect(told.first?.message.contains("5 stay open, worth 500 USDT") == true, "\(told)")
        try session(&bench, open: true)
        try bench.wait(.seconds(5))
        try bench.seeThrough()
        #expect(bench.engine.kill.phase == .flat)
        #expect(try bench.one.positions[Bench.symbol()] == .zero)
    }

    @Test func aLostOpeningKeepsNothingOpenForEver() throws {
        var bench = try Bench()
        try bench.hold()
        try session(&bench, open: false)
        try bench.kill()
        try bench.wait(.seconds(70))
        try bench.seeThrough()
        #expect(bench.engine.kill.phase == .flat)
    }

    @Test func engagingAgainKeepsTheFirstInstantAndReason() throws {
        var bench = try Bench()
        try bench.hold()
        try bench.kill()
        let first = try #require(bench.engine.kill.engagedAt)
        bench.now = bench.now + .seconds(60)
        try bench.take(.kill(reason: "later"))
        #expect(bench.engine.kill.engagedAt == first && bench.engine.kill.reason != "later")
    }
}
