import Core

/// The length of a candle, as requests and as streams spell it.
struct TInvestGrain: Hashable, Sendable {
    let request: String
    let stream: String
    /// Milliseconds.
    let length: Int64
    /// The longest range of one request, in milliseconds.
    let range: Int64
    /// The largest `limit`.
    let most: Int

    private static let minute: Int64 = 60_000

    private init(_ request: String, _ stream: String, minutes: Int64, days: Int64, _ most: Int) {
        (self.request, self.stream) = ("CANDLE_INTERVAL_\(request)", "SUBSCRIPTION_INTERVAL_\(stream)")
        (length, range, self.most) = (minutes * Self.minute, days * TInvestDate.day, most)
    }

    static let all = [
        TInvestGrain("1_MIN", "ONE_MINUTE", minutes: 1, days: 1, 2400),
        TInvestGrain("2_MIN", "2_MIN", minutes: 2, days: 1, 1200),
        TInvestGrain("3_MIN", "3_MIN", minutes: 3, days: 1, 750),
        TInvestGrain("5_MIN", "FIVE_MINUTES", minutes: 5, days: 7, 2400),
        TInvestGrain("10_MIN", "10_MIN", minutes: 10, days: 7, 1200),
        TInvestGrain("15_MIN", "FIFTEEN_MINUTES", minutes: 15, days: 21, 2400),
        TInvestGrain("30_MIN", "30_MIN", minutes: 30, days: 21, 1200),
        TInvestGrain("HOUR", "ONE_HOUR", minutes: 60, days: 93, 2400),
        TInvestGrain("2_HOUR", "2_HOUR", minutes: 120, days: 93, 2400),
        TInvestGrain("4_HOUR", "4_HOUR", minutes: 240, days: 93, 700),
        TInvestGrain("DAY", "ONE_DAY", minutes: 1440, days: 2192, 2400),
        TInvestGrain("WEEK", "WEEK", minutes: 10_080, days: 1827, 300),
    ]

    /// Weeks begin on Monday; the epoch was a Thursday.
    private var anchor: Int64 { length == 10_080 * Self.minute ? 4 * TInvestDate.day : 0 }

    /// The start of the candle a moment lies in.
    func start(of moment: Timestamp) -> Timestamp {
        Timestamp((moment.milliseconds - anchor).floored(to: length) + anchor)
    }
}

extension TInvestWorld {
    func candles(_ call: TInvestCall) throws(TInvestFault) -> Wire {
        let listing = try self.listing(call)
        guard let grain = TInvestGrain.all.first(where: { $0.request == call["interval"] }) else {
            throw TInvestFault("30011", "The 'interval' is incorrect")
        }
        let source = call["candleSourceType"] ?? "CANDLE_SOURCE_UNSPECIFIED"
        let limit = call["limit"].flatMap(Int.init)
        guard limit == nil || source == "CANDLE_SOURCE_UNSPECIFIED" else {
            throw TInvestFault("30220", "The 'limit' cannot be combined with a source")
        }
        let to = call.moment("to") ?? now.venue
        let back = TimeSpan(milliseconds: grain.length * Int64(min(max(limit ?? 0, 0), grain.most)))
        guard let from = call.moment("from") ?? (limit == nil ? nil : to - back) else {
            throw TInvestFault("30228", "Missing parameter: 'from'")
        }
        guard (to - from).milliseconds <= grain.range else {
            throw TInvestFault("30014", "The maximum request period for the given candle interval has been exceeded")
        }
        var (start, found): (Timestamp, [Wire]) = (max(grain.start(of: from), market.firstTime(listing.symbol)), [])
        start = grain.start(of: start)
        if start < from { start = start + .milliseconds(grain.length) }
        while start < min(to, now.venue + .milliseconds(1)), found.count < grain.most {
            if let candle = self.candle(listing, grain, at: start, source: source) { found.append(candle) }
            start = start + .milliseconds(grain.length)
        }
        return ["candles": .list(limit.map { Array(found.suffix(max($0, 0))) } ?? found)]
    }

    private func candle(
        _ listing: TInvestListing, _ grain: TInvestGrain, at start: Timestamp, source: String
    ) -> Wire? {
        let end = start + .milliseconds(grain.length)
        guard let candle = market.candle(listing.symbol, from: start, to: end) else { return nil }
        let isDealer = grain.length <= 3_600_000 && setup.calendar.weekly(at: start) == .dealer
        if isDealer, source == "CANDLE_SOURCE_EXCHANGE" { return nil }
        return ohlc(listing, candle).adding([
            "isComplete": .flag(end <= now.venue), "volumeBuy": "0", "volumeSell": "0",
            "candleSource": .text(isDealer ? "CANDLE_SOURCE_DEALER_WEEKEND" : "CANDLE_SOURCE_EXCHANGE"),
        ])
    }

    /// Prices per piece, the volume in lots.
    func ohlc(_ listing: TInvestListing, _ candle: Candle) -> Wire {
        func price(_ value: Double) -> Wire {
            .quotation(listing.instrument.price(measured: value) ?? listing.instrument.tick)
        }
        let lots = min(max(candle.volume, 0), 1e15) / Double(listing.lot)
        return [
            "open": price(candle.open), "high": price(candle.high), "low": price(candle.low),
            "close": price(candle.close), "volume": .long(Int64(lots)), "time": .instant(candle.openTime),
        ]
    }
}
