package import Core

extension BitgetClassic {
    package func contracts(_ symbol: Symbol?) -> BitgetQuestion<[BitgetContract]> {
        let path = isSpot ? "\(Self.spot)/public/symbols" : "\(Self.mix)/market/contracts"
        let query: [(String, String?)] = [("productType", product), ("symbol", symbol?.name)]
        return BitgetQuestion(.get(path, query, perSecond: 20, isPublic: true)) { data throws(VenueError) in
            var contracts: [BitgetContract] = []
            for row in data.elements {
                // Names that are no symbols here, such as `$ALT`, are nothing that could be traded by us.
                guard let found = row["symbol"]?.string.flatMap({ Symbol($0) }), symbol == nil || symbol == found
                else { continue }
                contracts.append(isSpot ? try spotContract(row, found, path) : try mixContract(row, found, path))
            }
            return contracts
        }
    }

    private func mixContract(_ row: JSONValue, _ symbol: Symbol, _ what: String) throws(VenueError) -> BitgetContract {
        guard let places = row["pricePlace"]?.integer, let tenth = FixedDecimal.tenth(places) else {
            throw BitgetReading.malformed("pricePlace", what)
        }
        let tick = try BitgetReading.decimal(row, what, "priceEndStep").times(tenth)
        // The step is the multiplier; the smallest amount is no step.
        let step = try BitgetReading.decimal(row, what, "sizeMultiplier")
        let least = try BitgetReading.decimal(row, what, "minTradeNum")
        guard tick > .zero, step > .zero, least >= .zero else { throw BitgetReading.malformed("priceEndStep", what) }
        let status = row["symbolStatus"]?.string ?? ""
        return BitgetContract(
            instrument: Instrument(
                symbol: symbol, tick: Price(tick), lotStep: Quantity(step), minimumQuantity: Quantity(least),
                minimumNotional: Money(row["minTradeUSDT"]?.decimal?.magnitude ?? .zero),
                quote: Currency(row["quoteCoin"]?.nonEmpty ?? BitgetSettings.marginCoin)),
            isOpen: !["off", "maintain", "restrictedAPI"].contains(status),
            mayOpen: status == "normal" || status == "listed", status: status,
            endsAt: row["limitOpenTime"]?.moment,
            largestMarket: BitgetReading.largest(row["maxMarketOrderQty"])
                ?? BitgetReading.largest(row["maxOrderQty"]),
            largestLimit: BitgetReading.largest(row["maxOrderQty"]))
    }

    private func spotContract(_ row: JSONValue, _ symbol: Symbol, _ what: String) throws(VenueError) -> BitgetContract {
        guard let tick = row["pricePrecision"]?.integer.flatMap({ FixedDecimal.tenth($0) }),
            let step = row["quantityPrecision"]?.integer.flatMap({ FixedDecimal.tenth($0) })
        else { throw BitgetReading.malformed("pricePrecision or quantityPrecision", what) }
        let status = row["status"]?.string ?? ""
        return BitgetContract(
            instrument: Instrument(
                symbol: symbol, tick: Price(tick), lotStep: Quantity(step), minimumQuantity: Quantity(step),
                minimumNotional: Money(row["minTradeUSDT"]?.decimal?.magnitude ?? .zero),
                quote: Currency(try BitgetReading.text(row, what, "quoteCoin"))),
            isOpen: status == "online" || status == "gray", mayOpen: status == "online", status: status,
            endsAt: row["offTime"]?.moment)
    }

    package func ticker(_ symbol: Symbol) -> BitgetQuestion<BitgetTicker> {
        let path = isSpot ? "\(Self.spot)/market/tickers" : "\(Self.mix)/market/ticker"
        let call = BitgetCall.get(
            path, [("productType", product), ("symbol", symbol.name)], perSecond: 20, isPublic: true, urgency: .vital)
        return BitgetQuestion(call) { data throws(VenueError) in
            guard let row = data.isObject ? data : data.elements.first else {
                throw VenueError(.notFound, code: "UNKNOWN_SYMBOL", message: "\(symbol) has no prices")
            }
            return try Self.readTicker(row, path)
        }
    }

    /// - Parameters:
    ///   - named: The symbol, where the row does not name it.
    ///   - moment: When it was told, where the row does not say.
    static func readTicker(
        _ row: JSONValue, _ what: String, of named: Symbol? = nil, at moment: Timestamp? = nil
    ) throws(VenueError) -> BitgetTicker {
        guard let last = row.first("lastPr", "lastPrice", "last")?.decimal, last > .zero else {
            throw BitgetReading.malformed("lastPr", what)
        }
        func price(_ value: JSONValue?) -> Price? { value?.decimal.flatMap { $0 > .zero ? Price($0) : nil } }
        let symbol = if let named { named } else { try BitgetReading.symbol(row, what) }
        return BitgetTicker(
            symbol: symbol, last: Price(last), bid: price(row.first("bidPr", "bid1Price", "bidPrice")),
            ask: price(row.first("askPr", "ask1Price", "askPrice")), at: row["ts"]?.moment ?? moment)
    }

    /// Each market has its own words for intervals. From six hours up the plain words mean days of UTC+8, so the words
    /// for UTC are used.
    static func granularity(_ interval: BarInterval, isSpot: Bool) -> String? {
        let minutes = interval.milliseconds / 60_000
        return switch minutes {
        case 1, 3, 5, 15, 30: "\(minutes)\(isSpot ? "min" : "m")"
        case 60, 240: "\(minutes / 60)\(isSpot ? "h" : "H")"
        case 120: isSpot ? nil : "2H"
        case 360, 720: "\(minutes / 60)Hutc"
        case 1440: "1Dutc"
        default: nil
        }
    }

    package func candles(
        _ symbol: Symbol, _ interval: BarInterval, from start: Timestamp, to end: Timestamp, limit: Int, isOld: Bool
    ) -> BitgetQuestion<[Bar]>? {
        guard let word = Self.granularity(interval, isSpot: isSpot) else { return nil }
        let path = "\(isSpot ? Self.spot : Self.mix)/market/\(isOld ? "history-candles" : "candles")"
        let query: [(String, String?)] = [
            ("symbol", symbol.name), ("productType", product), ("granularity", word),
            ("startTime", String(start.milliseconds)), ("endTime", String(end.milliseconds)),
            ("limit", String(limit)),
        ]
        return BitgetQuestion(.get(path, query, perSecond: 20, isPublic: true)) { data throws(VenueError) in
            try BitgetCandles.read(data, interval, path)
        }
    }

    package func pageLimit(_ interval: BarInterval, isOld: Bool) -> Int {
        if isOld { return 200 }
        // A page spans ninety days at most.
        return max(1, min(1000, Int(90 * 86_400_000 / interval.milliseconds)))
    }
}

/// Rows of bars, the same in both languages.
enum BitgetCandles {
    /// Reads rows into bars, oldest first, each once. Bars that are not aligned to UTC are refused: they would be
    /// another market's days.
    static func read(_ data: JSONValue, _ interval: BarInterval, _ what: String) throws(VenueError) -> [Bar] {
        var bars: [Int64: Bar] = [:]
        for row in BitgetReading.rows(data, "list") {
            let cells = row.elements
            guard cells.count >= 6, let open = cells[0].moment else {
                throw BitgetReading.malformed("a row", what)
            }
            guard interval.start(holding: open.milliseconds) == open.milliseconds else {
                throw BitgetErrors.malformed(what, "bars of \(interval) are not aligned to UTC")
            }
            var numbers: [Double] = []
            for cell in cells[1...5] {
                guard let number = cell.decimal?.double else { throw BitgetReading.malformed("a price", what) }
                numbers.append(number)
            }
            bars[open.milliseconds] = Bar(
                openTime: open, open: numbers[0], high: numbers[1], low: numbers[2], close: numbers[3],
                volume: numbers[4])
        }
        return bars.keys.sorted().compactMap { bars[$0] }
    }

    /// How far back the place for recent bars reaches.
    static func recentReach(_ interval: BarInterval) -> TimeSpan {
        let days: Int64 =
            switch interval.milliseconds / 60_000 {
            case ..<60: 30
            case ..<120: 60
            case ..<240: 120
            case ..<360: 240
            case ..<720: 360
            case ..<1440: 720
            default: 1440
            }
        return TimeSpan(milliseconds: (days - 1) * 86_400_000)
    }
}
