import Core
import Foundation
import Testing

extension Acceptance {
    /// An operator's hands and downloads against the local broker of shares.
    @Suite struct ShareCommandsTests {
        private func run(_ live: LiveSite, _ arguments: [String]) async throws -> Finished {
            try await live.site.run(arguments + ["--venue", "tinkoff"], environment: live.environment)
        }

        private func place(_ live: LiveSite, _ id: String, _ flags: [String]) async throws -> Finished {
            let order = [
                "orders", "place", "--symbol", "SBER", "--side", "buy", "--quantity", "20", "--id", id,
            ]
            return try await run(live, order + flags)
        }

        @Test(arguments: [[], ["--duplicates", "state"], ["--sandbox"]])
        func handsPlaceReplaceCancelAndFlatten(
            flags: [String]
        ) async throws {
            let live = try await LiveSite(flags, venue: .tinvest)
            let bought = try await place(live, "by-hand-1", [])
            #expect(bought.status == 0, "\(bought.text)")
            try await live.twin.until("a position") { $0.held == ["20"] }
            let again = try await place(live, "by-hand-1", [])
            #expect(again.status == 0, "\(again.text)")
            #expect(try await live.twin.books().held == ["20"], "the same name never trades twice")
            let resting = try await place(live, "by-hand-2", ["--limit", live.moved(97)])
            #expect(resting.status == 0, "\(resting.text)")
            let better = try await place(
                live, "by-hand-3", ["--limit", live.moved(98), "--replace", "by-hand-2"])
            #expect(better.status == 0, "\(better.text)")
            #expect(
                try await live.twin.books().openOrders.count == 1,
                "the old one is gone, the new one is there")
            let listed = try await run(live, ["orders", "list"])
            #expect(listed.output.contains(live.moved(98)), "\(listed.text)")
            let cancelled = try await run(live, ["orders", "cancel", "by-hand-3", "--assets", "SBER"])
            #expect(cancelled.status == 0, "\(cancelled.text)")
            #expect(try await live.twin.books().openOrders.isEmpty)
            let held = try await run(live, ["positions", "--json"])
            #expect(held.output.contains("SBER") && held.output.contains("20"), "\(held.text)")
            let flat = try await run(live, ["flatten"])
            #expect(flat.status == 0, "\(flat.text)")
            #expect(try await live.twin.books().isFlat)
            try live.expectNoSecrets()
            try await live.twin.stop()
        }

        /// Before a venue that does not tell its rules everything is cancelled all the same.
        @Test func flattenCancelsWithoutRules() async throws {
            let live = try await LiveSite([], venue: .tinvest)
            let resting = try await place(live, "by-hand-1", ["--limit", live.moved(97)])
            #expect(resting.status == 0, "\(resting.text)")
            try await live.twin.until("an open order") { $0.openOrders.count == 1 }
            let path = "/rest/tinkoff.public.invest.api.contract.v1.InstrumentsService"
            try await live.twin.control("faults", #"{"rules":[{"do":"gateway","path":"\#(path)"}]}"#)
            let flat = try await run(live, ["flatten"])
            #expect(try await live.twin.books().openOrders.isEmpty, "\(flat.text)")
            #expect(flat.text.contains("the rules of its instruments were not read"), "\(flat.text)")
            try await live.twin.stop()
        }

        @Test func theDoctorNamesWhatIsWrong() async throws {
            let live = try await LiveSite(venue: .tinvest)
            let well = try await run(live, ["doctor", "--assets", "SBER"])
            #expect(well.status == 0 && well.output.contains("SBER session"), "\(well.text)")
            let wrongs = [
                ("TINKOFF_API_TOKEN", "t.unknown", "TINKOFF_API_TOKEN"),
                ("TINKOFF_API_TOKEN", "t.twin_readonly_token", "full access"),
                ("TINKOFF_ACCOUNT_ID", "7", "TINKOFF_ACCOUNT_ID"),
                ("RISK_BUDGET_QUOTE", "RUB:9", "RISK_BUDGET_QUOTE"),
                ("TINKOFF_BASE_URL", "http://127.0.0.1:\(live.twin.port)/nothing", "check TINKOFF_BASE_URL"),
            ]
            for (key, value, advice) in wrongs {
                var live = live
                live.settings = [key: value]
                let refused = try await run(live, ["doctor", "--assets", "SBER"])
                #expect(refused.output.contains(advice), "\(refused.text)")
                #expect(!refused.text.contains("t.unknown") && !refused.text.contains("readonly_token"))
            }
            try await live.twin.stop()
        }

        @Test func anEmptySandboxSaysWhatToDoAndIsFunded() async throws {
            let site = try Site()
            let twin = try await TwinAtWork(site, ["--sandbox"], venue: .tinvest)
            let empty = try await site.run(
                ["positions", "--venue", "tinkoff"], environment: twin.environment)
            #expect(empty.status != 0 && empty.errors.contains("aitrade sandbox"), "\(empty.text)")
            let made = try await site.succeed(
                ["sandbox", "--roubles", "5000", "--json"], environment: twin.environment)
            #expect(try made.jsonObject()["roubles"] as? String == "5000", "\(made.text)")
            let account = try made.jsonObject()["account"] as? String
            let more = try await site.succeed(
                ["sandbox", "--roubles", "9000", "--json"], environment: twin.environment)
            #expect(try more.jsonObject()["account"] as? String == account, "\(more.text)")
            let held = try await site.succeed(
                ["positions", "--venue", "tinkoff"], environment: twin.environment)
            #expect(held.output.contains("9000"), "\(held.text)")
            try await twin.stop()
        }

        @Test func barsAreDownloadedOnceAndResumed() async throws {
            let live = try await LiveSite(venue: .tinvest)
            let from = Int64(Date().timeIntervalSince1970 * 1000) - 30 * 86_400_000
            let command = [
                "data", "download", "--assets", "SBER", "--interval", "1h", "--from", String(from),
            ]
            let first = try await run(live, command + ["--bars", "bars", "--json"])
            let rows = (try first.json() as? [[String: Any]])?.first?["rows"] as? Int ?? 0
            #expect(rows > 400, "\(first.text)")
            let second = try await run(live, command + ["--bars", "bars", "--json"])
            #expect(second.status == 0, "\(second.text)")
            try await live.site.succeed(["data", "verify", "--bars", "bars"])
            try await live.twin.stop()
        }

        /// Nights lie between stored bars anyway: what was never asked for is asked for, and nothing twice.
        @Test func whatLiesBetweenTwoDownloadsIsFetched() async throws {
            let live = try await LiveSite(venue: .tinvest)
            let day = Int64(Date().timeIntervalSince1970 * 1000) / 86_400_000
            func fetch(_ folder: String, _ from: Int64, _ to: Int64) async throws -> String {
                let moments = [from, to].map { String((day - $0) * 86_400_000) }
                let ended = try await run(
                    live,
                    ["data", "download", "--assets", "SBER", "--interval", "1h", "--bars", folder]
                        + ["--from", moments[0], "--to", moments[1]])
                #expect(ended.status == 0, "\(ended.text)")
                return ended.output
            }
            func bars(_ folder: String) throws -> Data {
                try Data(contentsOf: live.site.url.appending(path: "\(folder)/SBER-1h.csv"))
            }
            _ = try await fetch("cache/bars", 41, 38)
            _ = try await fetch("cache/bars", 12, 8)
            let whole = try await fetch("cache/bars", 41, 8)
            _ = try await fetch("fresh/bars", 41, 8)
            #expect(try bars("cache/bars") == bars("fresh/bars"), "\(whole)")
            let again = try await live.twin.calls("GetCandles")
            #expect(try await fetch("cache/bars", 40, 9).contains(", 0 new"))
            #expect(try await live.twin.calls("GetCandles") == again, "all of that was asked for before")
            // Somebody put a shorter series in its place.
            let short = try bars("cache/bars").split(separator: 10).prefix(20).joined(separator: [10]) + [10]
            try Data(short).write(to: live.site.url.appending(path: "cache/bars/SBER-1h.csv"))
            _ = try await fetch("cache/bars", 41, 8)
            #expect(try bars("cache/bars") == bars("fresh/bars"))
            try await live.twin.stop()
        }

        /// Stored days open at midnight in Moscow, the venue's at another hour: one bar a day is kept, the stored one.
        @Test func daysThatOpenAtAnotherHourAreNotDoubled() async throws {
            let live = try await LiveSite(venue: .tinvest)
            let day: Int64 = 86_400_000
            let today = Int64(Date().timeIntervalSince1970 * 1000) / day * day
            let stored = (15..<20).reversed().map { today - $0 * day - 10_800_000 }
            let rows = stored.map { "\($0),300,301,299,300.5,1000" }
            let text = "timestamp,open,high,low,close,volume\n" + rows.joined(separator: "\n") + "\n"
            let folder = live.site.url.appending(path: "bars")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try live.site.write(text, to: "bars/SBER-1d.csv")
            let ended = try await run(
                live,
                ["data", "download", "--assets", "SBER", "--interval", "1d", "--bars", "bars"]
                    + ["--from", String(today - 30 * day), "--to", String(today - 5 * day)])
            #expect(ended.status == 0, "\(ended.text)")
            let kept = try String(contentsOf: live.site.url.appending(path: "bars/SBER-1d.csv"), encoding: .utf8)
                .split(separator: "\n").dropFirst().compactMap { Int64($0.prefix { $0 != "," }) }
            #expect(Set(kept).isSuperset(of: stored) && kept.count > 10, "\(kept)")
            #expect(zip(kept, kept.dropFirst()).allSatisfy { $1 - $0 >= day }, "\(kept)")
            try await live.site.succeed(["data", "verify", "--bars", "bars"])
            try await live.twin.stop()
        }

        /// Weeks begin on Monday.
        @Test func theFirstWeekThatIsAskedForIsFetched() async throws {
            let live = try await LiveSite(venue: .tinvest)
            let (week, monday): (Int64, Int64) = (604_800_000, 345_600_000)
            let now = Int64(Date().timeIntervalSince1970 * 1000)
            let first = (now - monday) / week * week + monday - 6 * week
            let ended = try await run(
                live,
                ["data", "download", "--assets", "SBER", "--interval", "1w", "--bars", "bars"]
                    + ["--from", String(first), "--to", String(first + 3 * week)])
            #expect(ended.output.contains("3 bars, 3 new"), "\(ended.text)")
            let text = try String(
                contentsOf: live.site.url.appending(path: "bars/SBER-1w.csv"), encoding: .utf8)
            #expect(text.split(separator: "\n").dropFirst().first?.hasPrefix("\(first),") == true, "\(text)")
            try await live.twin.stop()
        }
    }
}
