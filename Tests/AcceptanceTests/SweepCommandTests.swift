import Core
import Foundation
import Signals
import Testing

extension Acceptance {
    /// `aitrade signals sweep` as a user meets it.
    @Suite struct SweepCommandTests {
        private func sweep(_ bars: String, _ more: [String] = []) -> [String] {
            [
                "signals", "sweep", "--bars", bars, "--assets", "BTCUSDT", "--above", "ema:4..12:2", "--below",
                "sma:20..60:8",
            ]
                + more
        }

        @Test func everyPairIsWrittenAndTheBestIsJudgedOnWhatItNeverSaw() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let end = try await site.succeed(
                sweep(shared.bars, ["--csv", "out/pairs.csv", "--report", "out/page", "--held-out", "0.4"]))
            for words in ["buy and hold", "the pair in the middle", "independent", "by luck", "gate", "edge"] {
                #expect(end.output.contains(words), "\(words): \(end.text)")
            }
            #expect(end.errors.contains("rules"), "\(end.text)")
            let lines = String(decoding: try site.data("out/pairs.csv"), as: UTF8.self).split(separator: "\n")
            #expect(lines.count == 1 + 5 * 6 && lines[0] == "symbol,above,below,chosen_on,held_out")
            let best = try #require(
                lines.dropFirst().map { Double($0.split(separator: ",")[3]) ?? -1 }.max())
            let page = String(decoding: try site.data("out/page/sweep.html"), as: UTF8.self)
            #expect(!page.contains("http://") && !page.contains("https://") && !page.contains("<script"))
            for words in [
                "prefers-color-scheme:dark", "no evidence", "Deployment gate", "Deflated Sharpe", "class=\"mark\"",
            ] {
                #expect(page.contains(words), "\(words)")
            }
            #expect(page.components(separatedBy: "<title>below:").count == 1 + 2 * 30)
            let asset = try #require((try site.json("out/page/sweep.json")["assets"] as? [[String: Any]])?.first)
            let chosen = try #require(asset["chosenOn"] as? [String: Any])
            #expect(chosen["netReturn"] as? Double == best && chosen["bars"] as? Int == 1300 * 6 / 10 - 60)
            #expect((asset["heldOut"] as? [String: Any])?["bars"] as? Int == 520)
        }

        /// The same sweep counts once, another one as well, and whatever is trained later knows of both.
        @Test func everyPairCountsAsATrial() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            func known(_ more: [String]) async throws -> Int {
                let report = try await site.succeed(sweep(shared.bars, more + ["--json"])).jsonObject()
                let asset = try #require((report["assets"] as? [[String: Any]])?.first)
                let trials = (asset["judgement"] as? [String: Any])?["trials"] as? [String: Any]
                return try #require(trials?["trials"] as? Int)
            }
            #expect(try await known([]) == 30)
            #expect(try await known([]) == 30)
            #expect(try await known(["--fee-bps", "5"]) == 60)
            let lines = try #require(
                try await site.succeed(["signals", "trials", "--json"]).jsonObject()["lines"] as? [[String: Any]])
            let kinds = lines.compactMap { ($0["entry"] as? [String: Any])?["kind"] as? String }
            #expect(kinds == ["begun", "finished", "begun", "finished", "begun", "finished"])
            try await site.succeed(
                ["signals", "--bars", shared.bars, "--out", "one.bin", "--assets", "BTCUSDT", "--train-window", "500"]
                    + ["--trade-window", "200", "--population", "8", "--generations", "2"])
            let inspected = try await site.succeed(["signals", "inspect", "one.bin", "--json"]).jsonObject()
            let own = try #require(inspected["search"] as? [String: Any])["trials"] as? Int ?? 0
            let text = try await site.succeed(["signals", "inspect", "one.bin"]).output
            #expect(text.contains("\(own + 60) genomes tried"), "\(own): \(text)")
        }

        @Test func mistakesNameTheFlagAndItsRemedy() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let command = ["signals", "sweep", "--bars", shared.bars, "--assets", "BTCUSDT"]
            let mistakes: [(Int32, [String], [String])] = [
                (64, ["--above", "rsi", "fix:"], ["--above", "rsi:14"]),
                (64, ["--below", "no periods", "fix:"], ["--below", "ema"]),
                (64, ["--above, --below", "no pair", "fix:"], ["--above", "ema:90", "--below", "ema:30"]),
                (64, ["--above, --below", "at most", "fix:"], ["--above", "ema:1..900", "--below", "sma:1..900"]),
                (64, ["--held-out"], ["--held-out", "2"]), (64, ["--fee-bps"], ["--fee-bps", "-1"]),
                (64, ["--threads"], ["--threads", "0"]), (64, ["--top"], ["--top", "0"]),
                (78, ["BTCUSDT", "--below", "fix:"], ["--below", "ema:5000"]),
                (65, ["BTCUSDT", "--interval"], ["--interval", "7m"]),
                (73, ["--csv", "fix:"], ["--csv", "."]), (65, ["NOBARS"], ["--assets", "NOBARS"]),
            ]
            for (status, words, flags) in mistakes { try await site.fail(status, saying: words, command + flags) }
            // Nothing was tried, so nothing was counted.
            try await site.fail(65, saying: ["no trial ledger"], ["signals", "trials"])
        }

        @Test func manyAssetsAreSweptInTurnAndShortOnesLeftOut() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let command = ["signals", "sweep", "--bars", shared.bars, "--above", "close", "--below", "vwap:10..40:10"]
            let report = try await site.succeed(command + ["--json"]).jsonObject()
            let assets = try #require(report["assets"] as? [[String: Any]])
            #expect(assets.compactMap { $0["symbol"] as? String } == ["BTCUSDT", "LINKUSDT"])
            // Who looks at two assets has tried twice as much.
            let counts = assets.compactMap { ($0["judgement"] as? [String: Any])?["trials"] as? [String: Any] }
            #expect(counts.compactMap { $0["trials"] as? Int } == [8, 8])
        }
    }
}
