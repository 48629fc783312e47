import Brokers
import Core
import Foundation
import Synchronization
import Testing

/// Each stream hastens the reading that it says something about.
@Suite(.fewAtOnce) struct TinkoffHintTests {
    /// What the contract calls each length on streams, which is not what requests call it.
    private static let words = [
        "1m": "ONE_MINUTE", "2m": "2_MIN", "3m": "3_MIN", "5m": "FIVE_MINUTES", "10m": "10_MIN",
        "15m": "FIFTEEN_MINUTES", "30m": "30_MIN", "1h": "ONE_HOUR", "2h": "2_HOUR", "4h": "4_HOUR", "1d": "ONE_DAY",
        "1w": "WEEK",
    ]

    private func watch(_ broker: TinkoffBroker, _ interval: String) async throws {
        let interval = try #require(BarInterval(interval))
        try await broker.start(VenueWatch(symbols: [TinkoffBench.symbol], interval: interval, barsAfter: .epoch))
    }

    @Test(arguments: words.keys.sorted()) func candlesAreAskedForInTheWordsOfStreams(interval: String) async throws {
        let standIn = TinkoffStandIn()
        try await withTinkoff(standIn, isStarted: false) { broker, _ in
            try await watch(broker, interval)
            func wish() -> String? {
                standIn.state.withLock { state in
                    state.said.first { $0.text.contains("subscribeCandlesRequest") }?.text
                }
            }
            while wish() == nil { _ = try await broker.nextEvents() }
            let root = try JSONText(Array(try #require(wish()).utf8)).root["subscribeCandlesRequest"]
            #expect(root?["subscriptionAction"]?.string == "SUBSCRIPTION_ACTION_SUBSCRIBE")
            #expect(root?["waitingClose"]?.flag == true, "open candles are none")
            #expect(root?["candleSourceType"]?.string == "CANDLE_SOURCE_EXCHANGE")
            let rows = root?["instruments"]?.elements ?? []
            #expect(rows.map { $0["instrumentId"]?.string } == [TinkoffStandIn.uid])
            let word = try #require(Self.words[interval])
            #expect(rows.map { $0["interval"]?.string } == ["SUBSCRIPTION_INTERVAL_\(word)"])
        }
    }

    /// How often something was read once it has been quiet for three looks.
    private func quiet(_ standIn: TinkoffStandIn, _ method: String, _ broker: TinkoffBroker) async throws -> Int {
        var (before, same) = (-1, 0)
        while same < 3 {
            _ = try await broker.nextEvents()
            let now = standIn.calls(method)
            (same, before) = (now == before && now > 0 ? same + 1 : 0, now)
        }
        return before
    }

    /// Whether it is read again long before its own time: half a minute.
    private func isRead(
        _ standIn: TinkoffStandIn, _ method: String, after count: Int, _ broker: TinkoffBroker
    ) async throws -> Bool {
        for _ in 0..<50 {
            if standIn.calls(method) > count { return true }
            _ = try await broker.nextEvents()
        }
        return false
    }

    /// A closed candle is only the word that there is a bar to be read.
    @Test func aClosedCandleHastensTheReadingOfBars() async throws {
        let standIn = TinkoffStandIn()
        try await withTinkoff(standIn, isStarted: false) { broker, server in
            // Of a year that nobody has bars of, the next look is half a minute away.
            let interval = try #require(BarInterval("1w"))
            try await broker.start(
                VenueWatch(
                    symbols: [TinkoffBench.symbol], interval: interval,
                    barsAfter: Timestamp(milliseconds: TinkoffStandIn.now()) - .seconds(30 * 86_400)))
            let before = try await quiet(standIn, "MarketDataService/GetCandles", broker)
            server.push(
                #"{"candle":{"instrumentUid":"\#(TinkoffStandIn.uid)","interval":"SUBSCRIPTION_INTERVAL_WEEK"}}"#,
                to: "MarketDataStream")
            #expect(try await isRead(standIn, "MarketDataService/GetCandles", after: before, broker))
        }
    }

    private static let hints = [
        ("TradesStream", #"{"orderTrades":{"orderId":"7","accountId":"2000000001","trades":[]}}"#),
        ("PortfolioStream", #"{"portfolio":{"accountId":"2000000001","positions":[]}}"#),
        ("OrderStateStream", #"{"orderState":{"orderId":"7"}}"#),
    ]

    @Test(arguments: hints) func whatAStreamTellsIsReadAtOnce(stream: String, text: String) async throws {
        let standIn = TinkoffStandIn()
        try await withTinkoff(
            standIn,
            adjust: {
                $0.hasTradesStream = true
                $0.resync = .seconds(90)
            }
        ) { broker, server in
            while standIn.calls(stream) == 0 { _ = try await broker.nextEvents() }
            let before = try await quiet(standIn, "OrdersService/GetOrders", broker)
            server.push(text, to: stream)
            #expect(try await isRead(standIn, "OrdersService/GetOrders", after: before, broker))
            let first = standIn.state.withLock { state in state.said.first { $0.stream == stream }?.text }
            #expect(first?.contains(TinkoffStandIn.account) == true)
        }
    }

    /// Executions are listened for twice only on request.
    @Test func theOlderStreamIsOpenedOnRequestAlone() async throws {
        let standIn = TinkoffStandIn()
        try await withTinkoff(standIn) { broker, _ in
            while standIn.calls("PortfolioStream") == 0 || standIn.calls("OrderStateStream") == 0 {
                _ = try await broker.nextEvents()
            }
            for _ in 0..<3 { _ = try await broker.nextEvents() }
            #expect(standIn.calls("TradesStream") == 0)
        }
    }
}
