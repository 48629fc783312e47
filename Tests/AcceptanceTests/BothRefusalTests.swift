import Foundation
import Glibc
import Testing

extension Acceptance {
    /// One runner on two venues, one of which does not let it in any more.
    @Suite struct BothRefusalTests {
        /// Killed and started again while one venue refuses the keys: the other is looked after and halted as ever, and
        /// everybody is told. Once the keys are taken again, both are flat.
        @Test(arguments: [TwinVenue.bitget, .tinvest]) func aRestartGoesOnWhereTheKeysAreTaken(
            refusing: TwinVenue
        ) async throws {
            let both = try await BothSite()
            try await both.loseRunner()
            let other = both.other(refusing)
            try await both.twin(refusing).refuseKeys()
            let runner = try both.start()
            try await both.site.waitUntilRunning(runner.pid)
            #expect(try await waitFor { try both.site.log.contains("VENUE_REFUSED") })
            try await expectNamed(both, refusing)
            try await both.site.succeed(["kill"])
            try await both.twin(other).until("the other is flat") { $0.isFlat }
            #expect(both.site.heartbeat?["state"] as? String == "flattening", "nobody knows that all is flat")
            let held = try await both.twin(refusing).books()
            #expect(held.held.count == 1 && !held.livePlans.isEmpty, "its own stop goes on guarding it")
            try await both.twin(refusing).takeKeys()
            try await both.expectHalted(runner)
        }

        /// The same without a halt: what was kept from trading trades again, and is said to.
        @Test func aVenueThatTakesTheKeysAgainIsTradedAgain() async throws {
            let both = try await BothSite()
            try await both.loseRunner()
            try await both.shares.refuseKeys()
            let runner = try both.start()
            try await both.site.waitUntilRunning(runner.pid)
            #expect(try await waitFor { try both.site.log.contains("VENUE_REFUSED") })
            try await both.shares.takeKeys()
            try await expectSoon(both, why: "SBER", "follows its signals")
            try await both.end(runner)
        }

        /// An account that can be read is not traded on either while its venue keeps the runner out of something else.
        @Test func aVenueThatIsReadAndDoesNotStartIsNotTraded() async throws {
            let both = try await BothSite()
            try await both.loseRunner()
            let path = "/rest/tinkoff.public.invest.api.contract.v1.InstrumentsService"
            try await both.shares.refuseKeys([path])
            let runner = try both.start()
            try await both.site.waitUntilRunning(runner.pid)
            try await expectSoon(both, why: "SBER", TwinVenue.tinvest.keyCode)
            // Long enough for readings that would be believed.
            try await Task.sleep(for: .seconds(4))
            try await expectSoon(both, why: "SBER", "no trade: ACCOUNT_UNREAD")
            // Without the rules of the share nothing can be closed: its stop stays as long as that lasts.
            try await both.site.succeed(["kill"])
            try await both.coins.until("coins are flat") { $0.isFlat }
            try await Task.sleep(for: .seconds(2))
            let held = try await both.shares.books()
            #expect(held.held.count == 1 && held.livePlans.count == 1, "\(held.root)")
            try await both.shares.takeKeys()
            try await both.expectHalted(runner)
        }

        private func expectSoon(_ both: BothSite, why symbol: String, _ text: String) async throws {
            var said = try await both.site.succeed(["why", symbol])
            let end = ContinuousClock.now + .seconds(30)
            while !said.output.contains(text), ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(200))
                said = try await both.site.succeed(["why", symbol])
            }
            let log = try both.site.log
            #expect(said.output.contains(text), "\(said.text)\n\(log)")
        }

        /// Who asks is told which venue refuses, with its own words, and what is traded goes on.
        private func expectNamed(_ both: BothSite, _ refusing: TwinVenue) async throws {
            try await expectSoon(both, why: refusing.asset, refusing.keyCode)
            let why = try await both.site.succeed(["why", refusing.asset])
            #expect(why.output.contains("no trade: ACCOUNT_UNREAD \(refusing.client)"), "\(why.text)")
            let (status, log) = (try await both.site.succeed(["status"]), try both.site.log)
            #expect(
                status.output.contains("\(refusing.client) NOT REACHED since the start: "), "\(status.text)\n\(log)")
            for text in [status.output, log] { #expect(text.contains(refusing.keyCode), "\(text)") }
            try await expectSoon(both, why: both.other(refusing).asset, "follows its signals")
        }

        /// When nobody lets it in, or when it is not to go on anyway, there is nothing to look after.
        @Test func aStartThatEveryVenueRefusesEnds() async throws {
            let both = try await BothSite()
            try await both.loseRunner()
            try await both.shares.refuseKeys()
            let once = try await both.site.run(
                both.command.filter { $0 != "--loop" }, environment: both.environment)
            #expect(once.status == 77 && once.errors.contains("TINKOFF_API_TOKEN"), "\(once.text)")
            try await both.coins.refuseKeys()
            let none = try await both.start().end()
            #expect(none.status == 77, "\(none.text)")
            for twin in [both.coins, both.shares] { try await twin.takeKeys() }
            try await both.site.succeed(["kill"])
            try await both.expectHalted(try both.start())
        }

        /// A venue that was silent when the run began, and then refuses: no venue is left to trade at.
        @Test func aVenueThatAnswersLateAndRefusesEndsTheRun() async throws {
            let live = try await LiveSite()
            let first = try live.start()
            try await live.twin.until("a protected position") { $0.held.count == 1 && $0.livePlans.count == 2 }
            first.send(SIGKILL)
            _ = try await first.end()
            try await live.twin.refuseKeys()
            live.twin.program.send(SIGSTOP)
            let runner = try live.start()
            try await live.site.waitUntilRunning(runner.pid)
            live.twin.program.send(SIGCONT)
            let end = try await runner.end()
            #expect(end.status == 77 && end.errors.contains(TwinVenue.bitget.keyCode), "\(end.text)")
            try await live.twin.stop()
        }

        /// The watchdog closes where it is let in, and names the rest.
        @Test(arguments: [TwinVenue.bitget, .tinvest]) func theWatchdogFlattensWhereItIsLetIn(
            refusing: TwinVenue
        ) async throws {
            let both = try await BothSite()
            try await both.loseRunner()
            try await both.twin(refusing).refuseKeys()
            let watchdog = try both.watchdog()
            try await both.twin(both.other(refusing)).until("the other is flat") { $0.isFlat }
            // It goes on trying, and tells people each time.
            #expect(try await waitFor(.seconds(60)) { try watchdog.errorsSoFar.contains("WATCHDOG_NOT_FLAT") })
            for signal in [SIGINT, SIGTERM] { watchdog.send(signal) }
            let end = try await watchdog.end()
            #expect(end.status == 11, "\(end.text)")
            let report = try #require(try end.jsonObject()["flatten"] as? [String: Any])
            let problems = (report["problems"] as? [String] ?? []).joined(separator: " ")
            #expect(problems.contains(refusing.client) && problems.contains(refusing.keyCode), "\(end.text)")
            try await both.stop()
        }
    }
}

extension TwinVenue {
    /// What the venue says of keys that it does not know.
    fileprivate var keyCode: String { self == .bitget ? "40006" : "40003" }

    /// Everything that needs keys.
    fileprivate var keyPaths: [String] {
        self == .tinvest
            ? ["/rest"]
            : ["account", "position", "order"].map { "/api/v2/mix/\($0)" } + ["/api/v2/user"]
    }
}

extension TwinAtWork {
    /// From now on the keys count for nothing, as after somebody withdrew them.
    fileprivate func refuseKeys(_ paths: [String]? = nil) async throws {
        let rules = (paths ?? venue.keyPaths).map { path in
            #"{"do":"reject","path":"\#(path)","code":"\#(venue.keyCode)","message":"withdrawn","status":401}"#
        }
        try await control("faults", #"{"rules":[\#(rules.joined(separator: ","))]}"#)
    }

    fileprivate func takeKeys() async throws { try await control("faults", #"{"rules":[]}"#) }
}
