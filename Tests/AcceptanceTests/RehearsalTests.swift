import Foundation
import Testing

extension Acceptance {
    /// An artifact of the bundled bars at the local venue, whose bars are the same ones moved to the present, with
    /// nothing set but addresses, keys and the permission to trade.
    @Suite struct RehearsalTests {
        /// Where the venue's present lies in the bars, in rows of thirteen hundred. Strategies are flat now and then:
        /// several are tried until one of them holds something.
        private static let starts = [975, 1000, 1040, 1080, 1120, 1160, 1200, 1240]

        private func open(_ row: Int) -> String { String(1_704_067_200_000 + Int64(row) * 3_600_000) }

        private func isProtected(_ twin: TwinAtWork) async throws -> Bool {
            for _ in 0..<100 {
                let books = try await twin.books()
                if books.held.count == 1, !books.livePlans.isEmpty { return true }
                try await Task.sleep(for: .milliseconds(50))
            }
            return false
        }

        @Test func anArtifactTradesAtTheTwinWithNothingElseSet() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            for row in Self.starts {
                let twin = try await TwinAtWork(site, ["--from", open(row)], bars: shared.bars)
                let state = "state-\(row)"
                let command = [
                    "run", "--mode", "live", "--loop", "--assets", "BTCUSDT", "--signals", shared.artifact, "--bars",
                    shared.bars, "--state-dir", state,
                ]
                let environment = twin.environment.merging(["ALLOW_LIVE": "1"]) { $1 }
                let runner = try Program(command, in: site.url, environment: environment)
                let trades = try await isProtected(twin)
                try await site.succeed(["kill", "--state-dir", state])
                let end = try await runner.end()
                #expect(end.status == 10, "\(end.text)")
                #expect(end.errors.contains("This rehearses the trading"), "\(end.text)")
                #expect(try await twin.books().isFlat)
                try await twin.stop()
                guard trades else { continue }
                let verified = try await site.succeed(["ledger", "verify", "--state-dir", state, "--json"])
                #expect((try verified.jsonObject()["findings"] as? [Any])?.isEmpty == true, "\(verified.text)")
                return
            }
            Issue.record("the strategy held nothing at any of the starts")
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
