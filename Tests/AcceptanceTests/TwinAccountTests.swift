import Foundation
import FoundationNetworking
import Testing

extension Acceptance {
    /// Live runs while the account itself changes: other hands, other money, other modes, keys that are taken away, and
    /// a market that closes. The seeds are those by which what the fault menu draws for a day begins at once.
    @Suite struct TwinAccountTests {
        /// A switch that comes in spells, for an hour from now on.
        private func hour(_ fault: String) -> String {
            #"{"faults":{"\#(fault)":{"perDay":10000,"seconds":[3600,3600]}}}"#
        }

        /// Puts a plan in force, and waits until its switch was felt.
        private func feel(_ fault: String, _ plan: String, _ live: LiveSite) async throws {
            try await live.twin.control("faults", plan)
            let end = ContinuousClock.now + .seconds(30)
            while try await live.twin.felt(fault) == 0 {
                try #require(ContinuousClock.now < end, "\(fault) was never felt")
                try await Task.sleep(for: .milliseconds(20))
            }
        }

        /// The runner ends proven flat, with equal books.
        private func expectEnd(_ runner: Program, _ live: LiveSite) async throws {
            let end = try await runner.end()
            #expect(end.status == 10, "\(end.text)")
            try await live.expectSettled()
            try await live.twin.stop()
        }

        /// Closed by hand: the exits are taken back and nothing is entered again. Then bought by hand: adopted,
        /// protected, held. A kill ends both flat, and every execution is in the books.
        @Test func whatOtherHandsTradeIsAdoptedProtectedAndClosed() async throws {
            let manners: [MannerTests.Manner] = [.unifiedOneWay, .classicHedge]
            for manner in manners {
                var live = try await LiveSite(manner.flags + ["--seed", "21"])
                live.settings["RECONCILE_SECONDS"] = "1"
                try await live.run { _ in
                    try await feel("manualTrade", #"{"faults":{"manualTrade":{"perDay":10000}}}"#, live)
                    try await live.twin.until("closed by hand, without exits") { $0.isFlat }
                    #expect(try await waitFor { live.site.positions.isEmpty && live.hold == "external" })
                    try await live.twin.until("bought by hand, and protected") { books in
                        books.held.count == 1 && !books.livePlans.isEmpty
                            && books.livePlans.allSatisfy { books.held == [TwinBooks.exact($0["qty"])] }
                    }
                    try await live.twin.control("faults", "{}")
                    #expect(live.site.hasLogged("EXTERNAL_POSITION") && live.hold == "external")
                }
            }
        }

        /// The same on spot: sold by hand, then bought by hand. What is left of a coin is no execution, so the books
        /// are not compared to the last digit.
        @Test(arguments: [MannerTests.Manner.classicSpot, .unifiedSpot])
        func whatOtherHandsTradeOnSpotIsAdoptedAndSold(manner: MannerTests.Manner) async throws {
            var live = try await LiveSite(manner.flags + ["--seed", "21"], isSpot: true)
            live.settings["RECONCILE_SECONDS"] = "1"
            let runner = try live.start()
            try await live.untilProtected()
            try await feel("manualTrade", #"{"faults":{"manualTrade":{"perDay":10000}}}"#, live)
            try await live.twin.until("sold by hand") { $0.isFlat }
            #expect(try await waitFor { live.site.positions.isEmpty && live.hold == "external" })
            try await live.twin.until("bought by hand") { $0.held.count == 1 }
            #expect(try await waitFor { !live.site.positions.isEmpty }, "nobody noticed")
            try await live.twin.control("faults", "{}")
            #expect(live.site.hasLogged("EXTERNAL_POSITION") && live.hold == "external")
            try await live.end(runner)
            #expect(try await live.twin.books().isFlat)
            try live.expectNoSecrets()
            try await live.twin.stop()
        }

        /// An exit that somebody cancels is placed again, and the position is nobody else's.
        @Test(arguments: [MannerTests.Manner.unifiedOneWay, .classicHedge])
        func anExitThatOtherHandsCancelIsPlacedAgain(manner: MannerTests.Manner) async throws {
            var live = try await LiveSite(manner.flags + ["--seed", "100"])
            live.settings["RECONCILE_SECONDS"] = "1"
            try await live.run { _ in
                let before = try await live.twin.books().livePlans.compactMap { $0["orderId"] as? String }
                try await feel("manualTrade", #"{"faults":{"manualTrade":{"perDay":10000}}}"#, live)
                try await live.twin.until("cancelled by hand, and placed again") { books in
                    let now = books.livePlans.compactMap { $0["orderId"] as? String }
                    return now.count == 2 && Set(now).intersection(before).count == 1
                }
                try await live.twin.control("faults", "{}")
                #expect(try await waitFor { live.site.isProtected } && live.hold == nil)
            }
        }

        /// In hedge mode somebody may hold the other side as well: a kill closes both, and every execution is in the
        /// books as it was, with its fee.
        @Test(arguments: [MannerTests.Manner.unifiedHedge, .classicHedge])
        func theOtherSideOfAHedgedAccountIsClosedToo(manner: MannerTests.Manner) async throws {
            var live = try await LiveSite(manner.flags)
            live.settings["RECONCILE_SECONDS"] = "1"
            let runner = try live.start()
            try await live.untilProtected()
            try await live.twin.control("trade", #"{"symbol":"BTCUSDT","side":"sell","size":"0.002"}"#)
            #expect(try await live.twin.books().held.count == 2)
            #expect(try await waitFor { live.site.hasLogged("EXTERNAL_POSITION") }, "nobody noticed")
            try await live.end(runner)
            #expect(live.site.positions.isEmpty)
            try await live.expectSettled()
            try await live.twin.stop()
        }

        /// Money that goes without a trade is told once, and changes nothing else, on either side of the account.
        @Test(arguments: [nil, .classicSpot] as [MannerTests.Manner?])
        func moneyThatGoesWithoutATradeIsToldOnce(manner: MannerTests.Manner?) async throws {
            var live = try await LiveSite((manner?.flags ?? []) + ["--seed", "27"], isSpot: manner?.isSpot ?? false)
            live.settings["RECONCILE_SECONDS"] = "1"
            try await live.run { _ in
                try await feel("balanceDrift", #"{"faults":{"balanceDrift":{"perDay":10000,"percent":2}}}"#, live)
                try await live.twin.control("faults", "{}")
                #expect(try await waitFor { live.site.hasLogged("BALANCE_DRIFT") }, "nobody said so")
                #expect(try await live.twin.books().livePlans.count == live.nativePlans && live.hold == nil)
                #expect(try live.site.log.components(separatedBy: "BALANCE_DRIFT").count == 2)
            }
            // On spot the coin that is sold at the end is a balance, too.
            guard manner == nil else { return }
            #expect(try live.site.log.components(separatedBy: "BALANCE_DRIFT").count == 2)
        }

        /// Keys that are taken away in the middle: the venue's own exits stay, nothing is called flat, whoever asks is
        /// told; given back, the halt goes on by itself.
        @Test(arguments: [MannerTests.Manner.unifiedOneWay, .classicHedge])
        func aHaltWithoutKeysWaitsForThem(manner: MannerTests.Manner) async throws {
            let live = try await LiveSite(manner.flags + ["--seed", "63"])
            let runner = try live.start()
            try await live.untilProtected()
            try await feel("authRevoked", hour("authRevoked"), live)
            try await live.site.succeed(["kill"])
            #expect(try await waitFor { live.site.heartbeat?["state"] as? String == "flattening" })
            #expect(try await waitFor { "\(live.site.heartbeat?["brokers"] ?? "")".contains("40006") })
            let status = try await live.site.succeed(["status"]).output
            #expect(status.contains("NOT REACHED") && status.contains("40006"), "\(status)")
            let books = try await live.twin.books()
            #expect(books.held.count == 1 && books.livePlans.count == 2, "\(books.root)")
            #expect(!live.site.hasLogged("KILL_FLAT"))
            try await live.twin.control("faults", "{}")
            try await expectEnd(runner, live)
        }

        /// The venue's stop fires while the keys are gone: the books learn of it when they are back.
        @Test func aStopThatFiresWithoutKeysIsBooked() async throws {
            let live = try await LiveSite(["--seed", "63"])
            try await live.run { _ in
                try await feel("authRevoked", hour("authRevoked"), live)
                try await live.twin.control("disconnect", "{}")
                try await live.twin.price(live.moved(88))
                try await live.twin.until("the stop fired") { $0.isFlat }
                try await live.twin.control("faults", "{}")
                #expect(try await waitFor(.seconds(60)) { live.site.positions.isEmpty })
            }
        }

        /// Refused for their form, the closes of a halt are sent until one is taken.
        @Test(arguments: [MannerTests.Manner.unifiedHedge, .unifiedOneWay, .classicHedge])
        func exitsThatAreRefusedForTheirFormAreTriedAgain(manner: MannerTests.Manner) async throws {
            let live = try await LiveSite(manner.flags + ["--seed", "165"])
            let runner = try live.start()
            try await live.untilProtected()
            try await live.twin.control("faults", hour("positionMode"))
            try await live.site.succeed(["kill"])
            #expect(try await within { try await live.twin.felt("positionMode") > 2 }, "it was not tried again")
            #expect(live.site.heartbeat?["state"] as? String == "flattening")
            #expect(try await live.twin.books().held.count == 1)
            try await live.twin.control("faults", "{}")
            try await expectEnd(runner, live)
        }

        /// A halt while the market is closed is never called flat, says what the venue answers, and is done at the
        /// opening.
        @Test(arguments: [MannerTests.Manner.unifiedOneWay, .classicHedge])
        func aHaltInAClosedMarketIsDoneAtTheOpening(manner: MannerTests.Manner) async throws {
            let live = try await LiveSite(manner.flags + ["--seed", "137"])
            let runner = try live.start()
            try await live.untilProtected()
            try await live.twin.control("faults", hour("marketClosed"))
            #expect(try await within { try await live.isMaintained() }, "the market did not close")
            try await live.site.succeed(["kill"])
            #expect(try await waitFor { live.site.heartbeat?["state"] as? String == "flattening" })
            #expect(try await waitFor { (live.site.heartbeat?["lastError"] as? String)?.contains("41114") == true })
            #expect(
                try await waitFor {
                    live.site.hasLogged("RESIDUAL_EXPOSURE") && live.site.hasResidual("BTCUSDT")
                })
            let status = try await live.site.succeed(["status"]).output
            #expect(status.contains("waits for the opening") && !live.site.hasLogged("KILL_FLAT"), "\(status)")
            #expect(try await live.twin.books().held.count == 1)
            try await live.twin.control("faults", "{}")
            try await expectEnd(runner, live)
        }

        /// A stop that is reached and does nothing is done by the runner.
        @Test(arguments: [MannerTests.Manner.unifiedHedge, .unifiedOneWay])
        func aStopThatDoesNothingIsClosedByTheRunner(manner: MannerTests.Manner) async throws {
            let live = try await LiveSite(manner.flags)
            try await live.twin.control("faults", #"{"faults":{"deadStop":{"chance":1}}}"#)
            try await live.run { _ in
                try await live.twin.price(live.moved(88))
                try await live.twin.until("closed all the same") { $0.isFlat }
                #expect(try await waitFor { live.site.positions.isEmpty })
            }
        }
    }
}

/// Whether something that has to be asked for comes true in time.
private func within(_ condition: () async throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < end {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(20))
    }
    return false
}

extension LiveSite {
    /// Whether the venue tells everybody that nothing can be traded.
    fileprivate func isMaintained() async throws -> Bool {
        let isUnified = try await twin.books().root["family"] as? String == "unified"
        let path = isUnified ? "v3/market/instruments?category" : "v2/mix/market/contracts?productType"
        let url = try #require(URL(string: "http://127.0.0.1:\(twin.port)/api/\(path)=USDT-FUTURES&symbol=BTCUSDT"))
        let (data, _) = try await URLSession.shared.data(from: url)
        return String(decoding: data, as: UTF8.self).contains("maintain")
    }
}
