import Brokers
import Core
import Testing

/// The venue takes three coins at market in one order.
@Suite(.fewAtOnce) struct TwinLargestTests {
    private static let most = Quantity(FixedDecimal(3))

    /// Sends one and reads until it has ended.
    private func ended(_ broker: BitgetBroker, _ request: OrderRequest) async throws -> OrderReport? {
        let outcome = await broker.submit(request)
        guard case .accepted = outcome else {
            Issue.record("\(request.clientID): \(outcome)")
            return nil
        }
        while true {
            if let report = try await broker.order(request.clientID, request.symbol), report.state.isFinal {
                return report
            }
        }
    }

    @Test(arguments: [
        TwinContractTests.Manner.classicOneWay, .classicHedge, .unifiedOneWay, .unifiedHedge, .unifiedSpot,
    ])
    func anEntryAboveItIsRefusedBeforeItIsSent(manner: TwinContractTests.Manner) async throws {
        try await withTwin(manner, largestMarket: Self.most) { broker, _ in
            // On spot a purchase goes as a limit, of which five times as much is taken.
            let size = manner.isSpot ? 16 : 4
            guard case .refused(let error) = await broker.submit(BitgetBench.request("big", .buy, size: size)) else {
                Issue.record("taken")
                return
            }
            #expect(error.code == "BITGET_TOO_LARGE" && error.remedy == .rejected)
            #expect(error.message.contains(manner.isSpot ? "15" : "one order, 3:"), "\(error)")
            let account = try await broker.snapshot(fillsSince: .epoch)
            #expect(account.isFlat && account.fills.isEmpty)
        }
    }

    /// Each closing order takes as much as the venue does, and says that it ended short; the next takes the rest.
    @Test(
        arguments: [
            TwinContractTests.Manner.classicOneWay, .classicHedge, .unifiedOneWay, .unifiedHedge, .unifiedSpot,
        ],
        [true, false])
    func aLargePositionIsClosedInParts(manner: TwinContractTests.Manner, knowsRules: Bool) async throws {
        // Spot has one amount for both kinds of orders.
        let scale = manner.isSpot ? 5 : 1
        try await withTwin(
            manner, largestMarket: Self.most, symbols: knowsRules ? [BitgetBench.symbol] : []
        ) { broker, _ in
            for part in 0..<4 {
                _ = try await ended(broker, BitgetBench.request("in-\(part)", .buy, size: 2 * scale))
            }
            var left = Quantity(FixedDecimal(8 * scale))
            let most = Quantity(FixedDecimal(3 * scale))
            for part in 0..<4 where left > .zero {
                let request = OrderRequest(
                    clientID: ClientOrderID("out-\(part)"), symbol: BitgetBench.symbol, side: .sell, quantity: left,
                    kind: .market, reduceOnly: true, purpose: .exit)
                let report = try #require(try await ended(broker, request))
                #expect(report.quantity == left && report.filled <= most && report.filled > .zero)
                #expect(report.state == (report.filled == left ? .filled : .cancelled))
                left -= report.filled
                // A purchase on spot pays its fee with a part of what it bought.
                if manner.isSpot, left < Quantity(FixedDecimal(1)) { left = .zero }
            }
            #expect(left == .zero)
            #expect(try await broker.snapshot().positions.isEmpty)
        }
    }
}
