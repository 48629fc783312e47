import Core
import Foundation
import Testing

extension Acceptance {
    /// An operator's hands, paper runs and downloads against the local venue.
    @Suite struct TwinCommandsTests {
        private func place(_ live: LiveSite, _ flags: [String], id: String = "by-hand-1") async throws -> Finished {
            try await live.site.run(
                ["orders", "place", "--symbol", "BTCUSDT", "--id", id] + flags, environment: live.environment)
        }

        @Test(arguments: ["classic", "unified"]) func handsPlaceListCancelAndFlatten(account: String) async throws {
            let live = try await LiveSite(["--account", account])
            let bought = try await place(live, ["--side", "buy", "--quantity", "0.01"])
            #expect(bought.status == 0, "\(bought.text)")
            try await live.twin.until("a position") { $0.held.count == 1 }
            let again = try await place(live, ["--side", "buy", "--quantity", "0.01"])
            #expect(again.status == 0, "\(again.text)")
            #expect(try await live.twin.books().held.count == 1, "the same name never trades twice")
            let resting = try await place(
                live, ["--side", "buy", "--quantity", "0.01", "--limit", live.moved(97)], id: "by-hand-2")
            #expect(resting.status == 0, "\(resting.text)")
            let listed = try await live.site.succeed(["orders", "list", "--json"], environment: live.environment)
            #expect(listed.output.contains("by-hand-2"), "\(listed.text)")
            try await live.site.succeed(["orders", "cancel", "by-hand-2"], environment: live.environment)
            let held = try await live.site.succeed(["positions", "--json"], environment: live.environment)
            #expect(held.output.contains("BTCUSDT"), "\(held.text)")
            let flat = try await live.site.run(["flatten"], environment: live.environment)
            #expect(flat.status == 0, "\(flat.text)")
            #expect(try await live.twin.books().isFlat)
            try live.expectNoSecrets()
            try await live.twin.stop()
        }

        /// The call that tells the venue's time is refused for ever: exits leave all the same.
        @Test(arguments: ["classic", "unified"]) func aClockThatIsNotToldHoldsNoFlattenUp(account: String) async throws
        {
            let live = try await LiveSite(["--account", account])
            #expect(try await place(live, ["--side", "buy", "--quantity", "0.01"]).status == 0)
            try await live.twin.until("a position") { $0.held.count == 1 }
            try await live.twin.control("faults", #"{"rules":[{"do":"rateLimit","path":"/api/v2/public/time"}]}"#)
            let flat = try await live.site.run(["flatten"], environment: live.environment)
            #expect(flat.status == 0, "\(flat.text)")
            #expect(try await live.twin.books().isFlat)
            try await live.twin.stop()
        }

        @Test func theGateJudgesHandsToo() async throws {
            let live = try await LiveSite()
            let large = try await place(live, ["--side", "buy", "--quantity", "1"])
            #expect(large.status == 1 && large.errors.contains("MAX_ORDER_NOTIONAL"), "\(large.text)")
            let flip = try await place(live, ["--side", "sell", "--quantity", "0.01", "--reduce-only"])
            #expect(flip.status == 1, "\(flip.text)")
            #expect(try await live.twin.books().orders.isEmpty)
            try await live.twin.stop()
        }

        /// Somebody trades beside the runner: adopted, protected as a whole, held until acknowledged, and counted.
        @Test func anOrderByOtherHandsIsAdoptedProtectedAndCounted() async throws {
            let live = try await LiveSite()
            let runner = try live.start()
            try await live.untilProtected()
            let before = try await live.twin.books().held
            try await live.twin.control(
                "trade", #"{"symbol":"BTCUSDT","side":"buy","size":"0.002","market":"futures"}"#)
            try await live.twin.until("the whole position is protected") { books in
                books.held != before && books.livePlans.count == 2
                    && books.livePlans.allSatisfy { books.held == [TwinBooks.exact($0["qty"])] }
            }
            #expect(try await waitFor { live.hold == "external" }, "entries are not held")
            let why = try await live.site.succeed(["why", "BTCUSDT"]).output
            #expect(why.contains("no trade: EXTERNAL_POSITION"), "\(why)")
            let held = try await live.site.run(["reconcile", "--json"])
            #expect(held.status == 1 && held.output.contains("BTCUSDT"), "\(held.text)")
            let status = try await live.site.succeed(["status"]).output
            #expect(status.contains("2 of 7 opening orders") && status.contains("EXTERNAL"), "\(status)")
            try await live.site.succeed(["acknowledge", "BTCUSDT", "--by", "ann"])
            #expect(try await waitFor { live.hold == nil }, "the acknowledgement was not taken")
            try await live.end(runner)
            #expect(try await live.twin.books().isFlat)
            try await live.expectEqualBooks()
            try await live.twin.stop()
        }

        @Test func handsCountAgainstTheDayWithoutARunner() async throws {
            var live = try await LiveSite()
            live.settings["RISK_MAX_ORDERS_DAY"] = "2"
            for round in 1...2 {
                let bought = try await place(live, ["--side", "buy", "--quantity", "0.01"], id: "by-hand-\(round)")
                #expect(bought.status == 0, "\(bought.text)")
            }
            let third = try await place(live, ["--side", "buy", "--quantity", "0.01"], id: "by-hand-3")
            #expect(third.status == 1 && third.errors.contains("opening order 3 today"), "\(third.text)")
            let exit = try await place(
                live, ["--side", "sell", "--quantity", "0.01", "--reduce-only"], id: "by-hand-4")
            #expect(exit.status == 0, "\(exit.text)")
            try await live.twin.stop()
        }

        @Test(arguments: ["classic", "unified"]) func theDoctorNamesWhatIsWrong(account: String) async throws {
            let live = try await LiveSite(["--account", account])
            let well = try await live.site.run(["doctor"], environment: live.environment)
            #expect(well.status == 0, "\(well.text)")
            var wrong = live.environment
            wrong["BITGET_API_KEY"] = "bg_twin_unknown"
            let refused = try await live.site.run(["doctor"], environment: wrong)
            #expect(refused.status == 1 && refused.output.contains("BITGET_API_KEY"), "\(refused.text)")
            var poor = live.environment
            poor["RISK_BUDGET_QUOTE"] = "1"
            let small = try await live.site.run(["doctor"], environment: poor)
            #expect(small.status == 1 && small.output.contains("RISK_BUDGET_QUOTE"), "\(small.text)")
            try await live.twin.stop()
        }

        @Test func barsAreDownloadedOnceAndResumed() async throws {
            let live = try await LiveSite()
            let command = ["data", "download", "--venue", "bitget", "--assets", "BTCUSDT", "--interval", "1h"]
            let from = Int64(Date().timeIntervalSince1970 * 1000) - 200 * 3_600_000
            let flags = ["--from", String(from), "--bars", "bars", "--json"]
            let first = try await live.site.succeed(command + flags, environment: live.environment)
            let rows = try #require((try first.json() as? [[String: Any]])?.first?["rows"] as? Int)
            #expect((195...200).contains(rows), "\(first.text)")
            try await live.site.succeed(command + flags, environment: live.environment)
            try await live.site.succeed(["data", "verify", "--bars", "bars"])
            try await live.twin.stop()
        }

        @Test func paperTradesNothingAndGoesOnAfterARestart() async throws {
            let live = try await LiveSite()
            let paper = live.command.map { $0 == "live" ? "paper" : $0 }
            var environment = live.environment
            for key in ["ALLOW_LIVE", "BITGET_API_KEY", "BITGET_API_SECRET", "BITGET_API_PASSPHRASE"] {
                environment[key] = nil
            }
            for round in 0..<2 {
                let runner = try Program(paper, in: live.site.url, environment: environment)
                try await live.site.waitUntilRunning(runner.pid)
                #expect(try await waitFor { !live.site.positions.isEmpty }, "round \(round)")
                runner.send(SIGKILL)
                _ = try await runner.end()
            }
            let last = try Program(paper, in: live.site.url, environment: environment)
            try await live.site.succeed(["kill"])
            #expect(try await last.end().status == 10)
            #expect(try await live.twin.books().orders.isEmpty, "the venue never heard of an order")
            let verified = try await live.site.succeed(["ledger", "verify", "--state-dir", "state", "--json"])
            #expect((try verified.jsonObject()["findings"] as? [Any])?.isEmpty == true, "\(verified.text)")
            try await live.twin.stop()
        }
    }
}
