import Brokers
import Core
import Synchronization
import Testing

/// What cannot be read hides nothing else.
@Suite(.fewAtOnce) struct BitgetForeignTests {
    /// `$ALTUSDT` can be no symbol here: somebody's hand-made position there is told under another name.
    @Test(arguments: [false, true]) func instrumentsWithoutANameHereHideNothing(isUnified: Bool) async throws {
        let venue = BitgetStandIn(isUnified: isUnified)
        venue.state.withLock { $0.hasForeigner = true }
        try await withBitget(venue) { broker, _ in
            guard case .accepted = await broker.submit(BitgetBench.request("in", .buy)) else {
                Issue.record("not accepted")
                return
            }
            let account = try await broker.snapshot(fillsSince: .epoch)
            #expect(account.positions.map(\.symbol.name) == ["BTCUSDT", "_24ALTUSDT"])
            #expect(!account.isFlat && !account.fills.isEmpty)
        }
    }

    /// An order may be cancelled once a second: one that somebody cancelled a moment ago is cancelled again a second
    /// later, and meanwhile it keeps no protection from being cancelled.
    @Test(arguments: [1, 100])
    func anOrderCancelledTooOftenKeepsNothingElseFromBeingCancelled(times: Int) async throws {
        let venue = BitgetStandIn()
        try await withBitget(venue) { broker, _ in
            _ = await broker.submit(BitgetBench.request("in", .buy))
            _ = await broker.submit(BitgetBench.request("stop", .sell, .stop(trigger: Price(FixedDecimal(50)))))
            let guarded = try await broker.snapshot().openOrders
            #expect(guarded.count == 1, "\(guarded)")
            venue.fail("batch-cancel-orders", .refused(code: "45129"), times: times)
            if times == 1 {
                try await broker.cancelAll(BitgetBench.symbol)
            } else {
                let error = await #expect(throws: VenueError.self) { try await broker.cancelAll(BitgetBench.symbol) }
                #expect(error?.code == "BITGET_45129")
            }
            #expect(venue.requests("batch-cancel-orders").count == min(times + 1, 3))
            let left = try await broker.snapshot().openOrders
            #expect(left.isEmpty, "\(left)")
        }
    }

    /// One order that cannot be read for ever keeps no execution of another back.
    @Test(arguments: [false, true]) func anUnreadableOrderKeepsNoNewsBack(isUnified: Bool) async throws {
        let venue = BitgetStandIn(isUnified: isUnified)
        try await withBitget(venue) { broker, _ in
            _ = await broker.submit(BitgetBench.request("rest", .buy, .limit(Price(FixedDecimal(50)))))
            venue.fail(isUnified ? "order-info" : "detail", .refused(code: "40017"), times: 10_000)
            _ = await broker.submit(BitgetBench.request("in", .buy))
            for _ in 0..<200 {
                guard let batch = try await broker.nextEvents() else { break }
                for case .fill(let fill) in batch.events where fill.clientID?.text == "in" { return }
            }
            Issue.record("the execution was never told")
        }
    }
}
