import Foundation
import Testing

extension Acceptance {
    /// Every bundled asset through the whole main job, hourly and daily, without a special case.
    @Suite struct BundleTests {
        @Test(arguments: [("1h", "walk", 3), ("1d", "walk", 3), ("1d", "universal", 3)])
        func theBundleGoesThrough(interval: String, mode: String, assets: Int) async throws {
            let site = try Site()
            try Workshop.copyBars(to: site.url.appending(path: "data_cache/bars"))
            let trained = try await site.succeed(
                [
                    "signals", "--mode", mode, "--interval", interval, "--population", "8", "--generations", "2",
                    "--json",
                ])
            #expect((try trained.jsonObject()["assets"] as? [Any])?.count == assets)
            try await site.succeed(["signals", "verify", "--cuts", "3"])
            let backtest = try await site.succeed(["backtest", "--json"]).jsonObject()
            let run = try await site.succeed(["run", "--loop", "--json"]).jsonObject()
            #expect(run["outcome"] as? String == "finished")
            #expect(run["summaries"] as? NSArray == backtest["summaries"] as? NSArray)
            let trades = (run["summaries"] as? [[String: Any]])?.compactMap { $0["trades"] as? Int }.reduce(0, +) ?? 0
            #expect(trades > 10)
            #expect(try await site.succeed(["ledger", "verify"]).output.contains("sound"))
            #expect(try await site.succeed(["status"]).output.contains("finished"))
            try await site.succeed(["ledger", "pnl"])
            try await site.succeed(["data", "verify"])
        }

        @Test func aBudgetBelowOneLotIsToldAndNotSilence() async throws {
            let site = try Site()
            try Workshop.copyBars(to: site.url.appending(path: "data_cache/bars"), names: ["LKOH-1d"], rows: 900)
            try await site.succeed(
                ["signals", "--interval", "1d", "--population", "8", "--generations", "2", "--assets", "LKOH"])
            for command in [["backtest", "--json"], ["run", "--loop", "--json"], ["backtest"]] {
                let poor = try await site.succeed(command, environment: ["RISK_BUDGET_QUOTE": "1000"])
                #expect(poor.errors.contains("LKOH") && poor.errors.contains("RISK_BUDGET_QUOTE"), "\(poor.text)")
                let rich = try await site.succeed(command + (command[0] == "run" ? ["--new"] : []))
                #expect(rich.errors.isEmpty, "\(rich.text)")
            }
        }
    }
}
