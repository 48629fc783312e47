import Core
import Foundation
import Testing

extension Acceptance {
    /// Live runs while the venue misbehaves by plan.
    @Suite struct TwinTroubleTests {
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
            "streams lose, repeat and reorder":
                #"{"rules":[{"do":"frameLoss","chance":0.3},{"do":"repeat","chance":0.3},"#
                + #"{"do":"reorder","chance":0.3}]}"#,
            "streams are cut": #"{"rules":[{"do":"disconnect","chance":0.05}]}"#,
            "no streams at all": #"{"rules":[{"do":"refuseStream"}]}"#,
        ]

        @Test(arguments: plans.keys.sorted()) func everyPlanEndsFlatWithEqualBooks(name: String) async throws {
            let live = try await LiveSite()
            let plan: String = try #require(Self.plans[name])
            try await live.twin.control("faults", plan)
            try await live.run(orGivenUp: true)
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
        @Test func aStormOfTooManyDelaysAFlattenByLessThanTwoSeconds() async throws {
            let live = try await LiveSite()
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
