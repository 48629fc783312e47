import Core
import FoundationEssentials
import Testing

@Suite struct OrderTests {
    private func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    private func order(_ units: Int = 10) throws -> Order {
        let request = OrderRequest(
            clientID: ClientOrderID("a"), symbol: try #require(Symbol("BTCUSDT")), side: .buy,
            quantity: Quantity(FixedDecimal(units)), kind: .market, reduceOnly: false, purpose: .entry)
        return Order(request: request, at: at(1))
    }

    private func units(_ count: Int) -> Quantity { Quantity(FixedDecimal(count)) }

    @Test func everySplitOfAnOrderIntoFillsEndsFilled() throws {
        for first in 1...9 {
            for second in 1...(10 - first) {
                var order = try order()
                try order.apply(.sent, at: at(2))
                try order.fill(units(first), at: at(3))
                #expect(order.state == .partiallyFilled && order.filled == units(first))
                try order.fill(units(second), at: at(4))
                #expect(order.remaining == units(10 - first - second))
                if order.remaining > .zero { try order.fill(order.remaining, at: at(5)) }
                #expect(order.state == .filled && order.remaining == .zero)
            }
        }
    }

    @Test func anIllegalEventChangesNothing() throws {
        var order = try order()
        try order.apply(.rejected, venueOrderID: "7", reason: "no money", at: at(2))
        let before = order
        #expect(throws: IllegalOrderTransition.self) {
            try order.apply(.accepted, venueOrderID: "8", reason: "x", at: at(3))
        }
        #expect(throws: IllegalOrderTransition.self) {
            try order.apply(.cancelRequested, at: at(3))
        }
        #expect(order == before)
        #expect(order.venueOrderID == "7" && order.reason == "no money" && order.updatedAt == at(2))
        #expect(order.intendedAt == at(1))
    }

    /// An order that was taken for refused because the venue knew nothing of it, and filled all the same.
    @Test func aFillOfARefusedOrderIsBooked() throws {
        var order = try order()
        try order.apply(.absent, at: at(2))
        #expect(order.state == .rejected)
        try order.fill(units(1), at: at(3))
        #expect(order.state == .cancelled && order.filled == units(1))
        try order.fill(units(9), at: at(4))
        #expect(order.state == .filled)
    }

    @Test func aLaterEventWithoutANameKeepsTheVenuesName() throws {
        var order = try order()
        try order.apply(.accepted, venueOrderID: "7", at: at(2))
        try order.apply(.cancelRequested, at: at(3))
        #expect(order.venueOrderID == "7" && order.state == .cancelling)
    }

    @Test func lateFillsAfterACancellationAreBooked() throws {
        var order = try order()
        try order.apply(.accepted, at: at(2))
        try order.apply(.cancelled, at: at(3))
        try order.fill(units(4), at: at(4))
        #expect(order.state == .cancelled && order.filled == units(4))
        try order.fill(units(6), at: at(5))
        #expect(order.state == .filled && order.remaining == .zero)
    }

    @Test func anOrderThatStandsAgainAfterAPartialFillIsPartiallyFilled() throws {
        var refused = try order()
        try refused.fill(units(4), at: at(2))
        try refused.apply(.cancelRequested, at: at(3))
        try refused.apply(.cancelRefused, at: at(4))
        #expect(refused.state == .partiallyFilled)
        var silent = try order()
        try silent.fill(units(4), at: at(2))
        try silent.apply(.silence, at: at(3))
        try silent.apply(.accepted, at: at(4))
        #expect(silent.state == .partiallyFilled)
    }

    @Test func anOrderWithAFillIsNeverRejected() throws {
        var order = try order()
        try order.fill(units(4), at: at(2))
        try order.apply(.silence, at: at(3))
        try order.apply(.absent, at: at(4))
        #expect(order.state == .cancelled && order.filled == units(4))
    }

    @Test func ordersTravel() throws {
        var order = try order()
        try order.apply(.accepted, venueOrderID: "7", at: at(2))
        try order.fill(units(3), at: at(3))
        #expect(try JSONDecoder().decode(Order.self, from: JSONEncoder().encode(order)) == order)
    }

    @Test func impossibleFillsTrap() async {
        await #expect(processExitsWith: .failure) { try OrderTests().order().fillOnce(11) }
        await #expect(processExitsWith: .failure) { try OrderTests().order().fillOnce(0) }
        await #expect(processExitsWith: .failure) { try OrderTests().order().fillOnce(-1) }
        await #expect(processExitsWith: .success) { try OrderTests().order().fillOnce(10) }
    }

    @Test func sidesSignTheirQuantities() {
        #expect(Side.buy.opposite == .sell && Side.sell.opposite == .buy)
        #expect(Side.buy.signed(units(2)) == units(2) && Side.sell.signed(units(2)) == units(-2))
        #expect(OrderPurpose.allCases.filter(\.mayOpen) == [.entry, .manual])
    }

    @Test func onlyTriggeredOrdersAreProtective() {
        let price = Price(.one)
        let kinds: [OrderKind] = [.market, .limit(price), .stop(trigger: price), .takeProfit(trigger: price)]
        #expect(kinds.map(\.isProtective) == [false, false, true, true])
    }
}

extension Order {
    fileprivate func fillOnce(_ units: Int) throws {
        var copy = self
        try copy.fill(Quantity(FixedDecimal(units)), at: .epoch)
    }
}
