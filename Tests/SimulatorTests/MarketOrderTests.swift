import Core
import Simulator
import Testing

@Suite struct MarketOrderTests {
    @Test func anOrderSentAtTheCloseFillsAtTheNextOpen() throws {
        var market = try Stage.market([(100, 110, 90, 105), (107, 108, 106, 107)])
        market.pull { if case .barClosed = $0 { true } else { false } }
        market.send(Stage.order("a", .buy, "2"))
        #expect(market.report("a")?.filled == .zero)
        let next = market.next()
        let batch = try #require(next)
        #expect(batch.at == Stage.minutes(60))
        #expect([batch].fills == ["a buy 2@107 60"])
        #expect(market.report("a")?.state == .filled)
    }

    @Test func anOrderSentAtTheOpenFillsThereAndIsToldByTheNextBatch() throws {
        var market = try Stage.market([(100, 110, 90, 105)])
        market.pullOpen()
        market.send(Stage.order("a", .buy, "2"))
        let next = market.next()
        let batch = try #require(next)
        #expect([batch].fills == ["a buy 2@100 0"])
        #expect(batch.events.last == market.report("a").map(VenueEvent.order))
    }

    @Test(arguments: [
        (10, "95"), (20, "90"), (30, "100"), (40, "110"), (50, "107.5"), (59, "105.25"),
    ]) func duringABarTheOrderGetsThePriceOnTheRoadAtItsArrival(minutes: Int, price: String) throws {
        let latency = TimeSpan.seconds(Int64(minutes) * 60)
        var market = try Stage.market([(100, 110, 90, 105)], Stage.configuration(latency: latency))
        market.pullOpen()
        market.send(Stage.order("a", .buy, "1"))
        let fills = market.run().fills
        #expect(fills == ["a buy 1@\(price) \(minutes)"])
    }

    @Test func slippageGoesAgainstUsAndIsRoundedToTheTickAwayFromUs() throws {
        var market = try Stage.market([(100.01, 110, 90, 105)], Stage.configuration(slippage: "1"))
        market.pullOpen()
        market.send(Stage.order("a", .buy, "1"))
        market.send(Stage.order("b", .sell, "1"))
        // 100.01 x 1.0001 = 100.020001 and 100.01 x 0.9999 = 99.999999
        #expect(market.pulled().fills == ["a buy 1@100.03 0", "b sell 1@99.99 0"])
    }

    @Test func feesAndNotionalsMoveTheCashOfTheQuoteCurrency() throws {
        let bars = try [Stage.series([(100, 110, 90, 105)]), Stage.series([(250, 251, 249, 250)], of: Stage.sber)]
        var market = try ReplayedMarket(configuration: Stage.configuration(taker: "10"), series: bars)
        market.pullOpen()
        market.send(Stage.order("a", .buy, "2"))
        market.send(Stage.order("b", .sell, "10", of: Stage.sber))
        _ = market.next()
        let account = market.snapshot()
        #expect(account.balances == ["USDT": Stage.money("9799.8"), "RUB": Stage.money("2497.5")])
        #expect(
            account.positions == [
                AccountPosition(symbol: Stage.btc, quantity: Stage.quantity("2"), averagePrice: Stage.price("100")),
                AccountPosition(symbol: Stage.sber, quantity: Stage.quantity("-10"), averagePrice: Stage.price("250")),
            ])
    }

    @Test func reduceOnlyIsCappedToThePositionAndTheRestIsCancelledWithAReason() throws {
        var market = try Stage.market([(100, 110, 90, 105)])
        market.pullOpen()
        market.send(Stage.order("a", .buy, "2"))
        market.send(Stage.order("b", .sell, "5", reduceOnly: true))
        market.send(Stage.order("c", .sell, "5", reduceOnly: true))
        #expect(market.pulled().fills == ["a buy 2@100 0", "b sell 2@100 0"])
        #expect(market.report("b")?.state == .cancelled)
        #expect(market.report("b")?.filled == Stage.quantity("2"))
        #expect(market.report("c")?.state == .cancelled)
        #expect(market.report("c")?.reason == "REDUCE_ONLY: nothing left to reduce")
        #expect(market.snapshot().isFlat)
    }

    @Test func afterTheLastBarTheLastCloseStaysTradableForAFlatten() throws {
        var market = try Stage.market([(100, 110, 90, 105)])
        market.pullOpen()
        market.send(Stage.order("a", .buy, "2"))
        _ = market.run()
        #expect(market.isAtEnd)
        market.send(Stage.order("waits", .sell, "2", reduceOnly: true))
        #expect(market.report("waits")?.state == .working)
        market.send(Stage.order("b", .sell, "2", reduceOnly: true, purpose: .flatten))
        #expect(market.snapshot().positions.isEmpty)
        let fills = market.run().fills
        #expect(fills == ["b sell 2@105 60"])
        #expect(market.next() == nil)
    }

    @Test func betweenTwoBarsThereIsNoPrice() throws {
        let early = try Stage.series([(100, 110, 90, 105)])
        let late = try Stage.series([(50, 51, 49, 50)], from: 5)
        let bars = try BarSeries(symbol: Stage.btc, interval: Stage.hour, bars: [early[0], late[0]])
        var market = try ReplayedMarket(
            configuration: Stage.configuration(latency: .seconds(60)), series: [bars])
        market.pull { if case .barClosed = $0 { true } else { false } }
        market.send(Stage.order("a", .buy, "2"))
        let fills = market.run().fills
        #expect(fills == ["a buy 2@50 300"])
    }

    @Test func aCancellationThatTravelsLosesAgainstAnEarlierFill() throws {
        var market = try Stage.market([(100, 110, 90, 105)], Stage.configuration(latency: .seconds(60)))
        market.pullOpen()
        market.send(Stage.order("a", .buy, "1"))
        #expect((try? market.cancel(.client(ClientOrderID("a"))).get())?.state == .working)
        let fills = market.run().fills
        #expect(fills == ["a buy 1@99.5 1"])
        #expect(market.report("a")?.state == .filled)
    }

    @Test func aCancellationReachesAnOrderThatWaitsForTheOpen() throws {
        var market = try Stage.market([(100, 110, 90, 105), (107, 108, 106, 107)])
        market.pull { if case .barClosed = $0 { true } else { false } }
        market.send(Stage.order("a", .buy, "2"))
        #expect((try? market.cancel(.client(ClientOrderID("a"))).get())?.state == .cancelled)
        let fills = market.run().fills
        #expect(fills == [])
        guard case .failure(let error) = market.cancel(.client(ClientOrderID("a"))) else {
            Issue.record("a cancelled order was cancelled again")
            return
        }
        #expect(error.code == "ORDER_FINAL")
    }
}
