import Foundation
import Glibc
import Testing

extension Acceptance {
    /// What a search takes, what it refuses before it works, and what its report and its gate count.
    @Suite struct SearchCommandTests {
        private func training(_ bars: String, _ out: String, _ more: [String] = []) -> [String] {
            ["signals", "--bars", bars, "--out", out, "--train-window", "500", "--trade-window", "200"]
                + ["--population", "8", "--generations", "2"] + more
        }

        @Test func aUniverseIsEverythingOfItsKindWhoseBarsCanBeMade() async throws {
            let site = try Site()
            let bars = site.url.appending(path: "bars")
            try Workshop.copyBars(to: bars, names: ["LINKUSDT-1h"], rows: 3000)
            let hourly = bars.appending(path: "LINKUSDT-1h.csv")
            let lines = try String(contentsOf: hourly, encoding: .utf8).split(separator: "\n")
            try FileManager.default.removeItem(at: hourly)
            let fourHourly = lines.filter { line in
                Int64(line.prefix { $0 != "," }).map { $0 % 14_400_000 == 0 } ?? true
            }
            // Some have bars of the length, others bars that make them; the new ones are in no list of instruments.
            for (name, lines) in [
                ("BTCUSDT-1h", lines), ("NEWUSDT-4h", fourHourly), ("SHORTUSDT-4h", Array(fourHourly.prefix(101))),
                ("SBER-1h", lines), ("NEWSHARE-4h", fourHourly),
            ] {
                let text = lines.joined(separator: "\n") + "\n"
                try text.write(to: bars.appending(path: "\(name).csv"), atomically: true, encoding: .utf8)
            }
            for (universe, wanted) in [
                ("both", ["BTCUSDT", "NEWSHARE", "NEWUSDT", "SBER"]), ("crypto", ["BTCUSDT", "NEWUSDT"]),
                ("stocks", ["NEWSHARE", "SBER"]),
            ] {
                let end = try await site.succeed(
                    training(bars.path, "\(universe).bin", ["--interval", "4h", "--trials", "\(universe).sqlite"]),
                    environment: ["UNIVERSE_MODE": universe])
                let told = end.output
                // Of a kind that is wanted and too short to train on: left out aloud.
                #expect(end.errors.contains("SHORTUSDT (100 bars)") == (universe != "stocks"), "\(end.text)")
                let names = told.split(separator: "\n").first { $0.hasPrefix("Training") }?
                    .split(separator: " ").filter { $0 == $0.uppercased() && $0.contains { $0.isLetter } }
                #expect(names?.map(String.init) == wanted, "\(universe): \(told)")
            }
        }

        @Test func mistakesAreNamedBeforeTheWork() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let command = training(shared.bars, "one.bin")
            try await site.fail(64, saying: ["--cross-asset-wf needs --mode universal"], command + ["--cross-asset-wf"])
            try await site.fail(73, saying: ["/proc", "fix:"], command + ["--report", "/proc/none/report"])
            try await site.fail(73, saying: ["trial ledger", "fix:"], command + ["--trials", "/proc/trials.sqlite"])
            #expect(try !site.exists("one.bin") && site.names("").allSatisfy { !$0.hasSuffix(".json") })
            for (text, fault) in [
                ("{\"name\": \"a\"", "end of file"),
                ("{\"name\": \"a\", \"summary\": \"s\", \"generations\": 2.5}", "generations: it takes a whole number"),
                ("{\"name\": \"a\", \"summary\": \"s\", \"fitness\": {\"drawdownWeight\": -1}}", "not -1.0"),
            ] {
                try text.write(to: site.url.appending(path: "mine"), atomically: true, encoding: .utf8)
                let own = command + ["--preset", "mine"]
                try await site.fail(65, saying: ["preset mine", fault, "docs/presets.md"], own)
            }
        }

        /// An artifact carries the name of its preset alone, and its report searches anew with what has that name.
        @Test func noPresetOfAFileGoesByABundledName() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            try site.write(#"{"name": "swing", "summary": "Mine.", "genes": {"permission": [1, 1]}}"#, to: "mine.json")
            try await site.fail(
                65, saying: ["preset mine.json", "the bundled 'swing'", "name", "fix:"],
                training(shared.bars, "one.bin", ["--preset", "mine.json"]))
            #expect(!site.exists("one.bin"))
            // A copy that changes nothing is the bundled one.
            let bundled = Workshop.repository.appending(path: "Sources/aitrade/Presets/swing.json").path
            try await site.succeed(training(shared.bars, "two.bin", ["--preset", bundled, "--assets", "BTCUSDT"]))
        }

        @Test func anInterruptedSearchPrintsNothingButJSON() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let started = try Program(
                ["signals", "--bars", shared.bars, "--out", "slow/one.bin", "--train-window", "500", "--json"]
                    + ["--trade-window", "50", "--population", "24", "--generations", "12"], in: site.url)
            #expect(try await waitFor { try site.names("slow").contains { $0.hasSuffix(".done.json") } })
            started.send(SIGINT)
            let end = try await started.end()
            #expect(end.status == 130 && end.output.isEmpty && end.errors.contains("checkpoint"), "\(end.text)")
        }

        @Test func theReportCountsEverySearchAndSaysWhatItCannotTell() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            try site.write(#"{"name": "mine", "summary": "Mine.", "genes": {"permission": [1, 1]}}"#, to: "mine.json")
            let own = ["--preset", "mine.json", "--assets", "BTCUSDT", "--report", "first"]
            try await site.succeed(training(shared.bars, "one.bin", own))
            try await site.succeed(training(shared.bars, "two.bin", ["--assets", "LINKUSDT", "--seed", "4"]))
            try await site.succeed(["signals", "report", "one.bin", "--bars", shared.bars, "--out", "later"])
            func asset(_ folder: String) throws -> [String: Any] {
                try #require((try site.json("\(folder)/report.json")["assets"] as? [[String: Any]])?.first)
            }
            func trials(_ asset: [String: Any]) -> Int? {
                ((asset["judgement"] as? [String: Any])?["trials"] as? [String: Any])?["trials"] as? Int
            }
            let (first, later) = (try asset("first"), try asset("later"))
            let alone = try #require((later["ownTrials"] as? [String: Any])?["trials"] as? Int)
            #expect(trials(first) == alone)
            #expect((trials(later) ?? 0) > alone)
            let page = String(decoding: try site.data("later/report.html"), as: UTF8.self)
            #expect(page.contains("\(alone) by this search on this asset"))
            #expect(page.contains("the preset of this search is not bundled"))
            // Bars that are others make no page.
            let other = site.url.appending(path: "other")
            try Workshop.copyBars(to: other, names: ["BTCUSDT-1h"], rows: 1200)
            try await site.fail(
                65, saying: ["BTCUSDT", "bars are not those", "fix:"],
                ["signals", "report", "one.bin", "--bars", other.path, "--out", "none"])
            #expect(!site.exists("none/report.html"))
        }

        @Test func anOverrideWrittenWhereThereWereNoBooksCountsFromThenOn() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let live = [
                "run", "--mode", "live", "--signals", shared.artifact, "--bars", shared.bars, "--assets", "BTCUSDT",
            ]
            let environment = [
                "ALLOW_LIVE": "1", "RISK_MAX_ORDER_NOTIONAL": "2500", "RISK_MAX_POSITION_NOTIONAL": "off",
                "RISK_MAX_QUANTITY": "off", "RISK_MAX_LEVERAGE": "2",
            ]
            let reason = ["--override-gate", "brought here without its books"]
            for (flags, words) in [(reason, "is overridden for"), ([], "was overridden on")] {
                let end = try await Program.run(live + flags, in: site.url, environment: environment)
                // Past the gate, what is missing next is a key.
                #expect(end.status == 77 && end.errors.contains("BITGET_API_KEY"), "\(end.text)")
                #expect(end.errors.contains(words), "\(end.text)")
            }
        }

        @Test func universalSignalsAreNotTradedInPart() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            try await site.succeed(training(shared.bars, "both.bin", ["--mode", "universal"]))
            let run = ["run", "--signals", "both.bin", "--bars", shared.bars, "--assets", "BTCUSDT", "--mode"]
            try await site.fail(64, saying: ["universal", "LINKUSDT included", "leave --assets out"], run + ["paper"])
            // A replay reads the stored bars of all of them.
            try await site.succeed(run + ["backtest"])
        }
    }
}
