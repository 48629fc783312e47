import Brokers
import Core
import Foundation
import Synchronization
import Testing

/// While the rules of a share cannot be read.
@Suite(.fewAtOnce) struct TinkoffRulesTests {
    private static let stop = TinkoffBench.request(
        "0b9d6b0a-3c8e-4f0e-9a1b-3f1c3e0c7d21", .sell, .stop(trigger: Price(FixedDecimal(90))), lots: 2,
        reduceOnly: true, purpose: .stop)

    private func loseRules(_ standIn: TinkoffStandIn, _ status: Int = 503, _ body: String = "busy") {
        for method in ["ShareBy", "GetInstrumentBy"] {
            for _ in 0..<200 {
                standIn.fail("InstrumentsService/\(method)", .answerInstead(status: status, headers: [:], body: body))
            }
        }
    }

    /// Another process of the runner, and what the venue said to the stop of the position that it finds.
    private func afterARestart(
        _ standIn: TinkoffStandIn, _ body: (TinkoffBroker, OrderReport) async throws -> Void
    ) async throws {
        try await withTinkoff(standIn) { broker, server in
            _ = await broker.submit(TinkoffBench.request("in", .buy, lots: 2))
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("in"))
            guard case .accepted(let placed) = await broker.submit(Self.stop) else {
                Issue.record("the stop was not taken")
                return
            }
            let other = try TinkoffBroker(TinkoffBench.settings(port: server.port))
            try await body(other, placed)
            await other.stop()
        }
    }

    /// A share that was taken off the board has no rules any more: nobody waits for them, and a kill comes to its end.
    @Test(arguments: [
        #"{"code":5,"message":"not found","description":"50002"}"#, #"{"instrument":{"ticker":""}}"#,
        #"{"instrument":{"ticker":"SBER","classCode":"TQBR","uid":"\#(TinkoffStandIn.uid)","lot":10}}"#,
    ]) func aStopOfWhatHasNoRulesAnyMoreIsCancelled(answer: String) async throws {
        let standIn = TinkoffStandIn()
        try await afterARestart(standIn) { other, placed in
            loseRules(standIn, answer.contains("50002") ? 404 : 200, answer)
            let gone = await other.cancel(.venue(placed.venueOrderID), TinkoffBench.symbol)
            if case .accepted = gone {} else { Issue.record("\(gone)") }
            #expect(standIn.calls("StopOrdersService/CancelStopOrder") == 1)
        }
    }

    /// After a restart nothing could be closed without them: a stop stays until they can be read.
    @Test func aStopIsNotCancelledWhileNothingCouldBeClosed() async throws {
        let standIn = TinkoffStandIn()
        try await afterARestart(standIn) { other, placed in
            loseRules(standIn)
            var order = Order(request: Self.stop, at: placed.at)
            try order.apply(.sent, at: placed.at)
            try order.apply(.accepted, venueOrderID: placed.venueOrderID, at: placed.at)
            await other.recall([order])
            let kept = await other.cancel(.client(Self.stop.clientID), TinkoffBench.symbol)
            if case .accepted = kept { Issue.record("\(kept)") }
            #expect(standIn.calls("StopOrdersService/CancelStopOrder") == 0)
            standIn.state.withLock { $0.faults = [:] }
            let gone = await other.cancel(.client(Self.stop.clientID), TinkoffBench.symbol)
            if case .accepted = gone {} else { Issue.record("\(gone)") }
            #expect(standIn.calls("StopOrdersService/CancelStopOrder") == 1)
        }
    }
}
