import Core
import Simulator
import Testing
import Twins

@Suite struct TwinMarketTests {
    private static let hour: Int64 = 3_600_000
    /// A quarter past the hour, now.
    private static let wall = Timestamp(milliseconds: 1_700_000_100_000)

    /// Forty bars an hour long that end before `wall`.
    private func series() throws -> BarSeries {
        let first = 1_600_000_000_000 / Self.hour * Self.hour
        let bars = (0..<40).map { row in
            let open = 100 + Double(row % 7)
            return Bar(
                openTime: Timestamp(milliseconds: first + Int64(row) * Self.hour), open: open, high: open + 3,
                low: open - 2, close: open + 1, volume: 60)
        }
        return try BarSeries(symbol: Desk.instrument.symbol, interval: #require(BarInterval("1h")), bars: bars)
    }

    private func market(speed: Double = 1, clock: TwinClock = .real) throws -> TwinMarket {
        let series = try series()
        return TwinMarket(
            instruments: [Desk.instrument], series: [series], start: Timestamp(milliseconds: series.openTimes[20]),
            speed: speed, clock: clock, seed: 1, at: Self.wall)
    }

    @Test func storedBarsAreMovedToThePresentByWholeBars() throws {
        let market = try market()
        let start = Timestamp(milliseconds: (Self.wall.milliseconds / Self.hour - 1) * Self.hour)
        let candle = try #require(
            market.candle(Desk.instrument.symbol, from: start, to: start + .milliseconds(Self.hour)))
        let bar = try series()[19]
        #expect(candle.open == bar.open && candle.high == bar.high && candle.low == bar.low)
        #expect(candle.close == bar.close && candle.volume == bar.volume)
    }

    @Test func shorterCandlesAddUpToTheBarTheyArePartsOf() throws {
        let market = try market()
        let start = Timestamp(milliseconds: (Self.wall.milliseconds / Self.hour - 1) * Self.hour)
        let minutes = (0..<60).compactMap { minute -> Candle? in
            let open = start + .milliseconds(Int64(minute) * 60_000)
            return market.candle(Desk.instrument.symbol, from: open, to: open + .milliseconds(60_000))
        }
        let bar = try series()[19]
        #expect(minutes.count == 60)
        #expect(minutes.map(\.high).max() == bar.high)
        #expect(minutes.map(\.low).min() == bar.low)
        #expect(minutes.first?.open == bar.open)
        #expect(minutes.last?.close == bar.close)
        #expect(abs(minutes.reduce(0) { $0 + $1.volume } - bar.volume) < 1e-9)
    }

    @Test func theHigherTheSpeedTheFartherThePriceRuns() throws {
        var market = try market(speed: 3_600)
        let steps = market.steps(at: TwinMoment(Self.wall + .seconds(2)))
        // Two hours of stored bars: the corners of both, and the place that was reached.
        #expect(steps.count >= 7)
        #expect(steps.allSatisfy { $0.symbol == Desk.instrument.symbol && !$0.gap })
        #expect(market.steps(at: TwinMoment(Self.wall + .seconds(2))).isEmpty)
    }

    @Test func theBarsOwnTimeGoesOnAtTheMarketsSpeed() throws {
        let market = try market(speed: 60, clock: .bars)
        let start = try series().openTimes[20]
        #expect(market.venueTime(at: Self.wall).milliseconds == start)
        #expect(market.venueTime(at: Self.wall + .seconds(1)).milliseconds == start + 60_000)
    }

    @Test func aScriptIsFollowedAndThenThePriceStays() throws {
        var market = try market()
        let (first, second) = (try #require(Price("50")), try #require(Price("70")))
        market.follow(
            [
                ScriptStep(at: 1, symbol: Desk.instrument.symbol, price: first),
                ScriptStep(at: 2, symbol: Desk.instrument.symbol, price: second, gap: true),
            ], at: TwinMoment(Self.wall))
        #expect(market.steps(at: TwinMoment(Self.wall + .seconds(1))).map(\.price) == [first])
        let last = market.steps(at: TwinMoment(Self.wall + .seconds(2)))
        #expect(last.map(\.price) == [second] && last.map(\.gap) == [true])
        #expect(market.steps(at: TwinMoment(Self.wall + .seconds(9))).isEmpty)
    }

    @Test func candlesOfTheVenueLieOnItsGrid() throws {
        var desk = Desk()
        for (grain, offset) in [("1H", 0), ("6Hutc", 0), ("1Dutc", 0), ("1D", 57_600_000), ("1W", 0)] {
            let rows = desk.get(
                "/api/v2/mix/market/candles?granularity=\(grain)&limit=1&productType=USDT-FUTURES&symbol=BTCUSDT"
            ).elements
            let open = try #require(rows.last?.elements.first?.string.flatMap(Int64.init))
            let length: [String: Int64] = ["1H": Self.hour, "6Hutc": 6 * Self.hour]
            if grain == "1W" {
                // A Sunday, 16:00 UTC: the Monday of UTC+8. The epoch was a Thursday.
                #expect((open + 8 * Self.hour - 4 * 24 * Self.hour) % (7 * 24 * Self.hour) == 0)
            } else {
                #expect(open % (length[grain] ?? 24 * Self.hour) == Int64(offset))
            }
            desk.wait()
        }
    }

    @Test func aRestingOrderIsMetOnTheWayAndNotBeyondIt() throws {
        var leg = MatchingLeg(
            Desk.instrument, name: BrokerName("test"), takerFee: FixedDecimal(6), makerFee: FixedDecimal(2),
            slippage: .zero, price: try #require(Price("100")))
        let limit = try #require(Price("98.5"))
        _ = leg.submit(
            OrderRequest(
                clientID: ClientOrderID("a"), symbol: Desk.instrument.symbol, side: .buy,
                quantity: try #require(Quantity("2")),
                kind: .limit(limit), reduceOnly: false, purpose: .manual))
        #expect(leg.move(to: try #require(Price("98.6"))).isEmpty)
        let events = leg.move(to: try #require(Price("97")))
        guard case .fill(let fill)? = events.first else {
            Issue.record("the order was not filled: \(events)")
            return
        }
        #expect(fill.price == limit)
        #expect(leg.held.description == "2")
        leg.checkInvariants()
    }
}
