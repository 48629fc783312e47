import Brokers
import Core
import Testing

/// Answers that succeed as a whole and name what failed row by row: each row says by its own code what that means.
@Suite(.fewAtOnce) struct BitgetRowTests {
    private static let all = "batch-cancel-orders"
    private static let one = "cancel-plan-order"

    /// A broker that holds a position with a stop.
    private func withStop(_ body: (BitgetBroker, BitgetStandIn) async throws -> Void) async throws {
        let venue = BitgetStandIn()
        try await withBitget(venue) { broker, _ in
            _ = await broker.submit(BitgetBench.request("in", .buy))
            let stop = BitgetBench.request(
                "stop", .sell, .stop(trigger: Price(FixedDecimal(90))), reduceOnly: true, purpose: .stop)
            guard case .accepted = await broker.submit(stop) else {
                Issue.record("the stop was not taken")
                return
            }
            try await body(broker, venue)
        }
    }

    /// What the venue refuses by a code that means so is refused, and not left open; an unknown code leaves it open.
    @Test(arguments: [("43025", true), ("43020", true), ("25000", false), ("77777", false)])
    func aRefusedRowIsARefusal(code: String, isCertain: Bool) async throws {
        try await withStop { broker, venue in
            venue.fail(Self.one, .failedRows(codes: [code]))
            let outcome = await broker.cancel(.client(ClientOrderID("stop")), BitgetBench.symbol)
            switch outcome {
            case .refused(let error): #expect(isCertain && error.code == "BITGET_\(code)", "\(outcome)")
            case .silent: #expect(!isCertain, "\(outcome)")
            case .accepted: Issue.record("\(outcome)")
            }
        }
    }

    /// While everything is cancelled one order fills and a stop fires: nothing is open, so nothing failed.
    @Test func whatIsGoneNeedNotBeCancelled() async throws {
        try await withStop { broker, venue in
            venue.fail(Self.all, .failedRows(codes: ["22001", "40768"]))
            venue.fail(Self.one, .failedRows(codes: ["43025"]))
            try await broker.cancelAll(BitgetBench.symbol)
            #expect(venue.requests(Self.all).count == 1 && venue.requests(Self.one).count == 1)
        }
    }

    /// What was cancelled a moment ago is cancelled again; what is refused for good is told.
    @Test func otherRowsAreDoneAgainOrTold() async throws {
        try await withStop { broker, venue in
            venue.fail(Self.all, .failedRows(codes: ["22001", "45129"]))
            try await broker.cancelAll(BitgetBench.symbol)
            #expect(venue.requests(Self.all).count == 2)
            venue.fail(Self.all, .failedRows(codes: ["22001", "40762"]))
            let error = await #expect(throws: VenueError.self) { try await broker.cancelAll(BitgetBench.symbol) }
            #expect(error?.code == "BITGET_40762" && error?.remedy == .rejected)
        }
    }
}
