import Brokers
import Core
import Synchronization
import Testing

/// The venue's clock is looked at once, and beside the calls from then on.
@Suite(.fewAtOnce) struct BitgetClockTests {
    private let exit = BitgetBench.request("out", .sell, reduceOnly: true, purpose: .flatten)

    @Test(arguments: [false, true]) func aClockThatIsNotToldHoldsNothingUp(isUnified: Bool) async throws {
        let venue = BitgetStandIn(isUnified: isUnified)
        venue.fail("public/time", .throttled(retryAfter: "30"), times: 100)
        try await withBitget(venue) { broker, _ in
            _ = await broker.submit(BitgetBench.request("in", .buy))
            guard case .accepted = await broker.submit(exit) else {
                Issue.record("an exit waited for the clock")
                return
            }
            #expect(venue.state.withLock { $0.exchange.net } == .zero)
        }
    }

    /// The refusal of a wrong time tells the right one.
    @Test func aWrongClockIsMendedWithoutTheClocksHelp() async throws {
        let venue = BitgetStandIn()
        try await withBitget(venue) { broker, _ in
            venue.fail("public/time", .throttled(retryAfter: nil), times: 100)
            venue.state.withLock { $0.clockOffset = 90_000 }
            guard case .accepted = await broker.submit(BitgetBench.request("in", .buy)) else {
                Issue.record("the time in the refusal was not taken")
                return
            }
            #expect(venue.requests("place-order").count == 2)
        }
    }
}
