import Brokers
import Core
import Synchronization
import Testing

@Suite(.fewAtOnce) struct BitgetHistoryTests {
    @Test(arguments: [false, true]) func barsAreReadBackwardsWithoutGaps(isUnified: Bool) async throws {
        let venue = BitgetStandIn(isUnified: isUnified)
        let hour = try #require(BarInterval("1h"))
        let first = BitgetStandIn.now() / 3_600_000 * 3_600_000 - 3_600_000 * 2500
        venue.state.withLock { state in
            state.bars = (0...2500).map { [String(first + $0 * 3_600_000), "1", "2", "0.5", "1.5", "10", "15"] }
        }
        let server = try await venue.serve()
        var settings = BitgetBench.settings(port: server.port, isSpot: false)
        settings.family = isUnified ? .unified : .classic
        let history = try BitgetHistory(settings)
        let now = Timestamp(milliseconds: BitgetStandIn.now())
        let bars = try await history.bars(
            BitgetBench.symbol, hour, from: Timestamp(milliseconds: first), to: now, closedAt: now
        ) { _ in }
        #expect(bars.count == 2500)
        #expect(zip(bars, bars.dropFirst()).allSatisfy { $1.openTime - $0.openTime == hour.span })
        await history.shutdown()
        await server.stop()
    }
}
