import Brokers
import Core
import Foundation
import Synchronization
import Testing

/// History is asked for in stretches that the contract allows, one after the other and without a gap.
@Suite(.fewAtOnce) struct TinkoffPagingTests {
    /// The longest stretch of one request in days, months of thirty days each, and the most candles of one.
    private static let limits: [(interval: String, word: String, days: Int64, most: Int64)] = [
        ("1m", "1_MIN", 1, 2400), ("2m", "2_MIN", 1, 1200), ("3m", "3_MIN", 1, 750), ("5m", "5_MIN", 7, 2400),
        ("10m", "10_MIN", 7, 1200), ("15m", "15_MIN", 21, 2400), ("30m", "30_MIN", 21, 1200), ("1h", "HOUR", 90, 2400),
        ("2h", "2_HOUR", 90, 2400), ("4h", "4_HOUR", 90, 700), ("1d", "DAY", 2190, 2400), ("1w", "WEEK", 1825, 300),
    ]

    @Test(arguments: limits.indices) func noStretchIsLongerThanIsAllowed(which: Int) async throws {
        let row = Self.limits[which]
        let standIn = TinkoffStandIn()
        try await withTinkoff(standIn, isStarted: false) { broker, _ in
            let interval = try #require(BarInterval(row.interval))
            let end = Timestamp(milliseconds: TinkoffStandIn.now())
            let from = end - .seconds(row.days * 5 * 43_200)
            #expect(try await broker.bars(TinkoffBench.symbol, interval, from: from, to: end).isEmpty)
            let bodies = standIn.state.withLock { state in
                state.bodies.filter { $0.method == "MarketDataService/GetCandles" }.map(\.body)
            }
            var reached = from
            for body in bodies {
                let root = try JSONText(Array(body.utf8)).root
                let start = try #require(TinkoffTime.read(root["from"]?.string))
                let stop = try #require(TinkoffTime.read(root["to"]?.string))
                #expect(root["interval"]?.string == "CANDLE_INTERVAL_\(row.word)")
                #expect(start == reached && stop > start, "stretches follow each other")
                #expect((stop - start).milliseconds <= row.days * 86_400_000)
                #expect((stop - start).milliseconds / interval.milliseconds <= row.most)
                reached = stop
            }
            #expect(reached >= end && bodies.count >= 3)
        }
    }
}
