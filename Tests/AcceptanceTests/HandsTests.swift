import Foundation
import Glibc
import Testing

extension Acceptance {
    /// What an operator does by hand where no runner works: nothing is opened, left or called flat unseen.
    @Suite struct HandsTests {
        private func place(
            _ live: LiveSite, _ side: String, _ flags: [String] = [], quantity: String = "0.005"
        ) async throws -> Finished {
            try await live.site.run(
                ["orders", "place", "--symbol", "BTCUSDT", "--side", side, "--quantity", quantity] + flags,
                environment: live.environment)
        }

        @Test func anEngagedSwitchLetsHandsOnlyReduce() async throws {
            let live = try await LiveSite()
            let empty = try await live.site.succeed(["kill"], environment: live.environment)
            #expect(empty.output.contains("aitrade flatten --venue bitget"), "\(empty.text)")
            #expect(empty.output.split(separator: "\n").last?.contains("There is no ledger in state") == true)
            let refused = try await place(live, "sell", ["--json"])
            #expect(refused.status == 1 && refused.errors.contains("TRADING_STATE"), "\(refused.text)")
            #expect(refused.errors.contains("aitrade kill --release"), "\(refused.text)")
            #expect(try refused.jsonObject()["accepted"] as? Bool == false)
            try live.site.write("half a fi", to: "state/kill_switch.json")
            #expect(try await place(live, "sell").status == 1)
            #expect(try await live.twin.books().orders.isEmpty)
            try await live.site.succeed(["kill", "--release"])
            let bought = try await place(live, "buy", ["--json"])
            #expect(bought.status == 0, "\(bought.text)")
            let report = try bought.jsonObject()
            #expect(report["state"] as? String == "filled", "an order at market is waited for: \(bought.text)")
            #expect((report["warning"] as? String)?.contains("nothing guards") == true)
            let engaged = try await live.site.succeed(["kill", "--json"], environment: live.environment).jsonObject()
            #expect(engaged["isHeard"] as? Bool == false && (engaged["commands"] as? [String])?.isEmpty == false)
            let sold = try await place(live, "sell", ["--reduce-only"])
            #expect(sold.status == 0, "\(sold.text)")
            try await live.twin.until("reduced") { $0.isFlat }
            let unknown = try await live.site.run(
                ["orders", "place", "--symbol", "FOOUSDT", "--side", "buy", "--quantity", "1", "--reduce-only"],
                environment: live.environment)
            #expect(unknown.status == 64 && unknown.errors.contains("FOOUSDT"), "\(unknown.text)")
            try await live.twin.stop()
        }

        /// The second reading that makes a suspicion a fact comes before a run that acts once may end.
        @Test func whatHandsOpenedIsSeenByReconcileAndGuardedByARunThatActsOnce() async throws {
            let live = try await LiveSite()
            #expect(try await place(live, "buy").status == 0)
            let unopened = try await live.site.run(["reconcile"], environment: live.environment)
            #expect(unopened.status == 1 && unopened.output.contains("the venue holds 0.005"), "\(unopened.text)")
            #expect(!unopened.output.contains("agree."), "\(unopened.text)")
            var gone = live.environment
            gone["BITGET_BASE_URL"] = "http://127.0.0.1:1"
            let unread = try await live.site.run(["reconcile"], environment: gone)
            #expect(unread.status == 69 && !unread.output.contains("agree"), "\(unread.text)")
            let once = try await live.site.run(live.command.filter { $0 != "--loop" }, environment: live.environment)
            #expect(once.status == 0, "\(once.text)")
            let books = try await live.twin.books()
            #expect(books.held == ["0.005"] && !books.livePlans.isEmpty, "\(books.root)")
            let silent = try await live.site.run(["reconcile", "--wait", "2"], environment: gone)
            #expect(silent.status == 69 && !silent.output.contains("The books"), "\(silent.text)")
            try await live.site.succeed(["kill"])
            let closed = try await live.site.run(["reconcile"], environment: live.environment)
            #expect(closed.status == 1 && closed.output.contains("CLOSED"), "\(closed.text)")
            #expect(!closed.output.contains("The books"), "\(closed.text)")
            #expect(try await live.twin.books().isFlat)
            try await live.twin.stop()
        }

        @Test func cancellingEverythingKeepsTheProtections() async throws {
            var live = try await LiveSite()
            live.settings["RISK_COOLDOWN_SECONDS"] = "off"
            let runner = try live.start()
            try await live.untilProtected()
            runner.send(SIGINT)
            #expect(try await runner.end().status == 0)
            let resting = try await place(live, "buy", ["--limit", live.moved(97), "--id", "rests"])
            #expect(resting.status == 0, "\(resting.text)")
            let all = try await live.site.succeed(
                ["orders", "cancel", "--all", "--json"], environment: live.environment
            ).jsonObject()
            #expect((all["cancelled"] as? [Any])?.count == 1 && all["protectionsKept"] as? Int == 2, "\(all)")
            #expect(try await live.twin.books().livePlans.count == 2)
            let bare = try await live.site.succeed(
                ["orders", "cancel", "--all", "--protections"], environment: live.environment)
            #expect(bare.output.contains("NOT PROTECTED: BTCUSDT"), "\(bare.text)")
            #expect(try await live.twin.books().livePlans.isEmpty)
            let flat = try await live.site.succeed(["flatten"], environment: live.environment)
            #expect(flat.output.contains("still hold BTCUSDT: run aitrade reconcile"), "\(flat.text)")
            try await live.twin.stop()
        }

        /// What the venue refuses, and a venue that is gone, are said where people look.
        @Test func refusalsAndSilenceAreSaidWherePeopleLook() async throws {
            var live = try await LiveSite()
            live.settings["RECONCILE_SECONDS"] = "1"
            let site = live.site
            try await live.twin.control(
                "faults", #"{"rules":[{"do":"reject","path":"/api/v2/mix/order/place-order","code":"40762"}]}"#)
            let runner = try live.start()
            try await live.site.waitUntilRunning(runner.pid)
            #expect(
                try await waitFor { (site.heartbeat?["lastError"] as? String)?.contains("BTCUSDT") == true })
            let status = try await live.site.succeed(["status"]).output
            #expect(status.contains("last error  BTCUSDT: the venue refused"), "\(status)")
            #expect(status.contains("venue       bitget connected"), "\(status)")
            let why = try await live.site.succeed(["why", "BTCUSDT"]).output
            #expect(why.contains("the venue refused an order"), "\(why)")
            let typo = try await live.site.run(["acknowledge", "FOO", "--by", "ann"])
            #expect(typo.status == 64 && typo.errors.contains("BTCUSDT"), "\(typo.text)")
            let nothing = try await live.site.succeed(["release", "--by", "ann", "--reason", "x", "--json"])
            #expect((try nothing.jsonObject()["text"] as? String)?.contains("nothing to release") == true)
            live.twin.program.send(SIGKILL)
            _ = try await live.twin.program.end()
            #expect(
                try await waitFor(.seconds(90)) {
                    let brokers = site.heartbeat?["brokers"] as? [String: [String: Any]]
                    return brokers?["bitget"]?["connected"] as? Bool == false
                })
            #expect(try await live.site.succeed(["status"]).output.contains("bitget NOT REACHED"))
            runner.send(SIGKILL)
            _ = try await runner.end()
            #expect(try await live.site.succeed(["status"]).output.contains("DIED while running"))
            // Damaged books hide nothing of what else is known.
            try live.site.write("gone", to: "state/trades.sqlite")
            let damaged = try await live.site.run(["status"])
            #expect(damaged.status == 65 && damaged.output.contains("positions   UNKNOWN"), "\(damaged.text)")
            #expect(damaged.output.contains("last error"), "\(damaged.text)")
        }

        /// With keys of two venues every command that names none works on both, and names them.
        @Test func whoeverNamesNoVenueMeansAll() async throws {
            let both = try await BothSite()
            for (asset, quantity) in [("BTCUSDT", "0.005"), ("SBER", "20")] {
                let placed = try await both.site.run(
                    ["orders", "place", "--symbol", asset, "--side", "buy", "--quantity", quantity]
                        + ["--state-dir", "hands-\(asset)"], environment: both.environment)
                #expect(placed.status == 0, "\(placed.text)")
            }
            let held = try await both.site.succeed(["positions"], environment: both.environment).output
            #expect(held.contains("bitget  BTCUSDT") && held.contains("tinkoff  SBER"), "\(held)")
            let doctor = try await both.site.run(["doctor", "--json"], environment: both.environment)
            let venues = try #require(try doctor.json() as? [[String: Any]]).compactMap { $0["venue"] as? String }
            #expect(Set(venues) == ["bitget", "tinkoff"], "\(doctor.text)")
            let flat = try await both.site.succeed(["flatten"], environment: both.environment).output
            #expect(flat.contains("bitget: flat") && flat.contains("tinkoff: flat"), "\(flat)")
            for twin in [both.coins, both.shares] { #expect(try await twin.books().isFlat) }
            try await both.coins.stop()
            // One that cannot be reached keeps the other from nothing, and is not called flat.
            let half = try await both.site.run(["flatten", "--json"], environment: both.environment)
            let rows = try #require(try half.jsonObject()["venues"] as? [[String: Any]])
            #expect(half.status == 11 && rows.map { $0["isFlat"] as? Bool } == [false, true], "\(half.text)")
            try await both.shares.stop()
        }

        /// Two twins have the same keys and are two accounts.
        @Test func aRunnerAtOneTwinKeepsNobodyFromAnother() async throws {
            let (one, other) = (try await LiveSite(), try await LiveSite())
            let runner = try one.start()
            try await one.untilProtected()
            try await other.site.succeed(["flatten"], environment: other.environment)
            let beside = try await one.site.run(["flatten", "--state-dir", "x"], environment: one.environment)
            #expect(beside.status == 75 && beside.errors.contains("aitrade kill"), "\(beside.text)")
            try await one.end(runner)
            for live in [one, other] { try await live.twin.stop() }
        }
    }
}
