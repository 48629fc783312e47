import Foundation
import Glibc
import Testing

extension Acceptance {
    /// One runner on two venues, while one of them is gone.
    @Suite struct BothTroubleTests {
        /// A first start needs no more than one venue: the other takes part as soon as it answers.
        @Test(arguments: [TwinVenue.bitget, .tinvest]) func aFirstStartTradesWhereItCanAndTheOtherVenueJoins(
            absent: TwinVenue
        ) async throws {
            let both = try await BothSite()
            let (port, symbol) = (both.twin(absent).port, absent.asset)
            let price = both.moved(absent, 100)
            try await both.twin(absent).stop()
            let runner = try both.start()
            let other = both.other(absent)
            try await both.twin(other).until("the other trades") { $0.held.count == 1 && !$0.livePlans.isEmpty }
            #expect(try await waitFor { both.site.positions.keys.sorted() == [other.asset] })
            try await expectNamed(both, absent, symbol, port: port)
            let again = try await TwinAtWork(both.site, port: port, venue: absent)
            try await again.price(price)
            try await again.until("it is traded too") { $0.held.count == 1 && !$0.livePlans.isEmpty }
            #expect(try await waitFor { both.site.positions.count == 2 && both.site.isProtected })
            let why = try await both.site.succeed(["why", symbol])
            #expect(why.output.contains("follows its signals"), "\(why.text)")
            // How it came about is in the journal: the next start decides the same again.
            runner.send(SIGKILL)
            _ = try await runner.end()
            let next = try both.start()
            try await both.site.waitUntilRunning(next.pid)
            try await both.with(again).end(next)
        }

        /// The same with simulated fills over both venues' prices.
        @Test(arguments: [TwinVenue.bitget, .tinvest]) func aPaperStartTradesWhereItCanAndTheOtherVenueJoins(
            absent: TwinVenue
        ) async throws {
            var both = try await BothSite()
            both.mode = "paper"
            let (port, price) = (both.twin(absent).port, both.moved(absent, 100))
            try await both.twin(absent).stop()
            let runner = try both.start()
            let other = both.other(absent)
            #expect(try await waitFor { both.site.positions.keys.sorted() == [other.asset] })
            try await expectNamed(both, absent, absent.asset, port: port)
            let again = try await TwinAtWork(both.site, port: port, venue: absent)
            try await again.price(price)
            #expect(try await waitFor { both.site.positions.count == 2 })
            runner.send(SIGKILL)
            _ = try await runner.end()
            // Known by now: the next start holds both at once, and ends flat.
            let next = try both.with(again).start()
            try await both.site.waitUntilRunning(next.pid)
            #expect(both.site.positions.count == 2)
            try await both.site.succeed(["kill"])
            let end = try await next.end()
            #expect(end.status == 10, "\(end.text)")
            for twin in [both.twin(other), again] { #expect(try await twin.books().orders.isEmpty) }
            try both.site.expectNoSecrets(of: [both.coins, both.shares], at: #_sourceLocation)
            try await both.with(again).stop()
        }

        /// A venue that tells its rules and then nothing more holds nobody up: it joins when it tells its bars.
        @Test(arguments: [TwinVenue.bitget, .tinvest], ["live", "paper"])
        func aVenueWithoutBarsKeepsNobodyFromTrading(lame: TwinVenue, mode: String) async throws {
            var both = try await BothSite()
            both.mode = mode
            let paths = [
                TwinVenue.bitget: ["/api/v2/mix/market/candles", "/api/v2/mix/market/history-candles"],
                .tinvest: ["/rest/tinkoff.public.invest.api.contract.v1.MarketDataService/GetCandles"],
            ]
            let rules = (paths[lame] ?? []).map { #"{"do":"gateway","path":"\#($0)"}"# }.joined(separator: ",")
            try await both.twin(lame).control("faults", #"{"rules":[\#(rules)]}"#)
            let runner = try both.start()
            #expect(try await waitFor { both.site.positions.keys.contains(both.other(lame).asset) })
            #expect(!both.site.positions.keys.contains(lame.asset))
            try await both.twin(lame).control("faults", "{}")
            #expect(try await waitFor { both.site.positions.count == 2 })
            try await both.site.succeed(["kill"])
            let end = try await runner.end()
            #expect(end.status == 10, "\(end.text)")
            for twin in [both.coins, both.shares] { #expect(try await twin.books().isFlat) }
            try await both.stop()
        }

        /// A venue of which nothing is traded is not asked.
        @Test(arguments: ["live", "paper"]) func onlyTheVenuesOfWhatIsTradedAreNeeded(mode: String) async throws {
            var both = try await BothSite()
            (both.mode, both.assets) = (mode, "SBER")
            try await both.coins.stop()
            let runner = try both.start()
            #expect(try await waitFor { both.site.positions.keys.sorted() == ["SBER"] })
            #expect(!both.site.hasLogged("VENUE_AWAITED"))
            try await both.site.succeed(["kill"])
            #expect(try await runner.end().status == 10)
            try await both.shares.stop()
        }

        /// Who asks is told what does not trade, why, and what to do about it; so is the log.
        private func expectNamed(_ both: BothSite, _ absent: TwinVenue, _ symbol: String, port: Int) async throws {
            let remedy = absent == .bitget ? "BITGET_BASE_URL" : "TINKOFF_BASE_URL"
            let why = try await both.site.succeed(["why", symbol])
            for word in ["no trade: VENUE_SILENT \(absent.client)", "127.0.0.1:\(port)", remedy, "aitrade doctor"] {
                #expect(why.output.contains(word), "\(why.text)")
            }
            let status = try await both.site.succeed(["status"])
            #expect(status.output.contains("\(symbol) on \(absent.client), target 0.0: no trade: VENUE_SILENT"))
            let log = try both.site.log.split(separator: "\n").first { $0.contains("VENUE_AWAITED") } ?? ""
            #expect(log.contains(absent.client) && log.contains(String(port)) && log.contains(remedy), "\(log)")
        }

        /// Killed before the silent venue ever answered, the next start goes on in the same way; a halt waits for it.
        @Test func aHaltWaitsForAVenueThatNeverAnswered() async throws {
            let both = try await BothSite()
            let port = both.shares.port
            try await both.shares.stop()
            let first = try both.start()
            try await both.coins.until("coins are held") { $0.held.count == 1 }
            first.send(SIGKILL)
            _ = try await first.end()
            let runner = try both.start()
            try await both.site.waitUntilRunning(runner.pid)
            try await both.site.succeed(["kill"])
            try await both.coins.until("coins are flat") { $0.isFlat }
            #expect(try await waitFor { both.site.heartbeat?["state"] as? String == "flattening" })
            let again = try await TwinAtWork(both.site, port: port, venue: .tinvest)
            let end = try await runner.end()
            #expect(end.status == 10, "\(end.text)")
            #expect(try await again.books().orders.isEmpty)
            try await both.coins.stop()
            try await again.stop()
        }

        @Test func aStartThatNoVenueAnswersFails() async throws {
            let both = try await BothSite()
            try await both.stop()
            let end = try await both.start().end()
            #expect(end.status == 69, "\(end.text)")
            #expect(!both.site.exists("state/trades.sqlite"), "nothing was written")
        }

        /// What only a person can mend is no silence: nothing is traded for the first time until it is mended.
        @Test func aWrongTokenAtOneVenueKeepsTheRunFromStarting() async throws {
            let both = try await BothSite()
            let wrong = both.environment.merging(["TINKOFF_API_TOKEN": "t.some_other_token"]) { $1 }
            let end = try await both.site.run(both.command, environment: wrong)
            #expect(end.status == 77 && end.errors.contains("TINKOFF_API_TOKEN"), "\(end.text)")
            #expect(try await both.coins.books().orders.isEmpty)
            try await both.stop()
        }

        /// The runner is gone and one venue frozen: the watchdog makes the other flat at once, and the frozen one when
        /// it answers.
        @Test(arguments: [TwinVenue.bitget, .tinvest]) func theWatchdogFlattensWhatItCanReachAndThenTheRest(
            frozen: TwinVenue
        ) async throws {
            let both = try await BothSite()
            try await both.loseRunner()
            both.twin(frozen).program.send(SIGSTOP)
            let watchdog = try both.watchdog()
            #expect(try await waitFor { both.site.exists("state/kill_switch.json") }, "the watchdog did not act")
            let begun = ContinuousClock.now
            try await both.twin(both.other(frozen)).until("the other is flat") { $0.isFlat }
            // The watchdog gives a silent venue a few seconds before it begins without.
            #expect(ContinuousClock.now - begun < BothVenuesTests.budget + .seconds(5))
            both.twin(frozen).program.send(SIGCONT)
            try await both.expectHalted(watchdog)
        }

        /// Told to stop while one venue is frozen, it says so and names what is still open there.
        @Test func aWatchdogThatIsStoppedNamesWhatIsStillOpen() async throws {
            let both = try await BothSite()
            try await both.loseRunner()
            both.shares.program.send(SIGSTOP)
            let watchdog = try both.watchdog()
            try await both.coins.until("coins are flat") { $0.isFlat }
            // It has to hear of that, too: what it does not know to be closed it names.
            try await Task.sleep(for: .seconds(2))
            for signal in [SIGINT, SIGTERM] { watchdog.send(signal) }
            let end = try await watchdog.end()
            #expect(end.status == 11, "\(end.text)")
            let report = try #require(try end.jsonObject()["flatten"] as? [String: Any])
            let open = try #require(report["stillOpen"] as? [[String: Any]])
            #expect(open.map { $0["broker"] as? String } == ["tinkoff"], "\(end.text)")
            #expect(open.map { $0["symbol"] as? String } == ["SBER"], "\(end.text)")
            both.shares.program.send(SIGCONT)
            try await both.stop()
        }

        /// Both venues die between an order and its answer and come back without any memory. Nobody can know what
        /// became of the orders until the venues surely never heard of them; until then a halt is not called flat.
        @Test func venuesThatDieDuringAnEntryLeaveConsistentBooks() async throws {
            // What is accepted waits for its match: the venues die before.
            let both = try await BothSite([.bitget: ["--order-lag", "60000"], .tinvest: ["--order-lag", "60000"]])
            let orders = "/rest/tinkoff.public.invest.api.contract.v1.OrdersService/PostOrder"
            try await both.coins.control(
                "faults", #"{"rules":[{"do":"hang","path":"/api/v2/mix/order/place-order"}]}"#)
            try await both.shares.control("faults", #"{"rules":[{"do":"hang","path":"\#(orders)"}]}"#)
            let runner = try both.start()
            for twin in [both.coins, both.shares] {
                try await twin.until("an order is there and unanswered") { $0.orders.count == 1 }
                try await twin.die()
            }
            let coins = try await TwinAtWork(both.site, port: both.coins.port)
            let shares = try await TwinAtWork(both.site, port: both.shares.port, venue: .tinvest)
            try await both.site.succeed(["kill"])
            let end = try await runner.end()
            #expect(end.status == 10, "\(end.text)")
            for twin in [coins, shares] {
                let books = try await twin.books()
                #expect(books.isFlat && books.orders.isEmpty, "nothing was sent a second time: \(books.root)")
                try await twin.stop()
            }
            let names = try await both.site.books().filter { !$0.hasPrefix("equity:") }
            #expect(names.count { $0.hasPrefix("intents:") } == 2 && names.count { $0.hasPrefix("fills:") } == 0)
            #expect(both.site.positions.isEmpty && both.site.heartbeat?["workingOrders"] as? Int == 0)
        }
    }
}
