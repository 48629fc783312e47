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
    }
}
