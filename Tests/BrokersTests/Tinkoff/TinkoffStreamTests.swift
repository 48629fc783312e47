import Brokers
import Core
import Foundation
import Synchronization
import Testing

/// Streams are hints: lost, silent, stalled or speaking of orders under unknown names, they change the delay alone.
@Suite(.fewAtOnce) struct TinkoffStreamTests {
    private func isReconnected(_ event: VenueEvent) -> Bool { event == .reconnected }

    @Test func aSilentStreamIsReplacedAndWhatWasMissedIsRead() async throws {
        let standIn = TinkoffStandIn()
        try await withTinkoff(
            standIn,
            adjust: {
                $0.stream = StreamWatch.Limits(ping: .milliseconds(20), silence: .milliseconds(150), age: .seconds(60))
            }
        ) { broker, _ in
            _ = try await TinkoffBench.wait(broker, isReconnected)
            #expect(try await broker.snapshot().isFlat)
        }
    }

    @Test func aStreamThatPingsButTellsNothingIsReplaced() async throws {
        let standIn = TinkoffStandIn()
        try await withTinkoff(standIn, adjust: { $0.hintPatience = .milliseconds(50) }) { broker, server in
            while standIn.calls("OrderStateStream") == 0 { _ = try await broker.nextEvents() }
            _ = try await broker.nextEvents()
            _ = await broker.submit(TinkoffBench.request("a", .buy))
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("a"))
            let pings = Task {
                while !Task.isCancelled {
                    server.push(#"{"ping":{"time":"2024-04-11T08:49:14.974035911Z"}}"#, to: "OrderStateStream")
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            _ = try await TinkoffBench.wait(broker, isReconnected)
            pings.cancel()
        }
    }

    /// A reading tells that a stop's order ended; the stream tells it under names that only the API knows.
    @Test func aStreamThatTellsOfAStopsOrderIsNotStalled() async throws {
        let standIn = TinkoffStandIn()
        try await withTinkoff(standIn, adjust: { $0.hintPatience = .seconds(3) }) { broker, server in
            while standIn.calls("OrderStateStream") == 0 { _ = try await broker.nextEvents() }
            func tell(_ id: String, _ key: String) {
                server.push(
                    #"{"orderState":{"orderId":"\#(id)","orderRequestId":"\#(key)","#
                        + #""executionReportStatus":"EXECUTION_REPORT_STATUS_FILL"}}"#, to: "OrderStateStream")
            }
            func newest() -> (id: String, key: String) {
                standIn.state.withLock { ($0.orders.last?.id ?? "", $0.orders.last?.key ?? "") }
            }
            _ = await broker.submit(TinkoffBench.request("in", .buy))
            tell(newest().id, newest().key)
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("in"))
            let stop = TinkoffBench.request(
                "stop", .sell, .stop(trigger: Price(FixedDecimal(90))), reduceOnly: true, purpose: .stop)
            _ = await broker.submit(stop)
            standIn.move(to: FixedDecimal(89))
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("stop"))
            tell(newest().id, newest().key)
            let streams = standIn.calls("OrderStateStream")
            let end = ContinuousClock.now + .seconds(5)
            while ContinuousClock.now < end {
                server.push(#"{"ping":{"time":"2024-04-11T08:49:14.974035911Z"}}"#, to: "OrderStateStream")
                _ = try await broker.nextEvents()
            }
            #expect(standIn.calls("OrderStateStream") == streams, "a healthy stream was replaced")
        }
    }

    @Test func theFirstEventOfAnOrderHasANameThatNobodyElseKnows() async throws {
        let standIn = TinkoffStandIn()
        try await withTinkoff(standIn) { broker, server in
            let far = OrderKind.limit(Price(FixedDecimal(50)))
            guard case .accepted(let placed) = await broker.submit(TinkoffBench.request("a", .buy, far)) else {
                Issue.record("the order was not taken")
                return
            }
            let key = TinkoffNames.key(ClientOrderID("a"))
            for id in ["internal-1", placed.venueOrderID] {
                server.push(
                    #"{"orderState":{"orderId":"\#(id)","orderRequestId":"\#(key)","currency":"RUB","#
                        + #""executionReportStatus":"EXECUTION_REPORT_STATUS_NEW","lotsRequested":"1"}}"#,
                    to: "OrderStateStream")
            }
            standIn.move(to: FixedDecimal(49))
            server.push(#"{"orderState":{"orderId":"internal-2"}}"#, to: "OrderStateStream")
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("a"))
            let order = try await broker.order(ClientOrderID("a"), TinkoffBench.symbol)
            #expect(order?.venueOrderID == placed.venueOrderID && order?.state == .filled)
        }
    }

    @Test func theBrokersOwnWeekendPricesAreNotTold() async throws {
        var manner = TinkoffStandIn.Manner()
        manner.status = "DEALER_NORMAL_TRADING"
        let standIn = TinkoffStandIn(manner)
        try await withTinkoff(standIn) { broker, server in
            _ = try await TinkoffBench.wait(broker) { if case .session = $0 { true } else { false } }
            for price in ["500", "501"] {
                server.push(
                    #"{"lastPrice":{"instrumentUid":"\#(TinkoffStandIn.uid)","price":{"units":"\#(price)"},"#
                        + #""time":"\#(TinkoffStandIn.moment(TinkoffStandIn.now()))"}}"#, to: "MarketDataStream")
            }
            // A quote of the exchange would be told: what comes after the prices proves that they were dropped.
            standIn.state.withLock { $0.manner.status = "NORMAL_TRADING" }
            server.push(#"{"tradingStatus":{"instrumentUid":"\#(TinkoffStandIn.uid)"}}"#, to: "MarketDataStream")
            let told = try await TinkoffBench.wait(broker) {
                if case .session(_, isOpen: true, _) = $0 { true } else { false }
            }
            for event in told {
                if case .price(_, let price) = event { #expect(price < Price(FixedDecimal(500))) }
            }
        }
    }

    /// A wish that is not granted makes a stream useless: it is opened anew, and is not believed meanwhile.
    @Test func aRefusedSubscriptionIsNoStream() async throws {
        var manner = TinkoffStandIn.Manner()
        manner.acknowledgement = "ERROR"
        let standIn = TinkoffStandIn(manner)
        try await withTinkoff(standIn) { broker, _ in
            while standIn.calls("OrderStateStream") < 3 || standIn.calls("MarketDataStream") < 12 {
                _ = try await broker.nextEvents()
            }
            standIn.state.withLock { $0.manner.acknowledgement = "OK" }
            _ = await broker.submit(TinkoffBench.request("a", .buy))
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("a"))
        }
    }

    /// A refused token and too many streams are for later, and everything else is tried again at once.
    @Test(arguments: [(4016, false), (4008, false), (4013, true)] as [(UInt16, Bool)])
    func closeCodesSayWhetherToComeAgain(code: UInt16, comesAgain: Bool) async throws {
        let standIn = TinkoffStandIn()
        try await withTinkoff(standIn) { broker, server in
            while standIn.calls("OrderStateStream") == 0 { _ = try await broker.nextEvents() }
            server.close("OrderStateStream", code: code)
            if comesAgain {
                while standIn.calls("OrderStateStream") < 2 { _ = try await broker.nextEvents() }
            } else {
                // Half a second is fifty of the usual pauses.
                let end = ContinuousClock.now + .milliseconds(500)
                while ContinuousClock.now < end { _ = try await broker.nextEvents() }
                #expect(standIn.calls("OrderStateStream") == 1)
            }
        }
    }

    /// It pings, and readings find prices that it does not tell.
    @Test func aMarketStreamThatTellsNoPricesIsReplaced() async throws {
        let standIn = TinkoffStandIn()
        try await withTinkoff(
            standIn,
            adjust: {
                $0.hintPatience = .milliseconds(50)
                $0.priceSilence = .milliseconds(100)
            }
        ) { broker, server in
            while standIn.calls("MarketDataStream") < 4 { _ = try await broker.nextEvents() }
            let before = standIn.calls("MarketDataStream")
            let pings = Task {
                while !Task.isCancelled {
                    standIn.state.withLock { $0.last = $0.last + .one }
                    server.push(#"{"ping":{"time":"2024-04-11T08:49:14.974035911Z"}}"#, to: "MarketDataStream")
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            while standIn.calls("MarketDataStream") < before + 4 { _ = try await broker.nextEvents() }
            pings.cancel()
        }
    }

    /// A trade that is old is no price of an open market, and none is told twice.
    @Test func anOldTradeIsNoPriceOfNow() async throws {
        var manner = TinkoffStandIn.Manner()
        manner.priceAge = 3_600_000
        let standIn = TinkoffStandIn(manner)
        func prices(_ events: [VenueEvent]) -> Int { events.count { if case .price = $0 { true } else { false } } }
        try await withTinkoff(standIn, adjust: { $0.priceSilence = .milliseconds(50) }) { broker, _ in
            var seen: [VenueEvent] = []
            while standIn.calls("MarketDataService/GetLastPrices") < 6 {
                seen += try await broker.nextEvents()?.events ?? []
            }
            #expect(prices(seen) == 0)
            standIn.state.withLock { $0.manner.priceAge = 0 }
            _ = try await TinkoffBench.wait(broker) { if case .price = $0 { true } else { false } }
        }
        (manner.isOpen, manner.status) = (false, "SESSION_CLOSE")
        let closed = TinkoffStandIn(manner)
        try await withTinkoff(closed, adjust: { $0.priceSilence = .milliseconds(50) }) { broker, _ in
            // Of a closed market it is the last there is.
            _ = try await TinkoffBench.wait(broker) { if case .price = $0 { true } else { false } }
        }
    }

    @Test func barsAreExchangeBarsPutTogetherFromStretches() async throws {
        let standIn = TinkoffStandIn()
        func candle(_ hour: Int64, isComplete: Bool = true, source: String = "CANDLE_SOURCE_EXCHANGE") -> String {
            let price = #"{"units":"\#(100 + hour)","nano":0}"#
            return #"{"open":\#(price),"high":\#(price),"low":\#(price),"close":\#(price),"volume":"3","#
                + #""time":"\#(TinkoffStandIn.moment(1_760_000_400_000 + hour * 3_600_000))","#
                + #""isComplete":\#(isComplete),"candleSource":"\#(source)"}"#
        }
        let rows = [
            candle(0), candle(1), candle(1), candle(2, source: "CANDLE_SOURCE_DEALER_WEEKEND"), candle(3),
            candle(4, isComplete: false),
        ]
        standIn.state.withLock { $0.candles = #"{"candles":[\#(rows.joined(separator: ","))]}"# }
        try await withTinkoff(standIn, isStarted: false) { broker, _ in
            let share = try await broker.instruments([TinkoffBench.symbol])
            #expect(share.count == 1)
            let hour = try #require(BarInterval("1h"))
            let from = Timestamp(milliseconds: 1_760_000_400_000)
            let end = from + .seconds(5 * 3600 - 3590)
            let history = try await broker.bars(TinkoffBench.symbol, hour, from: from, to: from + .seconds(20 * 86_400))
            // Twenty days of hours are three requests of at most a week, each for the exchange's candles alone.
            let asked = standIn.state.withLock { state in state.bodies.filter { $0.method.hasSuffix("GetCandles") } }
            #expect(asked.count == 3 && asked.allSatisfy { $0.body.contains(#""CANDLE_SOURCE_EXCHANGE""#) })
            #expect(history.map(\.close) == [100, 101, 103, 104] && history.allSatisfy { $0.volume == 30 })
            #expect(end > from)
            let week = try #require(BarInterval("3h"))
            await #expect(throws: VenueError.self) {
                _ = try await broker.bars(TinkoffBench.symbol, week, from: from, to: end)
            }
        }
    }
}
