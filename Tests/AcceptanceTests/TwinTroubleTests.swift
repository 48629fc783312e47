import Core
import Foundation
import Testing

extension Acceptance {
    /// Live runs while the venue misbehaves by plan.
    @Suite struct TwinTroubleTests {
        private static let orders = "/api/v2/mix/order/place-order"
        private static let exits = "/api/v2/mix/order/place-tpsl-order"

        private static let lostStop =
            #"{"faults":{"notFoundLag":{"chance":1,"seconds":[0.5,3]}},"#
            + #""rules":[{"do":"dropResponse","path":"\#(exits)","count":1}]}"#

        /// Each goes wrong while a position is opened, protected and closed.
        static let plans: [String: String] = [
            "lost requests and answers":
                #"{"rules":[{"do":"dropRequest","method":"GET","chance":0.1},"#
                + #"{"do":"dropResponse","chance":0.1}],"calmAfter":12}"#,
            "a gateway answers in place of the venue":
                #"{"rules":[{"do":"gateway","path":"/api/v2/mix/order","chance":0.3,"accept":true}],"calmAfter":12}"#,
            "late answers": #"{"rules":[{"do":"delay","chance":0.5,"seconds":[0.1,0.8]}],"calmAfter":12}"#,
            "an accepted order is called unknown":
                #"{"rules":[{"do":"reject","path":"/api/v2/mix/order/place","code":"40010","accept":true,"count":2}]}"#,
            "requests arrive twice": #"{"rules":[{"do":"duplicateRequest","method":"POST","chance":0.5}]}"#,
            "lists are null": #"{"rules":[{"do":"nullLists"}]}"#,
            "answers break off": #"{"rules":[{"do":"malformed","chance":0.15}],"calmAfter":12}"#,
            // A start that gets no answer three times over ends, as it should: the first readings are left alone.
            "answers are empty":
                #"{"rules":[{"do":"empty","chance":0.15,"skip":25},{"do":"empty","path":"\#(orders)","count":1},"#
                + #"{"do":"empty","path":"\#(exits)","count":1}],"calmAfter":12}"#,
            "streams lose, repeat and reorder":
                #"{"rules":[{"do":"frameLoss","chance":0.3},{"do":"repeat","chance":0.3},"#
                + #"{"do":"reorder","chance":0.3}]}"#,
            "streams are cut": #"{"rules":[{"do":"disconnect","chance":0.05}]}"#,
            "streams are closed with codes":
                #"{"rules":[{"do":"disconnect","code":"1000","chance":0.02},"#
                + #"{"do":"disconnect","code":"1001","chance":0.02},{"do":"disconnect","code":"1011","chance":0.02},"#
                + #"{"do":"disconnect","code":"4001","chance":0.02}]}"#,
            "streams are silent": #"{"rules":[{"do":"stale"}]}"#,
            "streams are frozen": #"{"rules":[{"do":"frozen"}]}"#,
            "no streams at all": #"{"rules":[{"do":"refuseStream"}]}"#,
            "answers never come":
                #"{"rules":[{"do":"hang","path":"\#(orders)","count":1},{"do":"hang","path":"\#(exits)","count":1}]}"#,
            "too many requests":
                #"{"rules":[{"do":"rateLimit","path":"/api/v2/mix","chance":0.3,"seconds":[1,1],"skip":30}],"#
                + #""calmAfter":8}"#,
            "an order comes in part": #"{"rules":[{"do":"partialThenNothing","parts":3,"count":1}]}"#,
            "orders come in parts, and go on after they were cancelled":
                #"{"faults":{"partialFills":{"parts":6,"seconds":[0.4,0.6]},"#
                + #""fillAfterCancel":{"chance":1,"seconds":[1,2]}}}"#,
            "an answer is lost, and the order not found at first":
                #"{"faults":{"notFoundLag":{"chance":1,"seconds":[0.5,3]}},"#
                + #""rules":[{"do":"dropResponse","path":"\#(orders)","count":1}]}"#,
            "a stop's answer is lost, and the stop not found at first": lostStop,
            "the menu at random": ShareTroubleTests.menu,
            "the menu in spells":
                #"{"faults":{"freeze":{"perDay":10000,"seconds":[2,4]},"rateLimit":{"perDay":10000,"seconds":[0.5,2]},"#
                + #""rateLimitRetryAfter":{"perDay":10000,"seconds":[0.5,2]},"#
                + #""wrongClock":{"perDay":10000,"seconds":[0.5,2]}},"calmAfter":10}"#,
        ]

        /// What is in no plan, because each leaves more behind than equal books: a test of its own says what.
        private static let elsewhere = [
            "deadStop", "marketClosed", "positionMode", "authRevoked", "balanceDrift", "manualTrade", "priceFilter",
        ]

        @Test func thePlansLeaveNothingOut() async throws {
            let live = try await LiveSite()
            let text = Self.plans.values.joined()
            let deeds = try await live.twin.known(#"{"rules":[{"do":"nonsense"}]}"#)
            #expect(deeds.count > 15 && deeds.allSatisfy { text.contains(#""do":"\#($0)""#) }, "\(deeds)")
            let switches = try await live.twin.known(#"{"faults":{"nonsense":{"chance":1}}}"#)
            let missing = switches.filter { !text.contains(#""\#($0)":{"#) && !Self.elsewhere.contains($0) }
            #expect(switches.count > 15 && missing.isEmpty, "\(missing)")
            try await live.twin.stop()
        }

        @Test(arguments: plans.keys.sorted()) func everyPlanEndsFlatWithEqualBooks(name: String) async throws {
            var live = try await LiveSite()
            let plan: String = try #require(Self.plans[name])
            try await live.twin.control("faults", plan)
            // Nobody tells of an unanswered entry for some seconds: too long without a stop, were it not allowed.
            if plan.contains("hang") { live.settings["PROTECT_UNPROTECTED_SECONDS"] = "60" }
            let runner = try live.start()
            try await live.untilProtected(orGivenUp: true)
            try await live.end(runner)
            // What does not go by chance has to have happened, or the run has shown nothing.
            let felt = try await live.twin.control("status")["faultsFelt"] as? [String: Any] ?? [:]
            let count = felt.values.reduce(0) { $0 + ($1 as? Int ?? 0) }
            #expect(count > 0 || plan.contains(#""chance":0."#), "\(felt)")
            try await live.expectSettled()
            try await live.twin.stop()
        }

        /// A stop whose answer was lost, and that is not listed for a while, is there once.
        @Test func aStopThatIsNotFoundAtFirstIsPlacedOnce() async throws {
            var live = try await LiveSite()
            live.settings["PROTECT_UNPROTECTED_SECONDS"] = "60"
            live.settings["RECONCILE_SECONDS"] = "1"
            try await live.twin.control("faults", Self.lostStop)
            let runner = try live.start()
            try await live.untilProtected()
            try await live.end(runner)
            let felt = (try await live.twin.felt("notFoundLag"), try await live.twin.felt("rules[0].dropResponse"))
            #expect(felt.0 > 2 && felt.1 == 1, "\(felt)")
            let plans = try await live.twin.books().root["plans"] as? [[String: Any]] ?? []
            #expect(plans.count == 2, "one stop and one take-profit were ever placed: \(plans)")
            try await live.expectSettled()
            try await live.twin.stop()
        }

        /// A venue that takes no trigger so far from the price: the runner watches both levels itself, and closes.
        @Test func levelsThatTheVenueRefusesForTheirDistanceAreWatched() async throws {
            let live = try await LiveSite()
            try await live.twin.control("faults", #"{"faults":{"priceFilter":{"percent":0.5}}}"#)
            let runner = try live.start()
            try await live.twin.until("a position") { $0.held.count == 1 }
            #expect(try await waitFor { live.site.isProtected && live.site.hasLogged("PROTECTION_REFUSED") })
            #expect(try await live.twin.felt("priceFilter") >= 2)
            #expect(try await live.twin.books().livePlans.isEmpty, "the venue holds none of them")
            try await live.twin.price(live.moved(88))
            try await live.twin.until("closed by the runner") { $0.isFlat }
            #expect(try await waitFor { live.site.positions.isEmpty })
            try await live.end(runner)
            try await live.expectSettled()
            try await live.twin.stop()
        }

        @Test func aCutStreamIsOpenedAgainAndNothingIsMissed() async throws {
            let live = try await LiveSite()
            try await live.run { _ in
                for _ in 0..<3 { try await live.twin.control("disconnect", "{}") }
                try await live.twin.price(live.moved(88))
                #expect(try await waitFor { live.site.positions.isEmpty })
            }
        }

        /// The list of executions fails for good: what is held is closed and proven to be gone all the same. Without it
        /// the books say at least that.
        @Test func aVenueThatListsNoExecutionsIsProvenFlat() async throws {
            let live = try await LiveSite()
            let runner = try live.start()
            try await live.untilProtected()
            try await live.twin.control(
                "faults",
                #"{"rules":[{"do":"reject","path":"/api/v2/mix/order/fill","code":"45001","status":500}]}"#)
            try await live.end(runner)
            let books = try await live.twin.books()
            #expect(books.isFlat && Set(books.names).count == books.names.count, "\(books.root)")
            #expect(live.site.positions.isEmpty)
            try await live.twin.stop()
        }

        /// "Too many" to everything for three seconds: once it ends, the account is flat within two.
        @Test(arguments: [nil, .unifiedHedge, .classicSpot, .unifiedSpot] as [MannerTests.Manner?])
        func aStormOfTooManyDelaysAFlattenByLessThanTwoSeconds(manner: MannerTests.Manner?) async throws {
            let live = try await LiveSite(manner?.flags ?? [], isSpot: manner?.isSpot ?? false)
            try await live.run { _ in
                let begun = ContinuousClock.now
                try await live.twin.control(
                    "faults", #"{"rules":[{"do":"rateLimit","path":"/api","for":3,"seconds":[30,30]}]}"#)
                try await live.site.succeed(["kill"])
                try await live.twin.until("flat") { $0.isFlat }
                let took = ContinuousClock.now - begun
                #expect(took < .seconds(5), "3 s of storm, then \(took - .seconds(3))")
            }
        }
    }
}

extension TwinAtWork {
    /// The names that it would have taken in place of the nonsense in a plan.
    fileprivate func known(_ plan: String) async throws -> [String] {
        let list = try await complaint("faults", plan).components(separatedBy: "known here are ").last ?? ""
        return list.components(separatedBy: ", ").map { $0.trimmingCharacters(in: .letters.inverted) }
    }
}
