import Backtest
import Core
import Testing

@Suite struct RoundTripTests {
    private func fill(_ number: Int, _ side: Side, _ quantity: Int, at price: Int, fee: Int = 1) throws -> Fill {
        Fill(
            venue: BrokerName("simulated"), tradeID: "\(number)", clientID: nil, symbol: try BacktestScenario.symbol,
            side: side, price: Price(FixedDecimal(price)), quantity: Quantity(FixedDecimal(quantity)),
            fee: Money(FixedDecimal(fee)), at: Timestamp(milliseconds: Int64(number)))
    }

    @Test func partsOfOnePositionAreOneTrip() throws {
        let trips = RoundTrip.all(in: [
            try fill(1, .buy, 2, at: 100), try fill(2, .buy, 2, at: 110), try fill(3, .sell, 1, at: 120),
            try fill(4, .sell, 3, at: 130),
        ])
        let trip = try #require(trips.first)
        #expect(trips.count == 1 && trip.isLong)
        #expect(trip.quantity == Quantity("4") && trip.entryPrice == Price("105") && trip.exitPrice == Price("127.5"))
        #expect(trip.profit == Money("90") && trip.fees == Money("4") && trip.net == Money("86"))
        #expect(trip.openedAt.milliseconds == 1 && trip.closedAt.milliseconds == 4)
    }

    @Test func aFlipEndsOneTripAndBeginsTheNext() throws {
        let trips = RoundTrip.all(in: [
            try fill(1, .sell, 2, at: 100), try fill(2, .buy, 5, at: 90), try fill(3, .sell, 3, at: 95),
        ])
        #expect(trips.map(\.isLong) == [false, true])
        #expect(trips.map(\.profit) == [Money("20"), Money("15")])
        #expect(trips.map(\.quantity) == [Quantity("2"), Quantity("3")])
        #expect(trips.map(\.fees) == [Money("2"), Money("1")])
    }

    @Test func whatIsStillOpenIsLeftOut() throws {
        #expect(RoundTrip.all(in: [try fill(1, .buy, 2, at: 100), try fill(2, .sell, 1, at: 110)]).isEmpty)
    }
}
