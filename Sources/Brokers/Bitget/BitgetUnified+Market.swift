package import Core

extension BitgetUnified {
    package func contracts(_ symbol: Symbol?) -> BitgetQuestion<[BitgetContract]> {
        let path = "\(Self.root)/market/instruments"
        let query: [(String, String?)] = [("category", category), ("symbol", symbol?.name)]
        return BitgetQuestion(.get(path, query, perSecond: 20, isPublic: true)) { data throws(VenueError) in
            var contracts: [BitgetContract] = []
            for row in BitgetReading.rows(data, "list") {
                guard let found = row["symbol"]?.string.flatMap({ Symbol($0) }), symbol == nil || symbol == found
                else { continue }
                contracts.append(try contract(row, found, path))
            }
            return contracts
        }
    }

    /// The step is told as such, or as digits behind the point.
    private func step(
        _ row: JSONValue, _ what: String, _ multiplier: StaticString, _ places: StaticString
    ) throws(VenueError) -> FixedDecimal {
        if let step = row[multiplier]?.decimal, step > .zero { return step }
        guard let digits = row[places]?.integer, let step = FixedDecimal.tenth(digits) else {
            throw BitgetReading.malformed("\(places)", what)
        }
        return step
    }

    private func contract(_ row: JSONValue, _ symbol: Symbol, _ what: String) throws(VenueError) -> BitgetContract {
        let tick = try step(row, what, "priceMultiplier", "pricePrecision")
        let lot = try step(row, what, "quantityMultiplier", "quantityPrecision")
        let status = (row.first("status", "symbolStatus")?.string ?? "").lowercased()
        return BitgetContract(
            instrument: Instrument(
                symbol: symbol, tick: Price(tick), lotStep: Quantity(lot),
                minimumQuantity: Quantity(row.first("minOrderQty", "minTradeNum")?.decimal?.magnitude ?? lot),
                minimumNotional: Money(row.first("minOrderAmount", "minTradeUSDT")?.decimal?.magnitude ?? .zero),
                quote: Currency(try BitgetReading.text(row, what, "quoteCoin"))),
            isOpen: !["offline", "off", "halt", "maintain", "restrictedapi"].contains(status),
            mayOpen: ["online", "normal", "listed"].contains(status), status: status,
            endsAt: row.first("limitOpenTime", "offTime")?.moment,
            largestMarket: BitgetReading.largest(row["maxMarketOrderQty"])
                ?? BitgetReading.largest(row["maxOrderQty"]),
            largestLimit: BitgetReading.largest(row["maxOrderQty"]))
    }

    package func ticker(_ symbol: Symbol) -> BitgetQuestion<BitgetTicker> {
        let path = "\(Self.root)/market/tickers"
        let call = BitgetCall.get(
            path, [("category", category), ("symbol", symbol.name)], perSecond: 20, isPublic: true, urgency: .vital)
        return BitgetQuestion(call) { data throws(VenueError) in
            guard let row = BitgetReading.rows(data, "list").first else {
                throw VenueError(.notFound, code: "UNKNOWN_SYMBOL", message: "\(symbol) has no prices")
            }
            return try BitgetClassic.readTicker(row, path)
        }
    }

    package func candles(
        _ symbol: Symbol, _ interval: BarInterval, from start: Timestamp, to end: Timestamp, limit: Int, isOld: Bool
    ) -> BitgetQuestion<[Bar]>? {
        // Days in UTC are offered by version 2 alone, which answers everybody.
        guard !Self.isClassic(interval) else {
            return BitgetClassic(settings).candles(symbol, interval, from: start, to: end, limit: limit, isOld: isOld)
        }
        guard let word = BitgetClassic.granularity(interval, isSpot: false) else { return nil }
        let path = "\(Self.root)/market/\(isOld ? "history-candles" : "candles")"
        let query: [(String, String?)] = [
            ("category", category), ("symbol", symbol.name), ("interval", word),
            ("startTime", String(start.milliseconds)), ("endTime", String(end.milliseconds)),
            ("limit", String(limit)),
        ]
        return BitgetQuestion(.get(path, query, perSecond: 20, isPublic: true)) { data throws(VenueError) in
            try BitgetCandles.read(data, interval, path)
        }
    }

    package func pageLimit(_ interval: BarInterval, isOld: Bool) -> Int {
        if Self.isClassic(interval) { return BitgetClassic(settings).pageLimit(interval, isOld: isOld) }
        return isOld ? 100 : max(1, min(1000, Int(90 * 86_400_000 / interval.milliseconds)))
    }

    /// Whether bars of this length are not offered, or not aligned to UTC.
    private static func isClassic(_ interval: BarInterval) -> Bool {
        let hours = interval.milliseconds / 3_600_000
        return hours == 2 || hours >= 6
    }
}

// MARK: Streams

extension BitgetUnified {
    package func publicTopics(_ symbols: [Symbol]) -> [BitgetBody] {
        let kind = isSpot ? "spot" : "usdt-futures"
        return symbols.map { ["instType": .text(kind), "topic": "ticker", "symbol": .text($0.name)] }
    }

    package func privateTopics() -> [BitgetBody] {
        let topics = isSpot ? ["order", "fill"] : ["order", "fill", "position", "strategy-order"]
        return topics.map { ["instType": "UTA", "topic": .text($0)] }
    }

    private func topic(_ message: JSONValue) -> JSONValue? { message["arg"]?.first("topic", "channel") }

    package func tickers(_ message: JSONValue) throws(VenueError) -> [BitgetTicker] {
        guard topic(message)?.isWord("ticker") == true else { return [] }
        var tickers: [BitgetTicker] = []
        for row in message["data"]?.elements ?? [] {
            // The symbol and the time may stand outside of the rows alone.
            let outside = row.first("symbol", "instId") == nil ? message["arg"] : nil
            let symbol = outside?.first("symbol", "instId")?.string.flatMap { Symbol($0) }
            tickers.append(
                try BitgetClassic.readTicker(row, "ticker stream", of: symbol, at: message["ts"]?.moment))
        }
        return tickers
    }

    package func hint(_ message: JSONValue) throws(VenueError) -> BitgetHint {
        var hint = BitgetHint()
        guard let topic = topic(message) else { return hint }
        if topic.isWord("order") {
            for row in message["data"]?.elements ?? [] where BitgetReading.foreignName(row) == nil {
                // One stream tells of every category of the account.
                if let kind = row["category"], kind.string?.uppercased() != category.uppercased() { continue }
                let order = try readOrder(row, "order stream", nil)
                hint.orders.append(order)
                hint.hasFills = hint.hasFills || order.filled > .zero
            }
        }
        hint.hasFills = hint.hasFills || topic.isWord("fill")
        hint.hasPlans = topic.isWord("strategy-order")
        hint.hasPositions = topic.isWord("position")
        return hint
    }
}
