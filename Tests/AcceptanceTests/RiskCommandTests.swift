import Foundation
import Testing

extension Acceptance {
    /// The limits as a user meets them: refused, counted, shown, loosened on purpose.
    @Suite struct RiskCommandTests {
        /// Everything off that stops the whole replay, so that single rules can be seen.
        private static let calm = [
            "RISK_MAX_LOSS_STREAK": "off", "RISK_MAX_DRAWDOWN_PCT": "off", "RISK_MAX_DAILY_LOSS": "off",
        ]

        @Test func whyNamesTheRuleWithItsFiguresWhileTheRunnerIsDown() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let tight = Self.calm.merging(["RISK_MAX_ORDER_NOTIONAL": "USDT:10"]) { $1 }
            let run = try await site.succeed(shared.replay + ["--json"], environment: tight).jsonObject()
            let refused = (run["risk"] as? [String: Any])?["refused"] as? [[String: Any]]
            #expect(refused?.first?["code"] as? String == "MAX_ORDER_NOTIONAL")
            #expect(refused?.first?["entries"] as? Int ?? 0 > 3)
            let why = try await site.succeed(["why", "BTCUSDT"]).output
            let form = /no trade: MAX_ORDER_NOTIONAL [0-9.]+ > 10\.00 at \d\d:\d\d:\d\d\n/
            #expect(why.prefixMatch(of: form) != nil, "\(why)")
            #expect(why.contains("no runner is running"))
            let json = try await site.succeed(["why", "btcusdt", "--json"]).jsonObject()
            #expect(json["code"] as? String == "MAX_ORDER_NOTIONAL" && json["trades"] as? Bool == false)
            #expect((json["verdict"] as? String)?.contains("> 10.00 at") == true)
            let status = try await site.succeed(["status"]).output
            #expect(status.contains("no trade: MAX_ORDER_NOTIONAL") && status.contains("refused"))
            try await site.fail(64, saying: ["NOPE", "BTCUSDT"], ["why", "NOPE"])
        }

        @Test func backtestAndRunReportTheSameRefusals() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let tight = ["RISK_MAX_POSITION_NOTIONAL": "100", "RISK_MAX_ORDER_NOTIONAL": "off"]
            let run = try await site.succeed(shared.replay + ["--json"], environment: tight).jsonObject()
            let flags = ["--signals", shared.artifact, "--bars", shared.bars, "--json", "--report", "report"]
            let backtest = try await site.succeed(["backtest"] + flags, environment: tight).jsonObject()
            #expect(run["risk"] as? NSDictionary == backtest["risk"] as? NSDictionary)
            #expect(try site.json("report/risk.json") as NSDictionary == run["risk"] as? NSDictionary)
            let rows = String(decoding: try site.data("report/refusals.csv"), as: UTF8.self)
            #expect(rows.contains("MAX_POSITION_NOTIONAL"))
        }

        @Test func aLossStopsTradingUntilSomebodyReleasesIt() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let strict = Self.calm.merging(["RISK_MAX_LOSS_STREAK": "1"]) { $1 }
            let stopped = try await site.succeed(shared.replay, environment: strict).output
            #expect(stopped.contains("stopped    LOSS_STREAK 1 >= 1 at"), "\(stopped)")
            let why = try await site.succeed(["why", "BTCUSDT"]).output
            #expect(why.contains("no trade: LOSS_STREAK 1 >= 1 at") && why.contains("aitrade release --by"))
            #expect(try await site.succeed(["status"]).output.contains("aitrade release --by NAME --rule LOSS_STREAK"))
            let daily = try await site.succeed(
                shared.replay + ["--new", "--release", "daily", "--json"], environment: strict
            ).jsonObject()
            let trades = (daily["summaries"] as? [[String: Any]])?.compactMap { $0["trades"] as? Int }.reduce(0, +)
            #expect(trades ?? 0 > 2)
            #expect(try await site.succeed(["ledger", "verify"]).output.contains("sound"))
        }

        @Test func aLossThatHaltsEndsFlatWithTheKillSwitchLatched() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let strict = Self.calm.merging(["RISK_MAX_LOSS_STREAK": "1", "RISK_ON_LOSS_STREAK": "halted"]) { $1 }
            let end = try await site.run(shared.replay, environment: strict)
            #expect(end.status == 10 && end.output.contains("LOSS_STREAK"), "\(end.text)")
            #expect(try await site.succeed(["why", "BTCUSDT"]).output.contains("no trade: KILL_SWITCH LOSS_STREAK"))
            #expect(try await site.run(shared.replay, environment: strict).status == 10)
        }

        @Test func limitsThatNobodySetAreShownAtStartAndLater() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let set = ["RISK_MAX_QUANTITY": "off", "RISK_MAX_LEVERAGE": "3"]
            let start = try await site.succeed(shared.replay + ["--max-steps", "2"], environment: set).output
            let line = try #require(start.split(separator: "\n").first { $0.contains("Limits that nobody set") })
            #expect(line.contains("RISK_MAX_ORDER_NOTIONAL") && !line.contains("RISK_MAX_QUANTITY"))
            #expect(!line.contains("RISK_MAX_LEVERAGE"))
            let status = try await site.succeed(["status"]).output
            #expect(status.contains("nobody set") && status.contains("RISK_MAX_ORDER_NOTIONAL"))
        }

        @Test(arguments: [
            ("RISK_MAX_DAILY_LOSS", "USD:"), ("RISK_MAX_LOSS_STREAK", "0"), ("RISK_ON_DRAWDOWN", "panic"),
            ("RISK_GROUPS", "majors:BTCUSDT"), ("RISK_REGIME_SHRINK", "1"), ("RISK_COOLDOWN_SECONDS", "1.5"),
        ])
        func aMalformedLimitIsNamed(key: String, value: String) async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            try await site.fail(78, saying: [key, "fix:"], shared.replay, environment: [key: value])
        }

        @Test func theRegimeBlocksWhenItIsAgainstEntriesAndWhenNobodyKnowsIt() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let bad = #"{"schema": 1, "readings": [{"at": 0, "dxyChangePct": 0.41}]}"#
            try site.write(bad, to: "regime.json")
            let old = Self.calm.merging(["RISK_REGIME_SOURCE": "regime.json"]) { $1 }
            let stale = try await site.succeed(shared.replay, environment: old).output
            #expect(stale.contains("REGIME_STALE"), "\(stale)")
            try site.write("{", to: "regime.json")
            let broken = try await site.succeed(shared.replay + ["--new"], environment: old).output
            #expect(broken.contains("REGIME_STALE"))
            #expect(try await site.succeed(["why", "BTCUSDT"]).output.contains("unreadable"))
        }
    }
}
