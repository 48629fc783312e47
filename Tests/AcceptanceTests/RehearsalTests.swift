import Core
import Foundation
import Signals
import Testing

extension Acceptance {
    /// An artifact of the bundled bars at the local venue, whose bars are the same ones moved to the present, with
    /// nothing set but addresses, keys and the permission to trade.
    @Suite struct RehearsalTests {
        /// A trained artifact whose production genome asks several timeframes before it enters.
        private func artifact(_ shared: Workshop.Shared, threshold: Double) throws -> SignalsArtifact {
            let made = try SignalsArtifact.decode(Array(Data(contentsOf: URL(filePath: shared.artifact))))
            var asset = try #require(made.assets.first { $0.symbol.name == "BTCUSDT" })
            asset.production.genome.merge(["timeframeGate": 1, "timeframeThreshold": threshold]) { $1 }
            for fold in asset.folds.indices {
                asset.folds[fold].genome.merge(["timeframeGate": 1, "timeframeThreshold": threshold]) { $1 }
            }
            var origin = made.origin
            origin.timeframes = try TimeframeWeights("1h=.5,4h=.5")
            return try SignalsArtifact(origin: origin, assets: [asset])
        }

        /// What the genome decides at the close of the last bar when its trade window began one window before it.
        private func decision(_ artifact: SignalsArtifact, _ bars: [Bar]) throws -> StrategyDecision? {
            let asset = try #require(artifact.assets.first)
            let genome = try #require(StrategyGenome(namedGenes: asset.production.genome))
            try #require(genome.looksAtTimeframes)
            let weights = try #require(artifact.origin.timeframes)
            var strategy = LiveStrategy(
                genome: genome, costs: artifact.origin.costs,
                timeframes: TimeframeTrend(weights, base: artifact.origin.interval))
            let start = max(0, bars.count - artifact.origin.tradeWindow)
            for bar in bars[..<start] { strategy.warm(bar) }
            return bars[start...].map { strategy.decide($0) }.last
        }

        /// Whether a position of this decision is kept through the next bar, wherever in it the price is now: an hour's
        /// extreme beyond the stop would end it before anybody could look.
        private func keeps(_ decision: StrategyDecision, through bar: Bar) -> Bool {
            let room = abs(bar.open - decision.stop) / 4
            return decision.target > 0
                ? bar.low > decision.stop + room && !(bar.high > decision.takeProfit - room)
                : bar.high < decision.stop - room && !(bar.low < decision.takeProfit + room)
        }

        private func bars(_ folder: String) throws -> [Bar] {
            let text = try String(contentsOf: URL(filePath: folder).appending(path: "BTCUSDT-1h.csv"), encoding: .utf8)
            return try text.split(separator: "\n").dropFirst().map { line in
                let values = line.split(separator: ",").compactMap { Double($0) }
                try #require(values.count == 6)
                return Bar(
                    openTime: Timestamp(milliseconds: Int64(values[0])), open: values[1], high: values[2],
                    low: values[3], close: values[4], volume: values[5])
            }
        }

        /// Strategies are flat now and then: a moment at which one holds something, and goes on holding it.
        private func held(_ shared: Workshop.Shared) throws -> (artifact: SignalsArtifact, start: Timestamp) {
            let bars = try bars(shared.bars)
            for threshold in [0.25, 0, -0.5, -1] {
                let artifact = try artifact(shared, threshold: threshold)
                for row in stride(from: 975, to: bars.count - 1, by: 4) {
                    let moments = try (row - 1...row + 1).map { next in
                        (try #require(try decision(artifact, Array(bars[..<next]))), bars[next])
                    }
                    guard moments.allSatisfy({ $0.0.target > 0.01 }) || moments.allSatisfy({ $0.0.target < -0.01 }),
                        moments.allSatisfy({ keeps($0.0, through: $0.1) })
                    else { continue }
                    return (artifact, bars[row].openTime)
                }
            }
            throw HoldsNothing()
        }

        /// The strategy is flat all the time.
        private struct HoldsNothing: Error {}

        @Test func anArtifactTradesAtTheTwinWithNothingElseSet() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let (artifact, start) = try held(shared)
            try Data(try artifact.encode()).write(to: site.url.appending(path: "signals.bin"))
            let twin = try await TwinAtWork(
                site, ["--from", String(start.milliseconds)], bars: shared.bars)
            let command = [
                "run", "--mode", "live", "--loop", "--assets", "BTCUSDT", "--signals", "signals.bin", "--bars",
                shared.bars, "--state-dir", "state",
            ]
            let runner = try Program(
                command, in: site.url, environment: twin.environment.merging(["ALLOW_LIVE": "1"]) { $1 })
            try await twin.until("a protected position") { $0.held.count == 1 && !$0.livePlans.isEmpty }
            try await site.succeed(["kill"])
            let end = try await runner.end()
            #expect(end.status == 10, "\(end.text)")
            #expect(end.errors.contains("This rehearses the trading"), "\(end.text)")
            #expect(try await twin.books().isFlat)
            try await site.expectEqualBooks(with: [twin], at: #_sourceLocation)
            try await twin.stop()
        }

        /// A name that only begins like this machine's is another machine: there every limit needs a decision.
        @Test(arguments: ["http://localhost.example.com", "http://127.0.0.1.example.com", "http://user@127.0.0.1"])
        func otherMachinesAreNoRehearsal(url: String) async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let keys = ["BITGET_API_KEY": "k", "BITGET_API_SECRET": "s", "BITGET_API_PASSPHRASE": "p"]
            try await site.fail(
                78, saying: ["RISK_MAX_ORDER_NOTIONAL"],
                ["run", "--mode", "live", "--signals", shared.artifact, "--bars", shared.bars, "--state-dir", "state"],
                environment: keys.merging(["ALLOW_LIVE": "1", "BITGET_BASE_URL": url]) { $1 })
        }
    }
}
