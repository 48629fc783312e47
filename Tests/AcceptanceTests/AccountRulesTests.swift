import Foundation
import Testing

extension Acceptance {
    /// What the venue allows an account, seen by the whole program.
    @Suite struct AccountRulesTests {
        /// A live run does not begin with a key that would fail at its first order; the doctor says the same.
        @Test(arguments: ["classic", "unified"])
        func aKeyThatMayNotTradeIsRefusedAtStart(account: String) async throws {
            var live = try await LiveSite(["--account", account])
            live.settings["BITGET_API_KEY"] = "bg_twin_readonly"
            live.settings["BITGET_API_SECRET"] = "twin_readonly_0123456789abcdef"
            let words = ["BITGET_40014", "the key may not trade", "permissions to read and to trade"]
            let run = try await live.site.run(live.command, environment: live.environment)
            #expect(run.status == 77, "\(run.text)")
            for word in words { #expect(run.errors.contains(word), "'\(word)' in \(run.text)") }
            let doctor = try await live.site.run(["doctor", "--assets", "BTCUSDT"], environment: live.environment)
            #expect(doctor.status == 1, "\(doctor.text)")
            for word in words { #expect(doctor.output.contains(word), "'\(word)' in \(doctor.text)") }
            #expect(try await live.twin.books().names.isEmpty)
            try await live.twin.stop()
        }

        /// The venue takes only so much in one order: the kill switch closes the rest with further ones.
        @Test(arguments: [["--account", "classic"], ["--account", "unified", "--positions", "hedge"]])
        func aPositionLargerThanOneOrderIsClosedByTheKillSwitch(account: [String]) async throws {
            let live = try await LiveSite(account + ["--max-market-order", "0.02"])
            let runner = try live.start()
            try await live.untilProtected()
            try await buyByHand(live.twin)
            try await live.end(runner)
            #expect(try await live.twin.books().isFlat)
            try await live.twin.stop()
        }

        /// The same by hand, without a runner.
        @Test(arguments: [["--account", "classic", "--positions", "hedge"], ["--account", "unified"]])
        func aPositionLargerThanOneOrderIsClosedByFlatten(account: [String]) async throws {
            let live = try await LiveSite(account + ["--max-market-order", "0.02"])
            try await buyByHand(live.twin)
            try await live.site.succeed(["flatten"], environment: live.environment)
            let books = try await live.twin.books()
            #expect(books.isFlat, "\(books.root)")
            try await live.twin.stop()
        }

        /// Somebody buys three times as much as one order may have.
        private func buyByHand(_ twin: TwinAtWork) async throws {
            for _ in 0..<3 {
                try await twin.control("trade", #"{"symbol":"BTCUSDT","side":"buy","size":"0.02"}"#)
            }
            try await twin.until("0.06 or more are held") { books in
                let positions = books.root["positions"] as? [[String: Any]] ?? []
                return positions.contains { Double("\($0["quantity"] ?? "")") ?? 0 >= 0.06 }
            }
        }
    }
}
