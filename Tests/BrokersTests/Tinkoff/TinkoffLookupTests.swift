import Brokers
import Core
import Foundation
import Synchronization
import Testing

/// What may be there and is not found by its name is looked for among the orders of today.
@Suite(.fewAtOnce) struct TinkoffLookupTests {
    private static let doubts = [
        #"{"code":3,"message":"duplicate order","description":"30057"}"#,
        #"{"code":13,"message":"internal network error","description":"70002"}"#,
    ]

    @Test(arguments: 0..<2) func anOrderThatItsNameDoesNotFindIsFoundAmongThoseOfToday(which: Int) async throws {
        let standIn = TinkoffStandIn()
        standIn.fail("OrdersService/PostOrder", .answerThen(status: which == 0 ? 400 : 500, body: Self.doubts[which]))
        for _ in 0..<20 {
            standIn.fail(
                "OrdersService/GetOrderState",
                .answerInstead(
                    status: 404, headers: [:], body: #"{"code":5,"message":"not found","description":"50005"}"#))
        }
        try await withTinkoff(standIn, isStarted: false) { broker, _ in
            let request = TinkoffBench.request("a", .buy)
            switch await broker.submit(request) {
            case .accepted(let report):
                #expect(which == 0 && report.venueOrderID == standIn.state.withLock { $0.orders.first?.id })
            case .silent(let error): #expect(which == 1 && error.remedy == .unknownOutcome)
            case .refused(let error): Issue.record("it is there: \(error)")
            }
            let found = try await broker.order(request.clientID, request.symbol)
            #expect(found?.state == .filled && found?.filled == request.quantity)
            #expect(standIn.calls("OrdersService/PostOrder") == 1 && standIn.calls("OrdersService/GetOrders") > 0)
            let asked = standIn.state.withLock { state in
                state.bodies.filter { $0.method == "OrdersService/GetOrders" }.map(\.body)
            }
            // Ended orders are listed only to whoever asks for them.
            #expect(asked.allSatisfy { $0.contains("STATUS_FILL") && $0.contains("STATUS_CANCELLED") }, "\(asked)")
        }
    }
}
