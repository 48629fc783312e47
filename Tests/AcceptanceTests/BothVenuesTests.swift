import Core
import Foundation
import Glibc
import Testing

extension Acceptance {
    /// One runner on two venues, under one kill switch.
    @Suite struct BothVenuesTests {
        /// How long a venue that works may take to be flat, whatever the other does.
        private static let budget = Duration.seconds(10)

        @Test func bothTradeWithinTheirBudgetsAndOneSwitchEndsBothFlat() async throws {
            let both = try await BothSite()
            let runner = try both.start()
            try await both.untilProtected()
            let (coins, shares) = (try await both.coins.books(), try await both.shares.books())
            let bought = (Double(coins.held[0]) ?? 0) * (Double(try await both.coins.price()) ?? 0)
            #expect(bought > 300 && bought <= 400, "half of 800 USDT, not \(bought)")
            let held = (Double(shares.held[0]) ?? 0) * (Double(try await both.shares.price()) ?? 0)
            #expect(held > 25_000 && held <= 30_000, "half of 60000 RUB, not \(held)")
            try await both.site.succeed(["kill", "--reason", "enough"])
            #expect(try await runner.end().status == 10)
            #expect(try await both.coins.books().isFlat)
            #expect(try await both.shares.books().isFlat)
            try await both.expectEqualBooks()
            try both.expectNoSecrets()
            try await both.stop()
        }

        /// The process of one twin is stopped in the middle of everything: connections stay open and nothing comes.
        @Test(arguments: [TwinVenue.bitget, .tinvest]) func aFrozenVenueKeepsNothingOpenAtTheOther(
            frozen: TwinVenue
        ) async throws {
            let both = try await BothSite()
            let runner = try both.start()
            try await both.untilProtected()
            both.twin(frozen).program.send(SIGSTOP)
            let begun = ContinuousClock.now
            try await both.site.succeed(["kill"])
            try await both.twin(both.other(frozen)).until("the other is flat") { $0.isFlat }
            #expect(ContinuousClock.now - begun < Self.budget)
            both.twin(frozen).program.send(SIGCONT)
            try await both.twin(frozen).until("the frozen one is flat") { $0.isFlat }
            #expect(try await runner.end().status == 10)
            try await both.expectEqualBooks()
            try await both.stop()
        }

        /// The same while requests are taken and not answered until later.
        @Test(arguments: [TwinVenue.bitget, .tinvest])
        func aVenueThatAnswersNothingIsFlatAsSoonAsItAnswers(
            frozen: TwinVenue
        ) async throws {
            let both = try await BothSite()
            let runner = try both.start()
            try await both.untilProtected()
            try await both.twin(frozen).control("freeze", "{}")
            try await both.site.succeed(["kill"])
            try await both.twin(both.other(frozen)).until("the other is flat") { $0.isFlat }
            #expect(try await both.twin(frozen).books().held.count == 1)
            try await both.twin(frozen).control("thaw", "{}")
            try await both.twin(frozen).until("the frozen one is flat") { $0.isFlat }
            #expect(try await runner.end().status == 10)
            try await both.expectEqualBooks()
            try await both.stop()
        }

        /// The exchange is closed: coins are flat at once, the close of shares is queued, told in money, and done at
        /// the opening.
        @Test func withTheExchangeClosedCoinsAreFlatAtOnceAndSharesAtTheOpening() async throws {
            let both = try await BothSite()
            let runner = try both.start()
            try await both.untilProtected()
            try await both.shares.control("session", #"{"status":"SESSION_CLOSE"}"#)
            #expect(
                try await waitFor { both.site.isClosed("SBER") },
                "the runner did not learn that it is closed")
            let begun = ContinuousClock.now
            try await both.site.succeed(["kill"])
            try await both.coins.until("coins are flat") { $0.isFlat }
            #expect(ContinuousClock.now - begun < Self.budget)
            #expect(try await waitFor { (try? both.site.log.contains("RESIDUAL_EXPOSURE")) ?? false })
            #expect(try await waitFor { both.site.hasResidual("SBER") })
            let status = try await both.site.succeed(["status"])
            #expect(
                status.output.contains("residual") && status.output.contains("RUB;"), "\(status.text)")
            let shares = try await both.shares.books()
            #expect(
                shares.held.count == 1 && shares.openOrders.isEmpty, "nothing is sent to a closed market")
            try await both.shares.control("session", "{}")
            try await both.shares.until("shares are flat") { $0.isFlat }
            #expect(try await runner.end().status == 10)
            try await both.expectEqualBooks()
            try await both.stop()
        }

        /// What the runner itself has to do at one venue is done while the other is frozen: here it takes a profit that
        /// it watches, there it cancels the sibling of a stop that fired.
        @Test(arguments: [TwinVenue.bitget, .tinvest]) func aFrozenVenueDelaysNoTradingAtTheOther(
            frozen: TwinVenue
        ) async throws {
            let both = try await BothSite()
            let runner = try both.start()
            try await both.untilProtected()
            both.twin(frozen).program.send(SIGSTOP)
            let other = both.other(frozen)
            let begun = ContinuousClock.now
            try await both.twin(other).price(both.moved(other, other == .bitget ? 88 : 112))
            try await both.twin(other).until("the other traded") { $0.isFlat }
            #expect(ContinuousClock.now - begun < Self.budget)
            both.twin(frozen).program.send(SIGCONT)
            try await both.site.succeed(["kill"])
            #expect(try await runner.end().status == 10)
            #expect(try await both.twin(frozen).books().isFlat)
            try await both.expectEqualBooks()
            try await both.stop()
        }

        /// The runner is killed and started again while one venue is frozen: the other is halted all the same.
        @Test(arguments: [TwinVenue.bitget, .tinvest]) func aStartWhileOneVenueIsFrozenServesTheOther(
            frozen: TwinVenue
        ) async throws {
            let both = try await BothSite()
            let first = try both.start()
            try await both.untilProtected()
            first.send(SIGKILL)
            _ = try await first.end()
            both.twin(frozen).program.send(SIGSTOP)
            let runner = try both.start()
            try await both.site.waitUntilRunning(runner.pid)
            try await both.site.succeed(["kill"])
            try await both.twin(both.other(frozen)).until("the other is flat") { $0.isFlat }
            both.twin(frozen).program.send(SIGCONT)
            try await both.twin(frozen).until("the frozen one is flat") { $0.isFlat }
            #expect(try await runner.end().status == 10)
            try await both.expectEqualBooks()
            try await both.stop()
        }
    }
}

extension Site {
    /// Whether the runner takes an asset's market for closed.
    func isClosed(_ symbol: String) -> Bool { asset(symbol)?["marketOpen"] as? Bool == false }

    /// Whether the runner says that a close waits for the opening.
    func hasResidual(_ symbol: String) -> Bool { asset(symbol)?["residual"] is [String: Any] }

    private func asset(_ symbol: String) -> [String: Any]? {
        let assets = (try? json("state/runner_state.json"))?["assets"] as? [[String: Any]] ?? []
        return assets.first { $0["symbol"] as? String == symbol }
    }
}
