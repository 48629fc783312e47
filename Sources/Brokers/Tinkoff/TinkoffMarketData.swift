import Core

/// The questions that need no account.
enum TinkoffMarketData {
    // MARK: Who asks

    /// The accounts that the token sees.
    static func accounts() -> TinkoffQuestion<[TinkoffAccount]> {
        TinkoffQuestion(TinkoffCall("UsersService/GetAccounts", JSONBody([:]), .reads, .vital)) {
            message throws(VenueError) in
            var found: [TinkoffAccount] = []
            for row in message["accounts"]?.elements ?? [] {
                let level = row["accessLevel"]?.string ?? ""
                found.append(
                    TinkoffAccount(
                        id: try TinkoffReading.text(row, "an account", "id"), title: row["name"]?.string ?? "",
                        isOpen: row["status"]?.isWord("ACCOUNT_STATUS_OPEN") == true,
                        // The sandbox leaves the level out.
                        mayTrade: !level.hasSuffix("_READ_ONLY") && !level.hasSuffix("_NO_ACCESS"),
                        mayRead: !level.hasSuffix("_NO_ACCESS")))
            }
            return found
        }
    }

    /// What the account's owner may call, and how often.
    static func tariff() -> TinkoffQuestion<[TinkoffTariffLimit]> {
        TinkoffQuestion(TinkoffCall("UsersService/GetUserTariff", JSONBody([:]))) { message in
            (message["unaryLimits"]?.elements ?? []).map { row in
                TinkoffTariffLimit(
                    perMinute: row["limitPerMinute"]?.integer ?? 0, perSecond: row["limitPerSecond"]?.integer ?? 0,
                    methods: (row["methods"]?.elements ?? []).compactMap(\.string))
            }
        }
    }

    /// What the owner is qualified for.
    static func isQualified() -> TinkoffQuestion<Bool> {
        TinkoffQuestion(TinkoffCall("UsersService/GetInfo", JSONBody([:]))) { message in
            message["qualStatus"]?.flag ?? false
        }
    }

    // MARK: Instruments

    /// How a share is named.
    enum Name: Sendable {
        case ticker(String, classCode: String)
        case figi(String)
        case uid(String)
    }

    /// A share by name.
    static func share(_ name: Name) -> TinkoffQuestion<TinkoffShare> {
        let body: JSONBody =
            switch name {
            case .ticker(let ticker, let code):
                JSONBody(["idType": "INSTRUMENT_ID_TYPE_TICKER", "classCode": .text(code), "id": .text(ticker)])
            case .figi(let figi): JSONBody(["idType": "INSTRUMENT_ID_TYPE_FIGI", "id": .text(figi)])
            case .uid(let uid): JSONBody(["idType": "INSTRUMENT_ID_TYPE_UID", "id": .text(uid)])
            }
        let method: String =
            if case .uid = name { "InstrumentsService/GetInstrumentBy" } else { "InstrumentsService/ShareBy" }
        return TinkoffQuestion(TinkoffCall(method, body, .reads, .vital), TinkoffReading.share)
    }

    /// The trading days of a calendar, from today on; the past is not told.
    static func schedule(_ exchange: String, from: Timestamp) -> TinkoffQuestion<[TinkoffDay]> {
        let body = JSONBody([
            "exchange": .text(exchange), "from": .text(TinkoffTime.write(from)),
            "to": .text(TinkoffTime.write(from + .seconds(6 * 86_400))),
        ])
        return TinkoffQuestion(TinkoffCall("InstrumentsService/TradingSchedules", body)) { message in
            let rows = message["exchanges"]?.elements ?? []
            let own = rows.first { $0["exchange"]?.string?.lowercased() == exchange.lowercased() } ?? rows.first
            return (own?["days"]?.elements ?? []).map(TinkoffDay.read)
        }
    }

    // MARK: Prices

    /// What may be ordered now.
    static func statuses(_ uids: [String]) -> TinkoffQuestion<[TinkoffStatus]> {
        let body = JSONBody(["instrumentId": .list(uids.map(JSONBody.text))])
        return TinkoffQuestion(TinkoffCall("MarketDataService/GetTradingStatuses", body, .reads, .vital)) { message in
            (message["tradingStatuses"]?.elements ?? []).compactMap(TinkoffReading.status)
        }
    }

    /// Last prices that were made on the exchange, or by the broker itself as well.
    static func lastPrices(_ uids: [String], withDealer: Bool) -> TinkoffQuestion<[TinkoffPrice]> {
        let body = JSONBody([
            "instrumentId": .list(uids.map(JSONBody.text)),
            "lastPriceType": withDealer ? "LAST_PRICE_UNSPECIFIED" : "LAST_PRICE_EXCHANGE",
        ])
        return TinkoffQuestion(TinkoffCall("MarketDataService/GetLastPrices", body)) { message in
            (message["lastPrices"]?.elements ?? []).compactMap(TinkoffReading.lastPrice)
        }
    }

    /// Exchange candles that opened in a stretch of time. Volumes are lots.
    static func candles(
        _ uid: String, _ interval: TinkoffInterval, from: Timestamp, to: Timestamp
    ) -> TinkoffQuestion<[TinkoffCandle]> {
        // Without a source, the broker's own weekend prices would be among them.
        let body = JSONBody([
            "instrumentId": .text(uid), "from": .text(TinkoffTime.write(from)), "to": .text(TinkoffTime.write(to)),
            "interval": .text("CANDLE_INTERVAL_\(interval.word)"), "candleSourceType": "CANDLE_SOURCE_EXCHANGE",
        ])
        return TinkoffQuestion(TinkoffCall("MarketDataService/GetCandles", body)) { message throws(VenueError) in
            var found: [TinkoffCandle] = []
            for row in message["candles"]?.elements ?? [] {
                if row["candleSource"]?.isWord("CANDLE_SOURCE_DEALER_WEEKEND") == true { continue }
                found.append(try TinkoffCandle.read(row))
            }
            return found
        }
    }

    // MARK: The sandbox

    /// Opens a virtual account.
    static func openSandbox(_ title: String) -> TinkoffQuestion<String> {
        let body = JSONBody(["name": .text(title)])
        return TinkoffQuestion(TinkoffCall("SandboxService/OpenSandboxAccount", body, .changes, .entry)) {
            message throws(VenueError) in
            try TinkoffReading.text(message, "a sandbox account", "accountId")
        }
    }

    /// Puts virtual roubles on a virtual account.
    static func paySandbox(_ account: String, _ amount: Money) -> TinkoffQuestion<Money>? {
        guard case .object(let parts)? = TinkoffNumber.write(amount.value) else { return nil }
        let body = JSONBody([
            "accountId": .text(account),
            "amount": .object([JSONMember(name: "currency", value: "RUB")] + parts),
        ])
        return TinkoffQuestion(TinkoffCall("SandboxService/SandboxPayIn", body, .changes, .entry)) { message in
            Money(TinkoffNumber.read(message["balance"]) ?? .zero)
        }
    }
}

/// A candle of the venue.
struct TinkoffCandle: Sendable {
    /// When it opened.
    let at: Timestamp
    /// Open, high, low, close.
    let prices: [Price]
    /// Traded lots.
    let lots: TinkoffLots
    /// Whether the venue says that it is over.
    let isComplete: Bool

    static func read(_ row: JSONValue) throws(VenueError) -> TinkoffCandle {
        let what = "a candle"
        guard let at = TinkoffReading.moment(row["time"]) else { throw TinkoffReading.malformed("time", what) }
        var prices: [Price] = []
        for value in [row["open"], row["high"], row["low"], row["close"]] {
            guard let price = TinkoffReading.price(value) else { throw TinkoffReading.malformed("a price", what) }
            prices.append(price)
        }
        return TinkoffCandle(
            at: at, prices: prices, lots: TinkoffReading.lots(row["volume"]),
            isComplete: row["isComplete"]?.flag ?? false)
    }

    /// The same in the house's words: volume in shares.
    func bar(_ lot: TinkoffLotSize) -> Bar {
        Bar(
            openTime: at, open: prices[0].double, high: prices[1].double, low: prices[2].double,
            close: prices[3].double, volume: Double(lot.pieces(of: lots).count))
    }
}

/// A bar length that the venue has, with what one request may span.
struct TinkoffInterval: Hashable, Sendable {
    /// The venue's word.
    let word: String
    /// The same on streams.
    let streamWord: String?
    /// The longest stretch of one request: what the contract allows, or less where older ones did.
    let span: TimeSpan

    private static let table: [(milliseconds: Int64, interval: TinkoffInterval)] = {
        func row(_ minutes: Int64, _ word: String, _ stream: String?, days: Int64) -> (Int64, TinkoffInterval) {
            (minutes * 60_000, TinkoffInterval(word: word, streamWord: stream, span: .seconds(days * 86_400)))
        }
        return [
            row(1, "1_MIN", "ONE_MINUTE", days: 1), row(2, "2_MIN", "2_MIN", days: 1),
            row(3, "3_MIN", "3_MIN", days: 1), row(5, "5_MIN", "FIVE_MINUTES", days: 1),
            row(10, "10_MIN", "10_MIN", days: 1), row(15, "15_MIN", "FIFTEEN_MINUTES", days: 1),
            row(30, "30_MIN", "30_MIN", days: 2), row(60, "HOUR", "ONE_HOUR", days: 7),
            row(120, "2_HOUR", "2_HOUR", days: 30), row(240, "4_HOUR", "4_HOUR", days: 30),
            row(1440, "DAY", "ONE_DAY", days: 365), row(10_080, "WEEK", "WEEK", days: 365 * 2),
        ]
    }()

    /// The venue's bars of a length; nil when it has none.
    static func of(_ interval: BarInterval) -> TinkoffInterval? {
        table.first { $0.milliseconds == interval.milliseconds }?.interval
    }
}
