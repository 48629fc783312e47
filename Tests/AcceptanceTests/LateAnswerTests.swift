import Foundation
import Testing

extension Acceptance {
    /// The venue fills at once and answers late.
    @Suite struct LateAnswerTests {
        /// The stop does not wait until the entry is answered.
        @Test func aFilledEntryIsProtectedBeforeItIsAnswered() async throws {
            let live = try await LiveSite()
            try await live.twin.control(
                "faults",
                #"{"rules":[{"do":"delay","path":"/api/v2/mix/order/place-order","seconds":[7,7],"count":1}]}"#)
            let runner = try live.start()
            try await live.twin.until("something is held") { $0.held.count == 1 }
            let begun = ContinuousClock.now
            try await live.twin.until("its stop stands") { !$0.livePlans.isEmpty }
            #expect(ContinuousClock.now - begun < .seconds(5), "the stop waited for the answer to the entry")
            try await live.untilProtected()
            #expect(!live.site.hasLogged("UNPROTECTED"))
            try await live.end(runner)
            try await live.expectSettled()
            try await live.twin.stop()
        }
    }
}
