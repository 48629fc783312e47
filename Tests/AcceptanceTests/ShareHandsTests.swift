import Core
import Foundation
import Testing

extension Acceptance {
    /// Other hands on the account of shares, a token that is taken away, positions too large for one order, and what
    /// settings turn on.
    @Suite struct ShareHandsTests {
        private func trade(_ live: LiveSite, _ side: String, _ lots: Int) async throws {
            try await live.twin.control("trade", #"{"symbol":"SBER","side":"\#(side)","lots":\#(lots)}"#)
        }

        /// Somebody trades beside the runner: adopted, protected as a whole, entries held, and closed by a halt.
        @Test(arguments: [[], ["--sandbox"]]) func whatOtherHandsBoughtIsAdoptedProtectedAndClosed(
            flags: [String]
        ) async throws {
            let live = try await LiveSite(flags, venue: .tinvest)
            let runner = try live.start()
            try await live.untilProtected()
            let before = try #require(try await live.twin.books().held.first.flatMap { Int($0) })
            try await trade(live, "buy", 3)
            try await live.twin.until("the whole position is protected") { books in
                books.held == ["\(before + 30)"] && books.livePlans.count == live.nativePlans
                    && books.livePlans.allSatisfy { $0["lotsRequested"] as? String == "\(before / 10 + 3)" }
            }
            #expect(try await waitFor { live.hold == "external" }, "entries are not held")
            #expect(try await waitFor { live.site.isProtected && live.site.positions["SBER"] == "\(before + 30)" })
            let why = try await live.site.succeed(["why", "SBER"]).output
            #expect(why.contains("no trade: EXTERNAL_POSITION"), "\(why)")
            #expect(try await live.site.succeed(["status"]).output.contains("EXTERNAL"))
            try await live.end(runner)
            #expect(try await live.twin.books().isFlat)
            try await live.expectEqualBooks()
            try live.expectNoSecrets()
            try await live.twin.stop()
        }

        /// Somebody sells what the runner holds: its stop goes, and nothing is sold twice.
        @Test func whatOtherHandsSoldIsNotSoldAgain() async throws {
            let live = try await LiveSite(venue: .tinvest)
            let runner = try live.start()
            try await live.untilProtected()
            let held = try #require(try await live.twin.books().held.first.flatMap { Int($0) })
            try await trade(live, "sell", held / 10)
            try await live.twin.until("the stop is gone with what it guarded") { $0.isFlat }
            #expect(try await waitFor { live.site.positions.isEmpty })
            try await live.twin.price(live.moved(85))
            try await live.end(runner)
            let books = try await live.twin.books()
            #expect(books.isFlat && books.fills().count == 2, "\(books.root)")
            try await live.twin.stop()
        }

        /// Without its token nothing can be closed and nothing is proven: the halt stays open, says so, and goes on
        /// once the token is back.
        @Test func aHaltWithoutATokenIsNoProofAndGoesOnWithIt() async throws {
            let live = try await LiveSite(venue: .tinvest)
            let runner = try live.start()
            try await live.untilProtected()
            try await live.twin.control(
                "faults", #"{"rules":[{"do":"reject","path":"/rest","code":"40003","status":401}]}"#)
            try await live.site.succeed(["kill"])
            #expect(try await waitFor { live.site.heartbeat?["killed"] as? Bool == true })
            #expect(try await waitFor { (try? live.site.log.contains("TINKOFF_40003")) ?? false }, "nobody is told why")
            // Some rounds of the halt later it is still no proof.
            let sequence = live.site.heartbeat?["sequence"] as? Int ?? 0
            #expect(try await waitFor { (live.site.heartbeat?["sequence"] as? Int ?? 0) > sequence + 2 })
            #expect(try !live.site.log.contains("KILL_FLAT"))
            #expect(try await live.twin.books().held.count == 1)
            try await live.twin.control("faults", "{}")
            let end = try await runner.end()
            #expect(end.status == 10, "\(end.text)")
            try await live.expectSettled()
            try await live.twin.stop()
        }

        /// Fifty million roubles are two orders at least, none of which the venue refuses.
        @Test func aHaltClosesInPartsWhatIsTooLargeForOneOrder() async throws {
            let live = try await LiveSite(["--balance", "200000000"], venue: .tinvest)
            let runner = try live.start()
            try await live.untilProtected()
            let lots = Int(25_000_000 / ((Double(live.price) ?? 1) * 10))
            for _ in 0..<2 { try await trade(live, "buy", lots) }
            #expect(try await waitFor { live.hold == "external" }, "it was not adopted")
            // What the venue would not take when it fires is watched here.
            #expect(try await waitFor { live.site.isProtected })
            try await live.twin.until("no stop at the venue") { $0.livePlans.isEmpty }
            try await live.end(runner)
            let books = try await live.twin.books()
            #expect(books.isFlat, "\(books.root)")
            let sales = books.orders.filter { $0["direction"] as? String == "ORDER_DIRECTION_SELL" }
            #expect(sales.count == 2, "\(sales)")
            #expect(try !live.site.log.contains("90003"))
            try await live.expectEqualBooks()
            try await live.twin.stop()
        }

        @Test func weekendsTheOlderStreamAndTheLargestOrderAreSettings() async throws {
            var live = try await LiveSite(venue: .tinvest)
            try await live.twin.control("session", #"{"status":"DEALER_NORMAL_TRADING"}"#)
            func session() async throws -> String {
                let end = try await live.site.run(
                    ["doctor", "--venue", "tinkoff", "--assets", "SBER", "--json"], environment: live.environment)
                let rows = try #require(try end.json() as? [[String: Any]], "\(end.text)")
                return rows.first { $0["topic"] as? String == "SBER session" }?["text"] as? String ?? end.text
            }
            #expect(try await session().hasPrefix("the market is closed"))
            live.settings["TINKOFF_WEEKENDS"] = "1"
            #expect(try await session().hasPrefix("the market is open"))
            try await live.twin.control("session", "{}")
            let order = [
                "orders", "place", "--venue", "tinkoff", "--symbol", "SBER", "--side", "buy", "--quantity", "20",
            ]
            live.settings["TINKOFF_MAX_ORDER_RUB"] = "1000"
            let refused = try await live.site.run(order, environment: live.environment)
            #expect(refused.status == 69 && refused.text.contains("TINKOFF_TOO_LARGE"), "\(refused.text)")
            live.settings = ["TINKOFF_TRADES_STREAM": "1"]
            try await live.run { _ in
                var streams = 0
                let end = ContinuousClock.now + .seconds(20)
                while streams != 4, ContinuousClock.now < end {
                    streams = try await live.twin.control("status")["streams"] as? Int ?? 0
                    try await Task.sleep(for: .milliseconds(20))
                }
                #expect(streams == 4, "prices, orders, holdings, and executions once more")
            }
        }
    }
}
