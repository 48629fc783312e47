import Foundation
import Testing

extension Acceptance {
    /// Live runs at the first venue in all the manners in which accounts are kept there, while it misbehaves by plan.
    @Suite struct MannerTests {
        /// How an account is kept.
        enum Manner: String, CaseIterable, Sendable {
            case unifiedOneWay, unifiedHedge, classicHedge, classicSpot, unifiedSpot

            var isUnified: Bool { [.unifiedOneWay, .unifiedHedge, .unifiedSpot].contains(self) }
            var isSpot: Bool { [.classicSpot, .unifiedSpot].contains(self) }

            var flags: [String] {
                ["--account", isUnified ? "unified" : "classic"]
                    + ["--positions", [.unifiedHedge, .classicHedge].contains(self) ? "hedge" : "one-way"]
            }

            /// Where orders are placed.
            var orders: String {
                isUnified
                    ? "/api/v3/trade/place-order"
                    : isSpot
                        ? "/api/v2/spot/trade/place-order"
                        : "/api/v2/mix/order/place-order"
            }
        }

        /// What goes wrong, and in which manners; ORDERS stands for where orders are placed. What spoils readings at
        /// random leaves the first ones alone: a start that gets no answer three times over ends, as it should.
        enum Trouble: String, CaseIterable, Sendable {
            case lostAnswers, duplicates, storm, silence, partialFills, lateCancels, disconnects, malformed

            var manners: [Manner] {
                switch self {
                case .lostAnswers: [.unifiedOneWay, .classicSpot]
                case .duplicates: [.unifiedHedge, .unifiedSpot]
                case .storm: [.classicHedge, .unifiedOneWay]
                case .silence: [.unifiedSpot, .classicHedge]
                case .partialFills: [.unifiedOneWay, .classicSpot]
                case .lateCancels: [.unifiedHedge, .classicHedge]
                case .disconnects: [.unifiedHedge, .classicSpot]
                case .malformed: [.unifiedSpot, .classicHedge]
                }
            }

            var plan: String {
                switch self {
                case .lostAnswers:
                    #"{"rules":[{"do":"dropRequest","method":"GET","chance":0.1,"skip":20},"#
                        + #"{"do":"dropResponse","chance":0.1,"skip":25},"#
                        + #"{"do":"dropResponse","path":"ORDERS","count":1}],"#
                        + #""calmAfter":12}"#
                case .duplicates: #"{"rules":[{"do":"duplicateRequest","method":"POST","chance":0.5}]}"#
                case .storm:
                    #"{"rules":[{"do":"rateLimit","path":"ORDERS","count":2,"seconds":[1,1]},"#
                        + #"{"do":"rateLimit","method":"GET","chance":0.3,"seconds":[1,1],"skip":60}],"calmAfter":5}"#
                case .silence: #"{"rules":[{"do":"hang","path":"ORDERS","count":1},{"do":"frozen"}]}"#
                case .partialFills: #"{"faults":{"partialFills":{"parts":4,"seconds":[0.05,0.2]}}}"#
                case .lateCancels: "{}"
                case .disconnects: #"{"rules":[{"do":"disconnect","chance":0.1}]}"#
                case .malformed:
                    #"{"rules":[{"do":"malformed","chance":0.15,"skip":25},"#
                        + #"{"do":"malformed","path":"ORDERS","count":1}],"#
                        + #""calmAfter":12}"#
                }
            }

            /// Cancellations that are confirmed at once and done a second later, as some venues do.
            var flags: [String] { self == .lateCancels ? ["--cancel-lag", "1000"] : [] }
        }

        /// One trouble in one manner.
        struct Case: CustomTestStringConvertible, Sendable {
            let trouble: Trouble
            let manner: Manner

            var testDescription: String { "\(trouble) in \(manner)" }
        }

        static let cases = Trouble.allCases.flatMap { trouble in
            trouble.manners.map { Case(trouble: trouble, manner: $0) }
        }

        @Test(arguments: cases) func everyTroubleEndsFlatWithEqualBooks(now: Case) async throws {
            var live = try await LiveSite(now.manner.flags + now.trouble.flags, isSpot: now.manner.isSpot)
            let plan = now.trouble.plan.replacing("ORDERS", with: now.manner.orders)
            try await live.twin.control("faults", plan)
            // Nobody tells of an entry for some seconds: too long for a position without a stop, were it not allowed.
            if now.trouble == .silence { live.settings["PROTECT_UNPROTECTED_SECONDS"] = "60" }
            try await live.run(orGivenUp: true)
        }

        @Test func everyMannerSeesSeveralTroubles() {
            for manner in Manner.allCases { #expect(Self.cases.count { $0.manner == manner } >= 2, "\(manner)") }
            for trouble in Trouble.allCases { #expect(Set(trouble.manners).count >= 2, "\(trouble)") }
        }
    }
}
