import Brokers
import Core
import Synchronization
import Testing

/// What a broker does when streams say nothing, or something that makes no sense, and when the venue says how many
/// calls are left.
@Suite(.fewAtOnce) struct BitgetSilenceTests {
    private static let ticker = "market/ticker"

    private func path(_ isUnified: Bool) -> String { isUnified ? "market/tickers" : Self.ticker }

    /// Reads news until one is as it should be; nil when they end.
    private func news(_ broker: BitgetBroker, _ isIt: (VenueEvent) -> Bool) async throws -> VenueEvent? {
        while let batch = try await broker.nextEvents() {
            if let event = batch.events.first(where: isIt) { return event }
        }
        return nil
    }

    private func price(_ event: VenueEvent) -> Price? {
        guard case .price(BitgetBench.symbol, let price) = event else { return nil }
        return price
    }

    /// Waits until the venue was asked so often.
    private func asked(_ venue: BitgetStandIn, _ suffix: String, times: Int) async throws {
        while venue.requests(suffix).count < times { try await Task.sleep(for: .milliseconds(10)) }
    }

    /// Tells a row until its price is heard: the stream may not be there at first.
    private func hear(_ level: String, in row: String, _ broker: BitgetBroker, _ server: StandInServer) async throws {
        let telling = Task {
            while !Task.isCancelled {
                server.push(row, to: "public")
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        _ = try await news(broker) { price($0) == Price(level) }
        telling.cancel()
        _ = await telling.result
    }

    private func row(_ isUnified: Bool, _ price: String?) -> String {
        let last = price.map { #","\#(isUnified ? "lastPrice" : "lastPr")":"\#($0)""# } ?? ""
        return isUnified
            ? #"{"action":"snapshot","arg":{"instType":"usdt-futures","topic":"ticker","symbol":"BTCUSDT"},"#
                + #""data":[{"symbol":"BTCUSDT","bid1Price":"99"\#(last)}],"ts":1}"#
            : #"{"action":"snapshot","arg":{"instType":"USDT-FUTURES","channel":"ticker","instId":"BTCUSDT"},"#
                + #""data":[{"instId":"BTCUSDT","bidPr":"99"\#(last)}],"ts":1}"#
    }

    /// The same with the time it was told at.
    private func row(_ isUnified: Bool, _ price: String, at moment: Int64) -> String {
        row(isUnified, price).replacing(#""ts":1}"#, with: #""ts":\#(moment)}"#)
            .replacing(#""bidPr":"99""#, with: #""bidPr":"99","ts":"\#(moment)""#)
    }

    /// A message that another one overtook tells the price of before.
    @Test(.timeLimit(.minutes(5)), arguments: [false, true])
    func aPriceThatWasOvertakenIsNotTold(isUnified: Bool) async throws {
        let (venue, start) = (BitgetStandIn(isUnified: isUnified), Int64(1_800_000_000_000))
        // No reading tells a price of another time.
        venue.fail(path(isUnified), .refused(code: "40034"), times: 1000)
        try await withBitget(venue, adjust: { $0.priceSilence = .seconds(3600) }) { broker, server in
            try await hear("105", in: row(isUnified, "105", at: start + 2000), broker, server)
            for old in ["104", "103"] { server.push(row(isUnified, old, at: start + 1000), to: "public") }
            _ = await broker.submit(BitgetBench.request("a", .buy))
            var told: [Price] = []
            let filled = try await news(broker) { event in
                told += [price(event)].compactMap { $0 }
                if case .fill = event { return true }
                return false
            }
            let overtaken = ["104", "103"].compactMap { Price($0) }
            #expect(filled != nil && !told.contains(where: overtaken.contains), "\(told)")
            // Long before, the venue's clock was another one: that is told.
            try await hear("102", in: row(isUnified, "102", at: start - 60_000), broker, server)
        }
    }

    /// The stream tells one price and then nothing: prices are asked for, and told.
    @Test(.timeLimit(.minutes(5)), arguments: [false, true])
    func pricesAreAskedForWhenTheStreamIsSilent(isUnified: Bool) async throws {
        let venue = BitgetStandIn(isUnified: isUnified)
        try await withBitget(venue, adjust: { $0.priceSilence = .milliseconds(100) }) { broker, _ in
            try await asked(venue, path(isUnified), times: 5)
            for _ in 0..<3 {
                #expect(try await news(broker) { price($0) != nil }.flatMap(price) == Price(FixedDecimal(100)))
                let before = venue.requests(path(isUnified)).count
                try await asked(venue, path(isUnified), times: before + 1)
            }
        }
    }

    @Test(.timeLimit(.minutes(5)), arguments: [false, true])
    func pricesAreNotAskedForWhileTheStreamTellsThem(isUnified: Bool) async throws {
        let venue = BitgetStandIn(isUnified: isUnified)
        try await withBitget(venue, adjust: { $0.priceSilence = .seconds(3600) }) { broker, server in
            for level in ["101", "102", "103"] {
                try await hear(level, in: row(isUnified, level), broker, server)
            }
            // The very first one may be asked for before the stream is there.
            #expect(venue.requests(path(isUnified)).count <= 1)
        }
    }

    /// A message without its price is not what it should be: the stream is not believed any more, REST goes on.
    @Test(.timeLimit(.minutes(5)), arguments: [false, true])
    func aTickerWithoutAPriceEndsItsStream(isUnified: Bool) async throws {
        let venue = BitgetStandIn(isUnified: isUnified)
        try await withBitget(venue, adjust: { $0.priceSilence = .milliseconds(100) }) { broker, server in
            try await hear("123", in: row(isUnified, "123"), broker, server)
            server.push(row(isUnified, nil), to: "public")
            server.push(row(isUnified, "125"), to: "public")
            // Prices by REST alone: the stream said 123 at last.
            for _ in 0..<3 {
                let told = try await news(broker) { price($0).map { $0 != Price("123") } ?? false }
                #expect(told.flatMap(price) == Price(FixedDecimal(100)))
                server.push(row(isUnified, "125"), to: "public")
                let before = venue.requests(path(isUnified)).count
                try await asked(venue, path(isUnified), times: before + 1)
            }
            #expect(venue.state.withLock { $0.subscriptions.filter { $0 == "ticker" }.count } == 1, "not opened again")
        }
    }

    /// The same on the private stream: what becomes of orders is read.
    @Test(.timeLimit(.minutes(5)), arguments: [false, true])
    func anOrderWithoutANumberEndsThePrivateStream(isUnified: Bool) async throws {
        let venue = BitgetStandIn(isUnified: isUnified)
        try await withBitget(venue) { broker, server in
            let arg =
                isUnified
                ? #"{"instType":"UTA","topic":"order"}"#
                : #"{"instType":"USDT-FUTURES","channel":"orders","instId":"default"}"#
            let last = isUnified ? "strategy-order" : "orders-algo"
            while venue.state.withLock({ !$0.subscriptions.contains(last) }) {
                try await Task.sleep(for: .milliseconds(10))
            }
            let row = #"{"symbol":"BTCUSDT","instId":"BTCUSDT","side":"buy","size":"1","qty":"1"}"#
            server.push(#"{"action":"snapshot","arg":\#(arg),"data":[\#(row)],"ts":1}"#, to: "private")
            for name in ["a", "b"] {
                _ = await broker.submit(BitgetBench.request(name, .buy))
                let told = try await news(broker) {
                    if case .fill(let fill) = $0 { fill.clientID == ClientOrderID(name) } else { false }
                }
                #expect(told != nil)
            }
            #expect(venue.state.withLock { $0.logins } == 1, "not opened again")
        }
    }

    /// What the venue says is left counts, however much the table allows: of two calls a second none is left, so the
    /// next reading waits until the bucket holds more than the share of what is vital.
    @Test func theVenuesOwnCountIsObeyed() async throws {
        let venue = BitgetStandIn()
        venue.state.withLock { $0.remaining = "0" }
        try await withBitget(venue, adjust: { $0.pace = 0.1 }, isStarted: false) { broker, _ in
            let hour = try #require(BarInterval("1h"))
            let now = await broker.time()
            let begun = ContinuousClock.now
            for _ in 0..<2 {
                _ = try await broker.bars(BitgetBench.symbol, hour, from: now - hour.span, to: now)
            }
            let arrivals = venue.requests("market/candles").map(\.arrival)
            // Without a word of it the bucket would have held one, and each wait been a third of that. The time counts
            // from the beginning: any request may be long on its way, and the next one not.
            let waited = arrivals.map { $0 - begun }
            let isHeeded = waited.enumerated().allSatisfy { $1 >= .milliseconds(700) * $0 }
            #expect(arrivals.count == 4 && isHeeded, "\(waited)")
        }
    }
}
