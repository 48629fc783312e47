import Brokers
import Core
import Synchronization
import Testing

/// A stop that fired takes its part of the position, whenever and wherever the order that it became is told.
@Suite(.fewAtOnce) struct TinkoffFiredStopTests {
    /// The order is told singly before it stands in the list that positions are compared with.
    @Test(arguments: [false, true]) func aFiredStopCountsUntilItsOrderIsListed(isForeign: Bool) async throws {
        var manner = TinkoffStandIn.Manner()
        (manner.childLag, manner.tellsHidden) = (1_000_000, true)
        let standIn = TinkoffStandIn(manner)
        try await withTinkoff(standIn) { broker, server in
            guard case .accepted = await broker.submit(TinkoffBench.request("in", .buy, lots: 5)) else {
                Issue.record("not bought")
                return
            }
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("in"))
            let stop = TinkoffBench.request(
                "stop", .sell, .stop(trigger: Price(FixedDecimal(90))), lots: 3, reduceOnly: true, purpose: .stop)
            let other = try TinkoffBroker(TinkoffBench.settings(port: server.port))
            guard case .accepted = await (isForeign ? other : broker).submit(stop) else {
                Issue.record("the stop was not taken")
                return
            }
            _ = try await broker.snapshot()
            standIn.move(to: FixedDecimal(89))
            for _ in 0..<1000 where standIn.calls("OrdersService/GetOrderState") < 20 {
                // Whoever looks at the stop is told of its order.
                _ = try await broker.order(stop.clientID, TinkoffBench.symbol)
            }
            let out = TinkoffBench.request("out", .sell, lots: 5, reduceOnly: true, purpose: .exit)
            let outcome = await broker.submit(out)
            // Now it is listed, and executes.
            standIn.state.withLock { state in
                for place in state.orders.indices {
                    state.orders[place].hiddenFor = min(1, state.orders[place].hiddenFor)
                }
            }
            _ = try await broker.snapshot()
            let (lowest, now) = standIn.state.withLock { ($0.lowest, $0.pieces) }
            #expect(lowest >= 0, "the position was flipped to \(lowest): \(outcome)")
            #expect(now <= 20, "the stop's order never executed")
            await other.stop()
        }
    }
}
