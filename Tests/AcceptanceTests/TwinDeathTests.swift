import Foundation
import Glibc
import Testing

extension Acceptance {
    /// The runner or the venue dies or freezes while a position is entered, in all the manners of an account.
    @Suite struct TwinDeathTests {
        private func site(_ manner: MannerTests.Manner, _ flags: [String] = []) async throws -> LiveSite {
            var live = try await LiveSite(manner.flags + flags, isSpot: manner.isSpot)
            // Between two deaths there is not always time for a stop.
            live.settings["PROTECT_UNPROTECTED_SECONDS"] = "60"
            return live
        }

        /// SIGKILL at moments around the entry; each start goes on where the one before was, and enters once.
        @Test(arguments: MannerTests.Manner.allCases)
        func killedAtAnyMomentItGoesOn(manner: MannerTests.Manner) async throws {
            let live = try await site(manner)
            try await live.kill(after: [200, 450, 1000])
            try await live.run { _ in
                let names = try await live.twin.books().names
                #expect(names.count == 1, "one order, sent once")
            }
        }

        /// Killed between the order and its answer: the next start asks what became of it.
        @Test(arguments: [MannerTests.Manner.unifiedHedge, .classicHedge, .unifiedSpot])
        func killedBeforeTheAnswerItAsksWhatBecameOfTheOrder(manner: MannerTests.Manner) async throws {
            let live = try await site(manner, ["--order-lag", "1500"])
            try await live.twin.control("faults", #"{"rules":[{"do":"hang","path":"\#(manner.orders)","count":1}]}"#)
            let runner = try live.start()
            try await live.twin.until("an order is there and unanswered") { $0.orders.count == 1 }
            runner.send(SIGKILL)
            _ = try await runner.end()
            try await live.run { _ in
                let names = try await live.twin.books().names
                #expect(names.count == 1, "one order, sent once")
            }
        }

        /// The venue stands still between an order and its answer, answers nothing for a while and goes on.
        @Test(arguments: [MannerTests.Manner.unifiedOneWay, .classicHedge, .classicSpot])
        func theVenueMayFreezeDuringTheEntry(manner: MannerTests.Manner) async throws {
            let live = try await site(manner)
            try await live.twin.control("faults", #"{"rules":[{"do":"hang","path":"\#(manner.orders)","count":1}]}"#)
            let runner = try live.start()
            try await live.twin.until("an order is there") { $0.orders.count == 1 }
            live.twin.program.send(SIGSTOP)
            try await Task.sleep(for: .seconds(2))
            live.twin.program.send(SIGCONT)
            try await live.untilProtected()
            #expect(try await live.twin.books().names.count == 1, "one order, sent once")
            try await live.end(runner)
            try await live.expectSettled()
            try await live.twin.stop()
        }

        /// The venue dies before it took an order, and comes back: that one is entered, once.
        @Test(arguments: [MannerTests.Manner.unifiedHedge, .classicSpot])
        func theVenueMayDieBeforeTheEntry(manner: MannerTests.Manner) async throws {
            let live = try await site(manner)
            try await live.twin.control(
                "faults", #"{"rules":[{"do":"rateLimit","path":"\#(manner.orders)","seconds":[1,1]}]}"#)
            let runner = try live.start()
            try await live.untilRefused(manner.orders)
            try await live.twin.die()
            let again = live.with(try await TwinAtWork(live.site, manner.flags, port: live.twin.port))
            try await again.twin.price(live.price)
            try await again.untilProtected()
            #expect(try await again.twin.books().names.count == 1, "one order, sent once")
            try await again.end(runner)
            try await again.expectSettled()
            try await again.twin.stop()
        }

        /// The venue goes away between its rules and its bars while a run starts again: what is held there needs
        /// somebody who looks after it, so the start goes on, and the venue takes part as soon as it answers.
        @Test func theVenueMayDieDuringAStart() async throws {
            let live = try await LiveSite()
            let first = try live.start()
            try await live.untilProtected()
            first.send(SIGKILL)
            _ = try await first.end()
            try await live.twin.control(
                "faults",
                #"{"rules":[{"do":"dropRequest","path":"/api/v2/mix/market/candles"},"#
                    + #"{"do":"dropRequest","path":"/api/v2/mix/market/history-candles"}]}"#)
            let runner = try live.start()
            let goesOn = try await waitFor { live.site.hasLogged("a venue does not start") }
            let errors = try runner.errorsSoFar
            #expect(goesOn, "\(errors)")
            try await live.twin.control("faults", "{}")
            #expect(try await waitFor { live.site.hasLogged("a venue that was not there is there") })
            try await live.end(runner)
            try await live.expectSettled()
            try await live.twin.stop()
        }
    }
}

extension LiveSite {
    /// Waits until the venue refused to take an order.
    fileprivate func untilRefused(_ path: String) async throws {
        let rule = "rules[0].rateLimit"
        let end = ContinuousClock.now + .seconds(30)
        while try await twin.felt(rule) == 0 {
            try #require(ContinuousClock.now < end, "no order was sent to \(path)")
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
