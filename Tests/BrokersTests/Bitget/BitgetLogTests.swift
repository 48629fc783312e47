import Brokers
import Core
import Logging
import Synchronization
import Testing

/// What an operator reads names the place and the remedy.
@Suite(.fewAtOnce) struct BitgetLogTests {
    /// What was logged, one line each.
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])

        var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

        /// Waits for a line with all of these words.
        func line(with words: String...) async throws -> String {
            let end = ContinuousClock.now + .seconds(60)
            while ContinuousClock.now < end {
                let found = lines.withLock { $0.first { line in words.allSatisfy { line.contains($0) } } }
                if let found { return found }
                try await Task.sleep(for: .milliseconds(20))
            }
            throw Missing(words: words, lines: lines.withLock { $0 })
        }

        private struct Missing: Error {
            let words: [String]
            let lines: [String]
        }

        private struct Handler: LogHandler {
            let lines: Lines
            var metadata: Logger.Metadata = [:]
            var logLevel = Logger.Level.trace

            subscript(metadataKey key: String) -> Logger.Metadata.Value? {
                get { metadata[key] }
                set { metadata[key] = newValue }
            }

            func log(event: LogEvent) {
                let text = "\(event.level) \(event.message) \(event.metadata ?? [:])"
                lines.lines.withLock { $0.append(text) }
            }
        }
    }

    private func withLines(_ standIn: BitgetStandIn, _ body: (BitgetBroker, Lines) async throws -> Void) async throws {
        let server = try await standIn.serve()
        let lines = Lines()
        let broker = try BitgetBroker(
            BitgetBench.settings(port: server.port, isSpot: standIn.isSpot), log: lines.logger)
        do {
            try await broker.start(VenueWatch(symbols: [BitgetBench.symbol], interval: nil, barsAfter: .epoch))
            try await body(broker, lines)
        } catch {
            await broker.stop()
            await server.stop()
            throw error
        }
        await broker.stop()
        await server.stop()
    }

    @Test func tooManyRequestsNameThePathAndTheRemedy() async throws {
        let standIn = BitgetStandIn()
        try await withLines(standIn) { _, lines in
            standIn.fail("order/fills", .throttled(retryAfter: nil), times: 100)
            let line = try await lines.line(with: "orders could not be read", "429")
            #expect(line.contains("/api/v2/mix/order/fills"), "\(line)")
            #expect(line.contains("other programs use this key"), "\(line)")
        }
    }

    @Test func aFeeInAnotherCoinNamesTheExecutionAndTheRemedy() async throws {
        let standIn = BitgetStandIn()
        standIn.state.withLock { $0.feeCoin = "BGB" }
        try await withLines(standIn) { broker, lines in
            _ = await broker.submit(BitgetBench.request("fee", .buy))
            let line = try await lines.line(with: "a fee in another coin is booked as zero")
            let trade = try #require(standIn.state.withLock { $0.exchange.trades.first?.id })
            #expect(line.contains("BGB") && line.contains(trade), "\(line)")
            #expect(line.contains("switch off paying fees in BGB"), "\(line)")
        }
    }
}
