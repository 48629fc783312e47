import Brokers
import Core
import Testing
import Twins

/// Trigger orders that the venue has, and neither finds nor lists at first.
@Suite(.fewAtOnce) struct TwinLagTests {
    private func plan(_ manner: TwinContractTests.Manner) -> String {
        let path = manner.isUnified ? "/api/v3/trade/place-strategy-order" : "/api/v2/mix/order/place-tpsl-order"
        return #"{"faults":{"notFoundLag":{"chance":1,"seconds":[2,2]}},"#
            + #""rules":[{"do":"dropResponse","path":"\#(path)","count":1}]}"#
    }

    /// The answer is lost and the stop is not listed for two seconds: however often it is asked for, there is one.
    @Test(.timeLimit(.minutes(5)), arguments: TwinStopTests.manners)
    func aStopThatIsNotListedAtFirstIsPlacedOnce(manner: TwinContractTests.Manner) async throws {
        try await withTwin(manner) { broker, twin in
            _ = await broker.submit(BitgetBench.request("in", .buy))
            while try await broker.snapshot().positions.isEmpty { await Task.yield() }
            try await twin.control("faults", plan(manner))
            let stop = BitgetBench.request(
                "stop", .sell, .stop(trigger: Price(FixedDecimal(90))), reduceOnly: true, purpose: .stop)
            let sent = ContinuousClock.now
            guard case .silent = await broker.submit(stop) else {
                Issue.record("nobody can know that it arrived")
                return
            }
            // A busy machine may answer when it is listed already.
            let isListed = try await !broker.snapshot().openOrders.isEmpty
            #expect(!isListed || ContinuousClock.now - sent >= .seconds(2), "it is there, and not listed")
            while true {
                if case .accepted = await broker.submit(stop) { break }
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(try await broker.snapshot().openOrders.map(\.clientID) == [ClientOrderID("stop")])
            #expect(try await twin.books()["plans"]?.elements.count == 1)
        }
    }
}
