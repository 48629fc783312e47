import Core
import Simulator
import Testing

@Suite struct RestingOrderTests {
    private func stop(_ text: String) -> OrderKind { .stop(trigger: Stage.price(text)) }
    private func profit(_ text: String) -> OrderKind { .takeProfit(trigger: Stage.price(text)) }
    private func limit(_ text: String) -> OrderKind { .limit(Stage.price(text)) }

    /// A position from the first open on, protected at once.
    private func protected(
        _ rows: [(Double, Double, Double, Double)], _ side: Side, stop: String, profit: String,
        slippage: String = "0"
    ) throws -> ReplayedMarket {
        var market = try Stage.market(rows, Stage.configuration(slippage: slippage))
        market.pullOpen()
        market.send(Stage.order("entry", side, "1"))
        market.send(Stage.order("stop", side.opposite, "1", self.stop(stop), reduceOnly: true))
        market.send(Stage.order("profit", side.opposite, "1", self.profit(profit), reduceOnly: true))
        return market
    }

    @Test func aStopFiresAtItsExactLevel() throws {
        var market = try protected([(100, 104, 92, 96)], .buy, stop: "95.37", profit: "120")
        let batches = market.run()
        // 4.63 of the way of 8 within 20 minutes, to the next millisecond.
        #expect(batches.fills.last == "stop sell 1@95.37 11.575")
        #expect(batches.flatMap(\.events).contains(.price(Stage.btc, Stage.price("95.37"))))
    }

    @Test func ifOneBarTouchesBothTheStopWins() throws {
        var long = try protected([(100, 110, 90, 108)], .buy, stop: "95", profit: "105")
        #expect(long.run().fills == ["entry buy 1@100 0", "stop sell 1@95 10"])
        var short = try protected([(100, 110, 90, 92)], .sell, stop: "105", profit: "95")
        #expect(short.run().fills == ["entry sell 1@100 0", "stop buy 1@105 10"])
    }

    @Test func aTakeProfitFiresAtItsExactLevel() throws {
        var long = try protected([(100, 110, 98, 108)], .buy, stop: "95", profit: "107")
        #expect(long.run().fills.last == "profit sell 1@107 35")
        var short = try protected([(100, 102, 90, 92)], .sell, stop: "105", profit: "93")
        #expect(short.run().fills.last == "profit buy 1@93 35")
    }

    @Test func aGapBeyondALevelFillsAtTheOpen() throws {
        var stopped = try protected([(100, 101, 99, 100), (90, 91, 89, 90)], .buy, stop: "95", profit: "120")
        #expect(stopped.run().fills.last == "stop sell 1@90 60")
        var lucky = try protected([(100, 101, 99, 100), (130, 131, 129, 130)], .buy, stop: "95", profit: "120")
        #expect(lucky.run().fills.last == "profit sell 1@130 60")
    }

    @Test func triggeredOrdersSlip() throws {
        var market = try protected([(100, 104, 92, 96)], .buy, stop: "95", profit: "120", slippage: "10")
        // 95 x 0.999 = 94.905
        let fills = market.run().fills
        #expect(fills == ["entry buy 1@100.1 0", "stop sell 1@94.9 12.5"])
    }

    @Test func theSiblingLeftBehindIsCancelledWhenItActs() throws {
        var market = try protected([(100, 110, 90, 108)], .buy, stop: "95", profit: "105")
        _ = market.run()
        #expect(market.report("profit")?.state == .cancelled)
        #expect(market.report("profit")?.reason == "REDUCE_ONLY: nothing left to reduce")
    }

    @Test func theSiblingCanBeCancelledBeforeThePriceGoesOn() throws {
        var market = try protected([(100, 110, 90, 108)], .buy, stop: "95", profit: "105")
        let batches = market.run { batch, market in
            if [batch].fills.contains(where: { $0.hasPrefix("stop") }) {
                _ = market.cancel(.client(ClientOrderID("profit")))
            }
        }
        #expect(batches.count { $0.at == Stage.minutes(10) } == 2)
        #expect(market.report("profit")?.reason == "REQUESTED: cancelled on request")
    }

    @Test func aStopThatIsPassedWhenItArrivesFiresAtOnce() throws {
        var market = try Stage.market([(100, 110, 90, 105)])
        market.pullOpen()
        market.send(Stage.order("a", .buy, "1"))
        market.send(Stage.order("b", .sell, "1", stop("101"), reduceOnly: true))
        #expect(market.pulled().fills == ["a buy 1@100 0", "b sell 1@100 0"])
    }

    @Test func whoReactsToALevelTradesAtThatLevel() throws {
        var market = try Stage.market([(100, 104, 92, 96)])
        market.watch(Stage.btc, levels: [Stage.price("95.37"), Stage.price("95.36")])
        let batches = market.run { batch, market in
            for event in batch.events {
                switch event {
                case .price(_, Stage.price("100")): market.send(Stage.order("a", .buy, "1"))
                case .price(_, Stage.price("95.37")) where market.report("b") == nil:
                    market.send(Stage.order("b", .sell, "1"))
                case .price, .barClosed, .quote, .session, .clock, .order, .fill, .reconnected: break
                }
            }
        }
        #expect(batches.fills == ["a buy 1@100 0", "b sell 1@95.37 11.575"])
        let seen = batches.flatMap(\.events).compactMap { if case .price(_, let price) = $0 { price } else { nil } }
        #expect(seen.map(\.description) == ["100", "95.37", "95.36", "95.36", "95.37"])
    }

    @Test func aLimitRestsAndFillsAtItsPriceWithTheMakersFee() throws {
        let costs = Stage.configuration(slippage: "10", taker: "10", maker: "2")
        var market = try Stage.market([(100, 104, 92, 96)], costs)
        market.pullOpen()
        market.send(Stage.order("a", .buy, "1", limit("95")))
        let fills = market.run().flatMap(\.events).compactMap { if case .fill(let fill) = $0 { fill } else { nil } }
        #expect(fills.map(\.price) == [Stage.price("95")])
        #expect(fills.map(\.fee) == [Stage.money("0.019")])
    }

    @Test func aLimitThatCrossesTheMarketTakesThePriceWithoutSlippage() throws {
        var market = try Stage.market([(100, 104, 92, 96)], Stage.configuration(slippage: "10", taker: "10"))
        market.pullOpen()
        market.send(Stage.order("a", .buy, "1", limit("101")))
        let fills = market.run().flatMap(\.events).compactMap { if case .fill(let fill) = $0 { fill } else { nil } }
        #expect(fills.map(\.price) == [Stage.price("100")])
        #expect(fills.map(\.fee) == [Stage.money("0.1")])
    }

    @Test func aLimitThatTheMarketOpensBeyondFillsAtTheOpen() throws {
        var market = try Stage.market([(100, 104, 97, 98), (93, 94, 92, 93)])
        market.pullOpen()
        market.send(Stage.order("a", .buy, "1", limit("95")))
        let fills = market.run().fills
        #expect(fills == ["a buy 1@93 60"])
    }

    /// What would help the position that an order opens comes before it opens: the entry at 95 never sees the high.
    @Test func anEntryInsideABarDoesNotGetTheExtremeThatWouldHelpIt() throws {
        var market = try Stage.market([(100, 110, 94, 101)])
        market.pullOpen()
        market.send(Stage.order("a", .buy, "1", limit("95")))
        let batches = market.run { batch, market in
            if [batch].fills.contains(where: { $0.hasPrefix("a") }) {
                market.send(Stage.order("b", .sell, "1", .takeProfit(trigger: Stage.price("105")), reduceOnly: true))
            }
        }
        #expect(batches.fills == ["a buy 1@95 38.75"])
    }

    @Test func ordersAtOneOpenActInOrderOfWaitingThenStopsThenTheRest() throws {
        var market = try Stage.market([(100, 101, 99, 100), (90, 91, 89, 90)])
        market.pullOpen()
        market.send(Stage.order("entry", .buy, "3"))
        market.send(Stage.order("limit", .buy, "1", limit("95")))
        market.send(Stage.order("stop", .sell, "1", stop("95"), reduceOnly: true))
        market.pull { if case .barClosed = $0 { true } else { false } }
        market.send(Stage.order("exit", .sell, "1", reduceOnly: true))
        #expect(market.pulled().fills == ["exit sell 1@90 60", "stop sell 1@90 60", "limit buy 1@90 60"])
    }
}
