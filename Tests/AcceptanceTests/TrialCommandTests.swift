import Foundation
import Testing

extension Acceptance {
    /// The search's books and the deployment gate, as a user meets them.
    @Suite struct TrialCommandTests {
        private func training(_ bars: String, _ out: String, seed: Int = 3) -> [String] {
            ["signals", "--bars", bars, "--out", out, "--assets", "BTCUSDT", "--train-window", "500"]
                + ["--trade-window", "200", "--population", "8", "--generations", "2", "--seed", "\(seed)"]
        }

        @Test func everySearchIsWrittenDownAndAStrangerIsRefused() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            try await site.fail(65, saying: ["no trial ledger"], ["signals", "trials"])
            let first = try await site.succeed(training(shared.bars, "one.bin") + ["--report", "report"])
            #expect(first.output.contains("gate       BTCUSDT: "))
            try await site.succeed(training(shared.bars, "two.bin", seed: 4))
            let lines = try #require(
                try await site.succeed(["signals", "trials", "--json"]).jsonObject()["lines"] as? [[String: Any]])
            let kinds = lines.compactMap { ($0["entry"] as? [String: Any])?["kind"] as? String }
            #expect(kinds == ["begun", "finished", "begun", "finished"])
            // What the ledger knows runs; what was made elsewhere does not.
            let run = ["run", "--loop", "--bars", shared.bars, "--max-steps", "3", "--signals"]
            #expect(try await site.succeed(run + ["one.bin"]).output.contains("gate       BTCUSDT: "))
            try await site.fail(65, saying: ["not in the trial ledger", "--trials", "fix:"], run + [shared.artifact])
            let inspected = try await site.succeed(["signals", "inspect", "one.bin"]).output
            #expect(inspected.contains("probabilisticSharpe") && inspected.contains("essential"))
            // Both searches count for each of the two.
            let genomes = lines.compactMap { line -> Int? in
                let entry = line["entry"] as? [String: Any]
                guard entry?["kind"] as? String == "finished" else { return nil }
                return ((entry?["assets"] as? [[String: Any]])?.first?["trials"] as? Int)
            }
            #expect(inspected.contains("\(genomes.reduce(0, +)) genomes tried"), "\(inspected)")
        }

        /// Books that are thrown away are missed as long as their head is there: nothing begins anew without a word.
        @Test func booksThatAreGoneAreMissed() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            try await site.succeed(training(shared.bars, "one.bin"))
            let head = try site.data("data_cache/trials.head")
            for name in try site.names("data_cache") where name.hasPrefix("trials.sqlite") {
                try FileManager.default.removeItem(at: site.url.appending(path: "data_cache/\(name)"))
            }
            let run = ["run", "--loop", "--signals", "one.bin", "--bars", shared.bars, "--max-steps", "3"]
            for command in [run, training(shared.bars, "two.bin")] {
                try await site.fail(65, saying: ["trial ledger", "is broken", "fix:"], command)
            }
            #expect(try site.data("data_cache/trials.head") == head && !site.exists("two.bin"))
        }

        @Test func theReportIsOneFileWithoutNetworkAndItsJSONParses() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            try await site.succeed(training(shared.bars, "one.bin") + ["--report", "out/report"])
            let page = String(decoding: try site.data("out/report/report.html"), as: UTF8.self)
            #expect(!page.contains("http://") && !page.contains("https://") && !page.contains("<script"))
            #expect(page.contains("prefers-color-scheme:dark"))
            for heading in ["Out-of-sample equity", "drawdown", "Folds", "Trades on price", "Genome stability"] {
                #expect(page.contains(heading))
            }
            for heading in ["In-sample, fitted", "fitness by generation", "Sensitivity", "Costs", "Monthly returns"] {
                #expect(page.contains(heading))
            }
            let report = try site.json("out/report/report.json")
            let asset = try #require((report["assets"] as? [[String: Any]])?.first)
            #expect((asset["costCases"] as? [[String: Any]])?.compactMap { $0["factor"] as? Double } == [0.5, 1, 2, 4])
            #expect((asset["history"] as? [Any])?.isEmpty == false)
            let months = try #require(asset["months"] as? [[String: Any]])
            let profit = months.compactMap { $0["profit"] as? Double }.reduce(0, +)
            let statistics = try #require(asset["statistics"] as? [String: Any])
            #expect(abs(profit - (try #require(statistics["netReturn"] as? Double))) < 1e-9)
            // The same from the file alone, without what only the training knows.
            try await site.succeed(["signals", "report", "one.bin", "--bars", shared.bars, "--out", "again"])
            #expect(String(decoding: try site.data("again/report.html"), as: UTF8.self).contains("Folds"))
        }

        @Test(arguments: [["walk"], ["universal"], ["universal", "--cross-asset-wf"]])
        func anInterruptedSearchCountsWithWhatItHadTried(mode: [String]) async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let command =
                ["signals", "--mode"] + mode + ["--bars", shared.bars, "--out", "slow/one.bin", "--threads", "1"]
                + ["--train-window", "500", "--trade-window", "50", "--population", "24", "--generations", "12"]
            let started = try Program(command, in: site.url)
            #expect(
                try await waitFor {
                    try site.names("slow").contains { $0.hasSuffix(".done.json") }
                })
            started.send(SIGINT)
            #expect(try await started.end().status == 130)
            let lines = try #require(
                try await site.succeed(["signals", "trials", "--json"]).jsonObject()["lines"] as? [[String: Any]])
            let entries = lines.compactMap { $0["entry"] as? [String: Any] }
            #expect(entries.compactMap { $0["kind"] as? String } == ["begun", "interrupted"])
            let counts = entries.map { entry in
                (entry["assets"] as? [[String: Any]] ?? []).compactMap { $0["trials"] as? Int }
            }
            #expect(counts.allSatisfy { $0.count == 2 } && counts[0].allSatisfy { $0 > 0 }, "\(counts)")
            // The units come in the order of the assets: the first one's had begun.
            #expect(counts[1][0] > 0 && counts[1][0] < counts[0][0] && counts[1][1] < counts[0][1], "\(counts)")
        }

        @Test func liveRefusesNoEdgeUnlessSomebodyWritesDownWhy() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            // Eight genomes on a few hundred hourly bars of one asset find nothing.
            try await site.succeed(training(shared.bars, "one.bin"))
            let header = try await site.succeed(["signals", "inspect", "one.bin", "--json"]).jsonObject()
            #expect(header["verdict"] as? String == "fail")
            let live = ["run", "--mode", "live", "--signals", "one.bin", "--bars", shared.bars]
            let environment = [
                "ALLOW_LIVE": "1", "RISK_MAX_ORDER_NOTIONAL": "2500", "RISK_MAX_POSITION_NOTIONAL": "off",
                "RISK_MAX_QUANTITY": "off", "RISK_MAX_LEVERAGE": "2",
            ]
            try await site.fail(
                77, saying: ["deployment gate", "BTCUSDT", "--override-gate", "fix:"], live, environment: environment)
            try await site.fail(
                64, saying: ["--override-gate", "fix:"], live + ["--override-gate", "yes"], environment: environment)
            let reason = ["--override-gate", "a drill with the smallest size"]
            let overridden = try await Program.run(live + reason, in: site.url, environment: environment)
            // Past the gate, what is missing next is a key.
            #expect(overridden.status == 77 && overridden.errors.contains("BITGET_API_KEY"), "\(overridden.text)")
            #expect(overridden.errors.contains("a drill with the smallest size"))
            // It stays written down, and counts for this file from then on.
            #expect(try await site.succeed(["signals", "trials"]).output.contains("a drill with the smallest size"))
            let again = try await Program.run(live, in: site.url, environment: environment)
            for words in ["was overridden on", "BITGET_API_KEY"] {
                #expect(again.errors.contains(words), "\(again.text)")
            }
        }

        /// An override counts for the assets that it named: another one that fails needs its own.
        @Test func anOverrideCountsForTheAssetsThatItNamed() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let training = training(shared.bars, "one.bin").map { $0 == "BTCUSDT" ? "BTCUSDT,LINKUSDT" : $0 }
            try await site.succeed(training)
            let live = ["run", "--mode", "live", "--signals", "one.bin", "--bars", shared.bars]
            let environment = [
                "ALLOW_LIVE": "1", "RISK_MAX_ORDER_NOTIONAL": "2500", "RISK_MAX_POSITION_NOTIONAL": "off",
                "RISK_MAX_QUANTITY": "off", "RISK_MAX_LEVERAGE": "2",
            ]
            let one = ["--assets", "BTCUSDT", "--override-gate", "only this one, at the smallest size"]
            let overridden = try await Program.run(live + one, in: site.url, environment: environment)
            #expect(overridden.errors.contains("BITGET_API_KEY"), "\(overridden.text)")
            try await site.fail(
                77, saying: ["deployment gate", "fail for LINKUSDT", "--override-gate"], live, environment: environment)
            let other = ["--assets", "LINKUSDT", "--override-gate", "and this one, at the smallest size"]
            _ = try await Program.run(live + other, in: site.url, environment: environment)
            let both = try await Program.run(live, in: site.url, environment: environment)
            #expect(both.errors.contains("was overridden on") && both.errors.contains("BITGET_API_KEY"), "\(both.text)")
        }
    }
}
