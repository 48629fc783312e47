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

    /// Whoever asks with a clock that is ahead takes bars that still form for closed: the answer tells the time.
    @Test(arguments: [false, true]) func aBarThatStillFormsAtTheVenueIsNotTold(isUnified: Bool) async throws {
        let venue = BitgetStandIn(isUnified: isUnified)
        let minute = try #require(BarInterval("1m"))
        let last = (BitgetStandIn.now() - 120_000) / 60_000 * 60_000
        venue.state.withLock { state in
            state.clockOffset = -120_000
            state.bars = (0...30).map { [String(last + ($0 - 30) * 60_000), "1", "2", "0.5", "1.5", "10", "15"] }
        }
        let server = try await venue.serve()
        var settings = BitgetBench.settings(port: server.port, isSpot: false)
        settings.family = isUnified ? .unified : .classic
        let history = try BitgetHistory(settings)
        let ours = Timestamp(milliseconds: BitgetStandIn.now())
        let bars = try await history.bars(
            BitgetBench.symbol, minute, from: ours - .seconds(3600), to: ours, closedAt: ours
        ) { _ in }
        let theirs = Timestamp(milliseconds: BitgetStandIn.now() - 120_000)
        #expect(bars.count >= 30 && bars.allSatisfy { $0.openTime + minute.span <= theirs }, "\(bars.count)")
        let told = await history.time()
        #expect(abs((told - theirs).milliseconds) < 30_000, "\(told)")
        await history.shutdown()
        await server.stop()
    }
}
