import Core
import Foundation
import Glibc
import Testing

extension Acceptance {
    /// Live runs against the local broker of shares, both as processes.
    @Suite struct LiveShareTests {
        static let manners = [[], ["--duplicates", "state"], ["--sandbox"]]

        private func site(_ flags: [String] = []) async throws -> LiveSite {
            try await LiveSite(flags, venue: .tinvest)
        }

        /// Trades at once, is protected, is halted flat, and the books of both sides agree to the last kopeck.
        @Test(arguments: manners) func tradesTheArtifactAndEndsFlat(flags: [String]) async throws {
            try await site(flags).run()
        }

        /// In production the stop is the venue's own; in the sandbox the runner watches it.
        @Test(arguments: [[], ["--sandbox"]]) func aStopClosesThePositionAndTheBooksLearnOfIt(
            flags: [String]
        ) async throws {
            let live = try await site(flags)
            try await live.run { _ in
                try await live.twin.price(live.moved(88))
                try await live.twin.until("the stop fired") { $0.isFlat }
                #expect(try await waitFor { live.site.positions.isEmpty })
            }
        }

        /// The stop fires while the runner is down: the next one books it as its own, and nothing is left to wait for.
        @Test func aStopThatFiresWhileTheRunnerIsDownIsBooked() async throws {
            let live = try await site()
            let runner = try live.start()
            try await live.untilProtected()
            runner.send(SIGKILL)
            _ = try await runner.end()
            try await live.twin.price(live.moved(88))
            try await live.twin.until("the stop fired") { $0.isFlat }
            let again = try live.start()
            #expect(try await waitFor { live.site.positions.isEmpty })
            try await live.end(again)
            try await live.expectSettled()
            try await live.twin.stop()
        }

        /// The take-profit is always watched here, and the venue's stop is gone before it sells.
        @Test(arguments: [[], ["--sandbox"]]) func aTakeProfitClosesThePositionWithoutFlippingIt(
            flags: [String]
        ) async throws {
            let live = try await site(flags)
            try await live.run { _ in
                try await live.twin.price(live.moved(112))
                try await live.twin.until("the profit was taken") { $0.isFlat }
                try await live.twin.price(live.moved(80))
                #expect(try await waitFor { live.site.positions.isEmpty })
                let fills = try await live.twin.books().fills()
                #expect(fills.count == 2, "\(fills)")
            }
        }

        /// SIGKILL at moments spread over the first seconds; each start goes on where the one before was.
        @Test(arguments: [[], ["--sandbox"]]) func killedAtAnyMomentItGoesOn(flags: [String])
            async throws
        {
            var live = try await site(flags)
            // Between two kills there is not always time for a stop.
            live.settings = ["PROTECT_UNPROTECTED_SECONDS": "60"]
            try await live.kill(after: [150, 350, 600, 900, 1300, 2100])
            try await live.run { _ in
                let names = try await live.twin.books().names
                #expect(names.count == 1, "one order, sent once")
            }
        }

        /// The venue dies and comes back without memory: the runner stays, notices, and ends flat.
        @Test(arguments: [300, 1500]) func theVenueMayDie(delay: Int) async throws {
            let live = try await site()
            let runner = try live.start()
            try await live.untilProtected()
            live.twin.program.send(SIGKILL)
            _ = try await live.twin.program.end()
            try await Task.sleep(for: .milliseconds(delay))
            let again = try await TwinAtWork(live.site, port: live.twin.port, venue: .tinvest)
            try await again.price(live.price)
            #expect(
                try await waitFor { live.site.positions.isEmpty },
                "the loss of the position was not noticed")
            try await live.end(runner)
            #expect(try await again.books().isFlat)
            try await again.stop()
        }

        @Test func aDeadRunnersPositionIsClosedByTheWatchdog() async throws {
            let live = try await site()
            let runner = try live.start()
            try await live.untilProtected()
            runner.send(SIGKILL)
            _ = try await runner.end()
            let watchdog = try await live.site.run(
                ["watchdog", "--on-stale", "flatten", "--max-age", "1.5", "--json"],
                environment: live.environment)
            #expect(watchdog.status == 10, "\(watchdog.text)")
            #expect(try await live.twin.books().isFlat)
            try await live.expectEqualBooks()
            try live.expectNoSecrets()
            try await live.twin.stop()
        }

        /// Everything that is told, at the most talkative, through a crash and by every command that looks: no token is
        /// in any of it, be it ours or one that the venue refuses.
        @Test func theTokenIsNowhere() async throws {
            var live = try await site()
            live.settings = ["LOG_LEVEL": "trace"]
            let first = try live.start()
            try await live.untilProtected()
            first.send(SIGKILL)
            #expect(try await first.end().status != 0)
            let refused = "t.refused_hunter2_token"
            let wrong = live.environment.merging(["TINKOFF_API_TOKEN": refused]) { $1 }
            for command in [live.command, ["doctor", "--venue", "tinkoff"], ["positions", "--venue", "tinkoff"]] {
                let end = try await live.site.run(command, environment: wrong)
                #expect(end.status != 0, "\(end.text)")
            }
            let runner = try live.start()
            try await live.site.waitUntilRunning(runner.pid)
            let looks = [
                ["doctor", "--venue", "tinkoff", "--assets", "SBER"], ["positions", "--venue", "tinkoff"],
                ["orders", "--venue", "tinkoff"], ["status"], ["why", "SBER"],
            ]
            for look in looks { _ = try await live.site.run(look, environment: live.environment) }
            try await live.end(runner)
            try await live.expectSettled()
            try live.site.expectNowhere([refused, "hunter2"])
            try await live.twin.stop()
        }

        /// With the market closed a halt waits, says in money what stays open, and closes it at the opening.
        /// A hand that flattens while the market is closed leaves the stop alone, says so, and closes at the opening.
        @Test func aFlattenWhileTheMarketIsClosedLeavesTheStop() async throws {
            let live = try await site()
            let runner = try live.start()
            try await live.untilProtected()
            runner.send(SIGKILL)
            _ = try await runner.end()
            try await live.twin.control("session", #"{"status":"SESSION_CLOSE"}"#)
            let flatten = ["flatten", "--venue", "tinkoff", "--assets", "SBER", "--state-dir", "state"]
            let vain = try await live.site.run(flatten, environment: live.environment)
            #expect(vain.status == 11 && vain.text.contains("TINKOFF_CLOSED"), "\(vain.text)")
            let books = try await live.twin.books()
            #expect(books.held.count == 1 && books.livePlans.count == 1 && books.openOrders.isEmpty)
            try await live.twin.control("session", "{}")
            let done = try await live.site.run(flatten, environment: live.environment)
            #expect(done.status == 0, "\(done.text)")
            #expect(try await live.twin.books().isFlat)
            try await live.twin.stop()
        }

        @Test func aHaltWhileTheMarketIsClosedIsQueuedAndDoneAtTheOpening() async throws {
            let live = try await site()
            let runner = try live.start()
            try await live.untilProtected()
            try await live.twin.control("session", #"{"status":"SESSION_CLOSE"}"#)
            try await live.site.succeed(["kill"])
            #expect(try await waitFor { (try? live.site.log.contains("RESIDUAL_EXPOSURE")) ?? false })
            #expect(try await waitFor { live.site.hasResidual("SBER") })
            let status = try await live.site.succeed(["status"])
            #expect(status.output.contains("worth") && status.output.contains("RUB"), "\(status.text)")
            let books = try await live.twin.books()
            #expect(books.held.count == 1 && books.livePlans.count == 1, "the stop stays while nothing can be closed")
            try await live.twin.control("session", "{}")
            let end = try await runner.end()
            #expect(end.status == 10, "\(end.text)")
            try await live.expectSettled()
            try await live.twin.stop()
        }
    }
}
