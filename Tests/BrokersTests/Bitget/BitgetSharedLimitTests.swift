import Brokers
import Core
import Testing

/// The venue counts requests by account and address: futures and spot of one account use up the same allowance.
@Suite(.fewAtOnce) struct BitgetSharedLimitTests {
    @Test func bothMarketsOfAnAccountShareItsAllowance() async throws {
        let standIn = BitgetStandIn(isUnified: true)
        let server = try await standIn.serve()
        var settings = BitgetBench.settings(port: server.port, isSpot: false)
        settings.family = .unified
        // One call of each kind in a second.
        settings.pace = 0.1
        let futures = try BitgetBroker(settings)
        settings.market = .spot
        let spot = try BitgetBroker(settings)
        let begun = ContinuousClock.now
        _ = try await futures.snapshot()
        _ = try await spot.snapshot()
        let arrivals = standIn.requests("/account/assets").map(\.arrival)
        #expect(arrivals.count == 2)
        // From the beginning on: the first request may be long on its way, and the second not.
        let waited = try #require(arrivals.last) - begun
        #expect(waited > .milliseconds(800), "\(waited)")
        await futures.stop()
        await spot.stop()
        await server.stop()
    }
}
