import Foundation
import Glibc
import Testing

extension Acceptance {
    /// One runner on two venues, under one kill switch.
    @Suite struct BothVenuesTests {
        /// How long a venue that works may take to be flat, whatever the other does.
        static let budget = Duration.seconds(10)

        @Test func bothTradeWithinTheirBudgetsAndOneSwitchEndsBothFlat() async throws {
            let both = try await BothSite()
            let runner = try both.start()
            try await both.untilProtected()
            let (coins, shares) = (try await both.coins.books(), try await both.shares.books())
            let bought = (Double(coins.held[0]) ?? 0) * (Double(try await both.coins.price()) ?? 0)
            #expect(bought > 300 && bought <= 400, "half of 800 USDT, not \(bought)")
            let held = (Double(shares.held[0]) ?? 0) * (Double(try await both.shares.price()) ?? 0)
            #expect(held > 25_000 && held <= 30_000, "half of 60000 RUB, not \(held)")
            try await both.end(runner)
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
            try await both.expectHalted(runner)
        }

        /// The same while requests are taken and not answered until later.
        @Test(arguments: [TwinVenue.bitget, .tinvest]) func aVenueThatAnswersNothingIsFlatAsSoonAsItAnswers(
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
            try await both.expectHalted(runner)
        }

        /// The exchange is closed: coins are flat at once, the close of shares is queued, told in money, and done at
        /// the opening.
        @Test func withTheExchangeClosedCoinsAreFlatAtOnceAndSharesAtTheOpening() async throws {
            let both = try await BothSite()
            let runner = try both.start()
            try await both.untilProtected()
            try await both.shares.control("session", #"{"status":"SESSION_CLOSE"}"#)
            try await both.killWhileClosed()
            try await both.shares.control("session", "{}")
            try await both.expectHalted(runner)
        }

        /// The same when nobody closes it by hand: the venue's own calendar does, and opens it again.
        @Test func theCalendarClosesAndOpensTheExchange() async throws {
            // How long trading goes on first: a slow machine gets more time to have its position before the close.
            for lead in [8.0, 24, 60] {
                let close = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 + lead).rounded(.up))
                let closed = (from: close, to: close.addingTimeInterval(8))
                let calendar = try TwinCalendar(closedFrom: closed.from, to: closed.to)
                let both = try await BothSite([.tinvest: ["--sessions", calendar.path]])
                let runner = try both.start()
                try await both.untilProtected()
                guard Date() < closed.from else {
                    try await both.end(runner)
                    continue
                }
                try await both.killWhileClosed()
                #expect(Date() < closed.to, "the close was not waited for")
                try await both.expectHalted(runner)
                #expect(Date() > closed.to, "shares were sold while the exchange was closed")
                return
            }
            Issue.record("there was never a position before the close")
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
            try await both.end(runner)
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
            try await both.expectHalted(runner)
        }
    }
}

extension BothSite {
    /// Kills as soon as the runner knows that the exchange is closed: coins are flat within their budget, and what
    /// stays open of shares is told in money while nothing is sent there.
    fileprivate func killWhileClosed() async throws {
        #expect(try await waitFor { site.isClosed("SBER") }, "the runner did not learn that it is closed")
        let begun = ContinuousClock.now
        try await site.succeed(["kill"])
        try await coins.until("coins are flat") { $0.isFlat }
        #expect(ContinuousClock.now - begun < Acceptance.BothVenuesTests.budget)
        #expect(try await waitFor { site.hasLogged("RESIDUAL_EXPOSURE") && site.hasResidual("SBER") })
        let status = try await site.succeed(["status"])
        #expect(status.output.contains("residual") && status.output.contains("RUB;"), "\(status.text)")
        let books = try await shares.books()
        #expect(books.held.count == 1 && books.openOrders.isEmpty, "nothing is sent to a closed market")
        #expect(books.livePlans.count == 1, "the stop stays while nothing can be closed")
    }
}

/// A file for `--sessions`: trading around the clock but for one closure.
private final class TwinCalendar {
    let path: String

    init(closedFrom: Date, to: Date) throws {
        path = Site.parent.appending(path: "aitrade-calendar-\(UUID().uuidString).json").path
        let halt = ["from": closedFrom.ISO8601Format(), "to": to.ISO8601Format(), "status": "SESSION_CLOSE"]
        let week: [String: Any] = [
            "days": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "to": "24:00", "status": "NORMAL_TRADING",
        ]
        let text = try JSONSerialization.data(withJSONObject: ["phases": [week], "halts": [halt]])
        try text.write(to: URL(filePath: path))
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
