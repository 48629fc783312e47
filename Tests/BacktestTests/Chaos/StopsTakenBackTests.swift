import Core
import Simulator
import Testing

/// The broker of the chaos runs that takes stops back by itself, where nothing is reduce-only.
@Suite struct StopsTakenBackTests {
    private static let start = Timestamp(milliseconds: 1_700_006_400_000)
    private let symbol: Symbol
    private let instrument: Instrument

    init() throws {
        symbol = try #require(Symbol("AAA"))
        instrument = Instrument(
            symbol: symbol, tick: try #require(Price("0.01")), lotStep: try #require(Quantity("0.01")),
            minimumQuantity: .zero, minimumNotional: .zero, quote: Currency("USDT"))
    }

    /// Five are held, and a stop over all of them stands.
    private func holding() throws -> FaultyVenue {
        let bars = (0..<10).map {
            Bar(openTime: Self.start + .seconds(60 * $0), open: 100, high: 100, low: 100, close: 100, volume: 1)
        }
        let market = try ReplayedMarket(
            configuration: ExchangeConfiguration(
                broker: BrokerName("one"), instruments: [instrument],
                startingCash: [Currency("USDT"): Money(FixedDecimal(10_000))]),
            series: [BarSeries(symbol: symbol, interval: try #require(BarInterval("1m")), bars: bars)])
        var venue = FaultyVenue(
            market: market, plan: FaultPlan(), seed: 1, calmFrom: Self.start, honoursReduceOnly: false,
            takesStopsBack: true)
        _ = venue.advance(to: Self.start + .seconds(1))
        _ = try submit("entry", 5, .market, reduces: false, to: &venue)
        _ = try submit("stop", 5, .stop(trigger: try #require(Price("90"))), to: &venue)
        #expect(venue.listed.map(\.clientID) == [ClientOrderID("stop")])
        return venue
    }

    /// Sends an order and waits a second for all that comes of it.
    private func submit(
        _ name: String, _ size: Int, _ kind: OrderKind, reduces: Bool = true, to venue: inout FaultyVenue
    ) throws -> SubmitOutcome {
        let request = OrderRequest(
            clientID: ClientOrderID(name), symbol: symbol, side: reduces ? .sell : .buy,
            quantity: Quantity(FixedDecimal(size)), kind: kind, reduceOnly: reduces, purpose: .manual)
        let end = venue.market.now + .seconds(1)
        _ = venue.send(.submit(request), patience: .seconds(5))
        var outcome: SubmitOutcome?
        while let next = venue.nextInstant(), next <= end {
            for delivery in venue.advance(to: next) {
                if case .answer(_, .submitted(_, let answer)) = delivery { outcome = answer }
            }
        }
        _ = venue.advance(to: end)
        return try #require(outcome)
    }

    private func code(_ outcome: SubmitOutcome) -> String? {
        if case .refused(let error) = outcome { error.code } else { nil }
    }

    @Test func aStopGoesForACloseThatIsPlaced() throws {
        var venue = try holding()
        #expect(code(try submit("close", 5, .market, to: &venue)) == nil)
        #expect(venue.truth.isFlat && venue.listed.isEmpty)
        #expect(code(try submit("again", 5, .market, to: &venue)) == "NOTHING_TO_CLOSE")
    }

    @Test func noMoreThanIsHeldIsSentAndTheRestEndsShort() throws {
        var venue = try holding()
        #expect(code(try submit("close", 8, .market, to: &venue)) == nil)
        let order = try #require(venue.market.order(.client(ClientOrderID("close"))))
        #expect(venue.truth.isFlat && order.filled == Quantity("5") && venue.flipped == nil)
    }

    /// What rests beside it may take all that is held: neither is a stop placed, nor a second close.
    @Test(arguments: [OrderKind.market, .stop(trigger: Price(FixedDecimal(91)))])
    func whatIsSpokenForIsNotClosedTwice(kind: OrderKind) throws {
        var venue = try holding()
        #expect(code(try submit("exit", 5, .limit(Price(FixedDecimal(120))), to: &venue)) == nil)
        #expect(venue.listed.map(\.clientID) == [ClientOrderID("exit")], "the stop is gone")
        #expect(code(try submit("other", 5, kind, to: &venue)) == "CLOSE_IN_THE_WAY")
        #expect(venue.listed.map(\.clientID) == [ClientOrderID("exit")])
    }
}
