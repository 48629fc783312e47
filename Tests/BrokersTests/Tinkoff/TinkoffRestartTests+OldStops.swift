import Brokers
import Core
import Synchronization
import Testing

extension TinkoffRestartTests {
    /// A stop waits for weeks; where the list of those that ended goes by when they were placed, it is still found.
    @Test func anOldStopThatFiresIsToldUnderItsName() async throws {
        var manner = TinkoffStandIn.Manner()
        manner.listsStopsByPlacing = true
        let standIn = TinkoffStandIn(manner)
        try await withTinkoff(standIn) { broker, server in
            try await open(broker, lots: 2)
            let placed = try await place(broker)
            await broker.stop()
            let tenDays: Int64 = 10 * 86_400_000
            standIn.state.withLock { state in
                for place in state.stops.indices { state.stops[place].at -= tenDays }
            }
            try await withAnother(server) { other in
                let sent = Self.now() - .milliseconds(tenDays)
                await other.recall([try Self.order(Self.stop, placed.venueOrderID, at: sent)])
                #expect(try await other.order(Self.stop.clientID, Self.stop.symbol)?.state == .working)
                standIn.move(to: FixedDecimal(89))
                #expect(try await other.told(Self.stop.clientID, until: 20) == 20)
                #expect(try await other.order(Self.stop.clientID, Self.stop.symbol)?.state == .filled)
            }
        }
    }
}
