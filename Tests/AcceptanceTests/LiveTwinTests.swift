import Core
import Foundation
import Glibc
import Testing

extension Acceptance {
    /// Live runs against the local venue, both as processes.
    @Suite struct LiveTwinTests {
        static let accounts = [
            ["--account", "classic"], ["--account", "unified"], ["--account", "classic", "--positions", "hedge"],
            ["--account", "unified", "--positions", "hedge"],
        ]

        /// Trades at once, is protected, is halted flat, and the books of both sides agree to the last digit.
        @Test(arguments: accounts) func tradesTheArtifactAndEndsFlat(account: [String]) async throws {
            let live = try await LiveSite(account)
            try await live.run { _ in
                let plans = try await live.twin.books().livePlans
                #expect(plans.count == 2, "a stop and a take-profit are native")
            }
        }

        /// Ctrl-C ends what we opened ourselves: nothing of that is worth a warning.
        @Test(arguments: [SIGINT, SIGTERM]) func endingItSaysNothingNeedless(signal: Int32) async throws {
            let live = try await LiveSite()
            let runner = try live.start()
            try await live.untilProtected()
            runner.send(signal)
            let end = try await runner.end()
            #expect(end.status == 0, "\(end.text)")
            #expect(!end.text.contains("warning venue"), "\(end.text)")
            #expect(!end.text.contains("stream was lost") && !end.text.contains("could not be read"), "\(end.text)")
            #expect(try await live.twin.books().livePlans.count == 2, "the native protections stay")
            try await live.twin.stop()
        }

        @Test func aNativeStopClosesThePositionAndTheBooksLearnOfIt() async throws {
            let live = try await LiveSite()
            try await live.run { _ in
                try await live.twin.price(live.moved(88))
                try await live.twin.until("the stop fired") { $0.isFlat }
                #expect(try await waitFor { live.site.positions.isEmpty })
            }
        }

        /// SIGKILL at moments spread over the first seconds; each start goes on where the one before was.
        @Test func killedAtAnyMomentItGoesOn() async throws {
            let live = try await LiveSite()
            try await live.kill(after: [150, 350, 600, 900, 1300])
            try await live.run()
        }

        /// The venue dies and comes back without memory: the runner stays, notices, and ends flat.
        @Test func theVenueMayDie() async throws {
            let live = try await LiveSite()
            let runner = try live.start()
            try await live.untilProtected()
            live.twin.program.send(SIGKILL)
            _ = try await live.twin.program.end()
            try await Task.sleep(for: .seconds(1))
            let again = try await TwinAtWork(live.site, port: live.twin.port)
            try await again.price(live.price)
            #expect(try await waitFor { live.site.positions.isEmpty }, "the loss of the position was not noticed")
            try await live.end(runner)
            #expect(try await again.books().isFlat)
            try await again.stop()
        }

        @Test func aDeadRunnersPositionIsClosedByTheWatchdog() async throws {
            let live = try await LiveSite()
            let runner = try live.start()
            try await live.untilProtected()
            runner.send(SIGKILL)
            _ = try await runner.end()
            let watchdog = try await live.site.run(
                ["watchdog", "--on-stale", "flatten", "--max-age", "1.5", "--json"], environment: live.environment)
            #expect(watchdog.status == 10, "\(watchdog.text)")
            #expect(try await live.twin.books().isFlat)
            try await live.expectEqualBooks()
            try live.expectNoSecrets()
            try await live.twin.stop()
        }

        /// On spot the fee is taken out of what was bought, so less is sold than was bought: nothing is left of that.
        @Test func aFullExitOnSpotLeavesNothingThatHoldsEntries() async throws {
            var live = try await LiveSite()
            live.settings = ["ASSET_ROUTING": "BTCUSDT:bitget-spot", "RECONCILE_SECONDS": "1"]
            let runner = try live.start()
            #expect(try await waitFor { !live.site.positions.isEmpty }, "nothing was bought")
            try await live.twin.price(live.moved(88))
            #expect(try await waitFor { live.site.positions.isEmpty }, "the stop did not sell")
            let why = try await live.site.succeed(["why", "BTCUSDT", "--json"]).jsonObject()
            #expect(why["code"] as? String != "EXTERNAL_POSITION" && why["code"] as? String != "SYMBOL_HELD", "\(why)")
            try await live.end(runner)
            let log = String(decoding: try live.site.data("state/trade_bot.log"), as: UTF8.self)
            #expect(!log.contains("EXTERNAL_POSITION") && !log.contains("SYMBOL_HELD"), "\(log)")
            let export = try await live.site.succeed(["ledger", "export", "fills", "--format", "json"])
            #expect(export.output.contains("DUST-BTCUSDT-1"), "\(export.text)")
            try await live.twin.stop()
        }

        @Test func onlyOneProcessTradesAnAccount() async throws {
            let live = try await LiveSite()
            let runner = try live.start()
            try await live.untilProtected()
            let second = try await live.site.run(
                live.command.map { $0 == "state" ? "other" : $0 }, environment: live.environment)
            #expect(second.status == 75, "\(second.text)")
            try await live.end(runner)
            try await live.twin.stop()
        }
    }
}
