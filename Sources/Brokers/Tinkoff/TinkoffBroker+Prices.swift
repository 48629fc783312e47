package import Core

extension TinkoffBroker {
    /// A price older than this is none even of a closed market: dead instruments are listed with their last one.
    private static let oldestPrice = TimeSpan.seconds(30 * 86_400)

    private func watchedSymbol(_ uid: String) -> Symbol? {
        watched.first { shares[$0]?.uid == uid || shares[$0]?.figi == uid }
    }

    /// Hears a price. Prices that the broker makes itself, as on weekends, are none of the exchange's and are dropped.
    func hear(_ price: TinkoffPrice) async {
        guard let symbol = watchedSymbol(price.uid), !price.isDealer || settings.tradesWeekends else { return }
        if statuses[price.uid]?.isDealer == true, !settings.tradesWeekends { return }
        let moment = await now()
        let age = price.at.map { moment - $0 } ?? .zero
        // What is told counts as of now: an old trade is told once, and only of a market that is closed.
        let isClosed = toldSessions[symbol]?.isOpen == false
        guard age <= (isClosed ? Self.oldestPrice : settings.priceAge) else { return }
        // The same trade again, or an earlier one, is no news.
        if let known = prices[symbol], let before = known.at, let at = price.at,
            at < before || (at == before && price.price == known.price)
        {
            return
        }
        pricedAt[symbol] = .now
        prices[symbol] = price
        await tell(symbol, .price(symbol, price.price))
    }

    /// Hears a price of the stream.
    func hearStreamed(_ price: TinkoffPrice) async {
        marketLagSince = nil
        await hear(price)
    }

    /// A reading found another price than the stream told last: the stream may be late, or tell nothing any more.
    private func compareWithStream(_ price: TinkoffPrice) {
        guard liveStreams.contains("market"), marketLagSince == nil, let symbol = watchedSymbol(price.uid),
            let known = prices[symbol], known.price != price.price, let at = price.at, at > known.at ?? at
        else { return }
        marketLagSince = .now
    }

    func hearQuote(_ uid: String, bid: Price?, ask: Price?) async {
        guard let symbol = watchedSymbol(uid), let bid, let ask, bid <= ask, statuses[uid]?.isDealer != true else {
            return
        }
        await tell(symbol, .quote(symbol, bid: bid, ask: ask))
    }

    /// Tells a price or a quote; a newer one takes the place of one of its kind that nobody has read yet.
    private func tell(_ symbol: Symbol, _ event: VenueEvent) async {
        let batch = VenueBatch(broker: name, at: await stamp(), events: [event])
        feed.push(batch) { waiting in
            guard let place = waiting.lastIndex(where: { $0.events.count == 1 && $0.events[0].isSameKind(as: event) }),
                // Only over a price behind which nothing else waits: news stay in their order.
                waiting[place...].allSatisfy(\.isPrices)
            else { return false }
            waiting[place] = batch
            return true
        }
    }

    /// Reads prices by REST as long as no stream tells them.
    func watchPrices() async {
        while !Task.isCancelled {
            let silent = watched.filter { symbol in
                pricedAt[symbol].map { ContinuousClock.now - $0 >= settings.priceSilence } ?? true
            }
            let uids = silent.compactMap { shares[$0]?.uid }
            if !uids.isEmpty,
                let found = try? await ask(TinkoffMarketData.lastPrices(uids, withDealer: settings.tradesWeekends))
            {
                for price in found {
                    compareWithStream(price)
                    await hear(price)
                }
                for symbol in silent { pricedAt[symbol] = .now }
            }
            guard (try? await Task.sleep(for: settings.priceSilence / 5)) != nil else { return }
        }
    }

    // MARK: Bars

    package func time() async -> Timestamp {
        // Any answer tells the venue's time; this one is cheap.
        if await client.clockOffset() == nil { _ = try? await ask(TinkoffMarketData.accounts()) }
        return await now()
    }

    package func lastPrice(_ symbol: Symbol) async throws -> Price {
        let uid = try await share(symbol).uid
        guard
            let found = try await ask(
                TinkoffMarketData.lastPrices([uid], withDealer: settings.tradesWeekends).with(.vital)
            ).first(where: { $0.uid == uid })
        else { throw VenueError(.notFound, code: "NO_PRICE", message: "\(symbol) has no last price") }
        return found.price
    }

    package func bars(
        _ symbol: Symbol, _ interval: BarInterval, from: Timestamp, to: Timestamp
    ) async throws -> [Bar] {
        let history = TinkoffHistory(client: client)
        return try await history.bars(
            try await share(symbol), interval, from: from, to: to, closedAt: await now()
        ) { _ in }
    }

    /// A bar is said to be over.
    func hearOfBar(_ uid: String) { watchedSymbol(uid).flatMap { barBells[$0] }?.ring() }

    /// Tells each bar of a symbol once it has closed, in order and without a gap of what the exchange has.
    func watchBars(_ symbol: Symbol, _ interval: BarInterval, after moment: Timestamp) async {
        var last = moment
        let bell = Bell()
        barBells[symbol] = bell
        while !Task.isCancelled {
            do {
                let now = await now()
                if interval.start(holding: now.milliseconds) > last.milliseconds {
                    for bar in try await bars(symbol, interval, from: last, to: now) {
                        let close = bar.openTime + interval.span
                        guard await tell([.barClosed(symbol, bar, closeTime: close)]) else { break }
                        last = close
                    }
                }
            } catch is CancellationError {
                return
            } catch {
                // Asked again below.
            }
            await bell.wait(atMost: await rest(interval, last))
        }
    }

    /// How long to wait for the next look: until shortly after the next bar closes; while one is overdue, the longer
    /// the later.
    /// At night there are none.
    private func rest(_ interval: BarInterval, _ last: Timestamp) async -> Duration {
        let now = await now()
        let closed = interval.start(holding: now.milliseconds)
        let next = closed + interval.milliseconds - now.milliseconds + 300
        let late = now.milliseconds - closed
        let wait = closed > last.milliseconds ? min(max(late / 2, 500), 30_000, next) : next
        return .milliseconds(min(wait, 60_000))
    }
}

extension VenueEvent {
    /// Whether it says everything that another one said.
    fileprivate func isSameKind(as other: VenueEvent) -> Bool {
        switch (self, other) {
        case (.price(let own, _), .price(let symbol, _)), (.quote(let own, _, _), .quote(let symbol, _, _)):
            own == symbol
        default: false
        }
    }
}
