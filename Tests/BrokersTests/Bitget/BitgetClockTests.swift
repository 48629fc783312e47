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

    /// The first execution that is told within a minute; nil when none is.
    private func execution(_ broker: BitgetBroker) async throws -> Fill? {
        try await withThrowingTaskGroup(of: Fill?.self) { group in
            group.addTask {
                while let batch = try await broker.nextEvents() {
                    for event in batch.events { if case .fill(let fill) = event { return fill } }
                }
                return nil
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(60))
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    /// A clock that was ten minutes ahead at the start hides no execution once it is right.
    @Test(arguments: [false, true]) func executionsAreToldWhenTheClockWasAheadBefore(isUnified: Bool) async throws {
        let venue = BitgetStandIn(isUnified: isUnified)
        venue.state.withLock { $0.clockOffset = 600_000 }
        try await withBitget(venue) { broker, _ in
            let before = venue.state.withLock { state in
                (state.clockOffset, state.exchange.now) = (0, 0)
                return state.requests.count { $0.path.hasSuffix("fills") }
            }
            // Two rounds: the first finds the clock wrong.
            while venue.requests("fills").count < before + 4 { try await Task.sleep(for: .milliseconds(10)) }
            _ = await broker.submit(BitgetBench.request("late", .buy))
            let told = try await execution(broker)
            #expect(told?.clientID == ClientOrderID("late"), "\(String(describing: told))")
        }
    }
}
