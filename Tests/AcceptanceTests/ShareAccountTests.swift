import Foundation
import Testing

extension Acceptance {
    /// A ledger goes by the keys that it was begun with.
    @Suite struct ShareAccountTests {
        /// The account's name is set after the first run: the ledger is refused, taken over, and goes on.
        @Test func aLedgerIsBoundToRenewedKeysOfItsAccount() async throws {
            var live = try await LiveSite(venue: .tinvest)
            let runner = try live.start()
            try await live.untilProtected()
            runner.send(SIGKILL)
            _ = try await runner.end()
            let account = ["ledger", "account", "--state-dir", "state"]
            let same = try await live.site.run(account, environment: live.environment)
            #expect(same.status == 0 && same.output.contains("so are the keys"), "\(same.text)")
            live.settings["TINKOFF_ACCOUNT_ID"] = "2000000001"
            let refused = try await live.start().end()
            #expect(refused.status == 78 && refused.text.contains("ledger account --adopt"), "\(refused.text)")
            let asked = try await live.site.run(account + ["--json"], environment: live.environment)
            #expect(try asked.jsonObject()["isSame"] as? Bool == false, "\(asked.text)")

            let adopted = try await live.site.run(account + ["--adopt"], environment: live.environment)
            #expect(adopted.status == 0 && adopted.output.contains("backups/"), "\(adopted.text)")
            try await live.site.succeed(["ledger", "verify", "--state-dir", "state"])
            let again = try live.start()
            try await live.untilProtected()
            try await live.end(again)
            try await live.expectSettled()
            try await live.twin.stop()
        }

        /// What the books hold is not there: it may be another account.
        @Test func aLedgerIsNotBoundToAnAccountThatHoldsSomethingElse() async throws {
            var live = try await LiveSite(venue: .tinvest)
            let runner = try live.start()
            try await live.untilProtected()
            runner.send(SIGKILL)
            _ = try await runner.end()
            try await live.twin.control("trade", #"{"symbol":"SBER","side":"buy","lots":1}"#)
            live.settings["TINKOFF_ACCOUNT_ID"] = "2000000001"
            let refused = try await live.site.run(
                ["ledger", "account", "--adopt", "--state-dir", "state"], environment: live.environment)
            #expect(refused.status == 77 && refused.text.contains("another account"), "\(refused.text)")
            let still = try await live.site.run(
                ["ledger", "account", "--state-dir", "state", "--json"], environment: live.environment)
            #expect(try still.jsonObject()["isSame"] as? Bool == false, "\(still.text)")
            try await live.twin.stop()
        }
    }
}
