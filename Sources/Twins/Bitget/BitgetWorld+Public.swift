import Core

extension BitgetWorld {
    private static let pace = TimeSpan.milliseconds(200)

    func depth(_ symbol: Symbol, levels: Int = 50) -> BitgetDepth? {
        guard let instrument = market.instrument(symbol), let price = market.price(symbol) else { return nil }
        return BitgetDepth(around: price, instrument, levels: levels, seed: faults.seed)
    }

    /// The last day of a symbol.
    func day(_ symbol: Symbol) -> Candle? {
        market.candle(symbol, from: now.venue - .milliseconds(86_400_000), to: now.venue + .milliseconds(1))
    }

    /// Tells the public streams what moved, not more often than five times a second.
    mutating func publish() {
        guard sessions.contains(where: { !$0.value.isPrivate && !$0.value.subscriptions.isEmpty }) else { return }
        for instrument in instruments {
            let symbol = instrument.symbol
            guard var line = feed.lines[symbol], line.isDirty, now.wall - line.pushedAt >= Self.pace else { continue }
            (line.isDirty, line.pushedAt) = (false, now.wall)
            line.sequence += 1
            let old = line.depth
            line.depth = depth(symbol)
            let trades = line.trades.suffix(line.unpushed).reversed()
            line.unpushed = 0
            feed.lines[symbol] = line
            tell(.publicly("ticker"), symbol: symbol) { [self] in .list([streamedTicker(symbol, isUnified: $0)]) }
            tell(.publicly("trade", unified: "publicTrade"), symbol: symbol, action: "update") { isUnified in
                .list(trades.map { Self.streamedTrade($0, isUnified: isUnified) })
            }
            pushBooks(symbol, line, old: old)
            pushCandles(symbol)
        }
    }

    private mutating func pushBooks(_ symbol: Symbol, _ line: BitgetFeed.Line, old: BitgetDepth?) {
        guard let depth = line.depth else { return }
        for levels in [1, 5, 15, 50] {
            tell(.publicly("books\(levels)"), symbol: symbol) { [now] isUnified in
                Self.book(depth.top(levels).wire, depth, line.sequence, at: now, isUnified: isUnified)
            }
        }
        if let old {
            tell(.publicly("books"), symbol: symbol, action: "update") { [now] isUnified in
                Self.book(depth.changes(since: old), depth, line.sequence, at: now, isUnified: isUnified)
            }
        } else {
            tell(.publicly("books"), symbol: symbol) { [now] isUnified in
                Self.book(depth.wire, depth, line.sequence, at: now, isUnified: isUnified)
            }
        }
    }

    private static func book(
        _ rows: Wire, _ depth: BitgetDepth, _ sequence: Int, at now: TwinMoment, isUnified: Bool
    ) -> Wire {
        if isUnified, case .object(let sides) = rows {
            let short = sides.map { Wire.Member(key: $0.key == "asks" ? "a" : "b", value: $0.value) }
            return .list([
                Wire.object(short).adding([
                    "seq": .whole(Int64(sequence)), "pseq": .whole(Int64(sequence - 1)), "ts": .moment(now.venue),
                ])
            ])
        }
        return .list([
            rows.adding([
                "checksum": .whole(Int64(depth.checksum)), "seq": .whole(Int64(sequence)), "ts": .moment(now.venue),
            ])
        ])
    }

    private mutating func pushCandles(_ symbol: Symbol) {
        let grains = Set(
            sessions.values.flatMap { $0.subscriptions.map(\.channel) }.filter { $0.hasPrefix("candle") })
        for channel in grains.sorted() {
            guard let grain = BitgetGrain(stream: String(channel.dropFirst(6))) else { continue }
            let start = grain.start(of: now.venue)
            guard let candle = market.candle(symbol, from: start, to: grain.next(after: start)) else { continue }
            tell(.publicly(channel), symbol: symbol, action: "update") { [self] isUnified in
                .list([streamedCandle(candle, symbol, isUnified: isUnified)])
            }
        }
    }

    func streamedCandle(_ candle: Candle, _ symbol: Symbol, isUnified: Bool) -> Wire {
        let row = candleRow(candle, symbol)
        guard isUnified else { return .list(row + [row[row.count - 1]]) }
        let names = ["start", "open", "high", "low", "close", "volume", "turnover"]
        return .object(zip(names, row).map { .init(key: $0, value: $1) })
    }

    static func streamedTrade(_ trade: BitgetFeed.Trade, isUnified: Bool) -> Wire {
        isUnified
            ? [
                "i": .text(String(1_200_000_000_000_000_000 + trade.id)), "p": .amount(trade.price),
                "v": .amount(trade.size), "S": .text(trade.side.rawValue), "T": .moment(trade.at),
            ]
            : [
                "ts": .moment(trade.at), "price": .amount(trade.price), "size": .amount(trade.size),
                "side": .text(trade.side.rawValue), "tradeId": .text(String(1_200_000_000_000_000_000 + trade.id)),
            ]
    }

    /// What a new subscriber gets at once.
    mutating func greet(_ session: Int, _ subscription: BitgetSession.Subscription, isUnified: Bool) {
        let symbol = Symbol(subscription.instrument)
        let channel = subscription.channel
        if let symbol, channel == "ticker" {
            tell(session, subscription, "snapshot", .list([streamedTicker(symbol, isUnified: isUnified)]))
        } else if let symbol, let grain = BitgetGrain(stream: String(channel.dropFirst(6))), channel.hasPrefix("candle")
        {
            let rows = candles(symbol, grain, count: 100, before: nil, closedOnly: false)
            tell(
                session, subscription, "snapshot",
                .list(rows.map { streamedCandle($0, symbol, isUnified: isUnified) }))
        } else if let symbol, channel.hasPrefix("books"), let depth = depth(symbol) {
            var line = feed.lines[symbol] ?? BitgetFeed.Line()
            // Whoever comes later starts from the book that the next change is counted from.
            let known = line.depth ?? depth
            (line.depth, line.isDirty) = (known, true)
            feed.lines[symbol] = line
            let levels = Int(channel.dropFirst(5)) ?? 50
            tell(
                session, subscription, "snapshot",
                Self.book(known.top(levels).wire, known, line.sequence, at: now, isUnified: isUnified))
        } else if let symbol, ["trade", "publicTrade"].contains(channel) {
            let trades = (feed.lines[symbol]?.trades ?? []).suffix(50).reversed()
            tell(
                session, subscription, "snapshot",
                .list(trades.map { Self.streamedTrade($0, isUnified: isUnified) }))
        } else {
            greetPrivately(session, subscription, isUnified: isUnified)
        }
    }

    // MARK: Candles

    /// The candles up to a moment, ascending.
    func candles(
        _ symbol: Symbol, _ grain: BitgetGrain, count: Int, before end: Timestamp?, closedOnly: Bool,
        from first: Timestamp? = nil
    ) -> [Candle] {
        var start = grain.start(of: min(end.map { $0 - .milliseconds(1) } ?? now.venue, now.venue))
        if closedOnly, grain.next(after: start) > now.venue { start = grain.previous(before: start) }
        let oldest = max(market.firstTime(symbol), first ?? .epoch)
        var found: [Candle] = []
        while found.count < count, grain.next(after: start) > oldest, start >= first ?? .epoch {
            if let candle = market.candle(symbol, from: start, to: grain.next(after: start)) { found.append(candle) }
            start = grain.previous(before: start)
        }
        return found.reversed()
    }

    /// Open time, open, high, low, close, units and turnover, as text.
    func candleRow(_ candle: Candle, _ symbol: Symbol) -> [Wire] {
        guard let instrument = market.instrument(symbol) else { return [] }
        func price(_ value: Double) -> Wire { .amount(instrument.price(measured: value) ?? instrument.tick) }
        let step = FixedDecimal(units: 1_000_000)
        let volume = FixedDecimal(measured: candle.volume)?.quantised(to: step, rounding: .halfEven) ?? .zero
        let turnover = FixedDecimal(measured: candle.volume * candle.close)?.quantised(to: step, rounding: .halfEven)
        return [
            .moment(candle.openTime), price(candle.open), price(candle.high), price(candle.low), price(candle.close),
            .text(volume.description), .text((turnover ?? .zero).description),
        ]
    }
}
