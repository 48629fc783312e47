package import Core
import Logging

extension BitgetBroker {
    /// So much older than the one before it, a price is one that was overtaken on its way; older still, the venue set
    /// its clock.
    private static let overtaken = TimeSpan.seconds(10)

    /// Hears a price. A newer one takes the place of one that nobody has read yet; one that a newer one has overtaken,
    /// as an answer that was long on its way is by the stream, is not told.
    func hear(_ ticker: BitgetTicker) async {
        if let at = ticker.at, let known = prices[ticker.symbol]?.at, at < known, known - at < Self.overtaken { return }
        prices[ticker.symbol] = ticker
        pricedAt[ticker.symbol] = .now
        var events: [VenueEvent] = [.price(ticker.symbol, ticker.last)]
        if let bid = ticker.bid, let ask = ticker.ask, bid <= ask {
            events.append(.quote(ticker.symbol, bid: bid, ask: ask))
        }
        let batch = VenueBatch(broker: name, at: await stamp(), events: events)
        feed.push(batch) { waiting in
            guard let place = waiting.lastIndex(where: { $0.prices(ticker.symbol) }),
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
            for symbol in watched {
                let age = pricedAt[symbol].map { ContinuousClock.now - $0 }
                guard age.map({ $0 >= settings.priceSilence }) ?? true else { continue }
                guard let dialect, let ticker = try? await ask(dialect.ticker(symbol)) else { continue }
                await hear(ticker)
            }
            guard (try? await Task.sleep(for: settings.priceSilence / 5)) != nil else { return }
        }
    }

    // MARK: Bars

    /// The venue's time now.
    package func time() async -> Timestamp {
        _ = try? await client.measuredOffset()
        return await now()
    }

    /// The last price, asked now.
    ///
    /// - Throws: `VenueError`.
    package func lastPrice(_ symbol: Symbol) async throws -> Price {
        try await ask(try await language().ticker(symbol)).last
    }

    /// The closed bars that opened in `from..<to`, oldest first.
    ///
    /// - Throws: `VenueError`.
    package func bars(
        _ symbol: Symbol, _ interval: BarInterval, from: Timestamp, to: Timestamp
    ) async throws -> [Bar] {
        let history = BitgetHistory(client: client, dialect: try await language())
        return try await history.bars(symbol, interval, from: from, to: to, closedAt: await now()) { _ in }
    }

    /// Tells each bar of a symbol once it has closed, in order and without a gap.
    func watchBars(_ symbol: Symbol, _ interval: BarInterval, after moment: Timestamp) async {
        var (last, failures) = (moment, 0)
        // A bar is acted on when it is told, and nothing is bought without a price.
        if prices[symbol] == nil, let dialect, let ticker = try? await ask(dialect.ticker(symbol)) {
            await hear(ticker)
        }
        while !Task.isCancelled {
            do {
                for bar in try await closedBars(symbol, interval, after: last) {
                    let close = bar.openTime + interval.span
                    guard await tell([.barClosed(symbol, bar, closeTime: close)]) else { break }
                    last = close
                }
                failures = 0
            } catch is CancellationError {
                return
            } catch {
                // Asked again below; who waits for bars is told why none come.
                if failures % 60 == 0, !Task.isCancelled {
                    log.warning(
                        "bars could not be read",
                        metadata: [
                            "broker": "\(name)", "symbol": "\(symbol)", "interval": "\(interval)", "error": "\(error)",
                        ])
                }
                failures += 1
            }
            let now = await now()
            let next = (now.milliseconds / interval.milliseconds + 1) * interval.milliseconds
            // Before the bar is there, ask again soon; otherwise sleep until shortly after the next one closes.
            let isBehind = next - last.milliseconds > interval.milliseconds
            let wait = isBehind ? 1000 : max(next - now.milliseconds + 300, 100)
            guard (try? await Task.sleep(for: .milliseconds(min(wait, 60_000)))) != nil else { return }
        }
    }

    /// The bars that closed after `moment`, oldest first; at most a page.
    func closedBars(_ symbol: Symbol, _ interval: BarInterval, after moment: Timestamp) async throws -> [Bar] {
        let history = BitgetHistory(client: client, dialect: try await language())
        let now = await now()
        guard interval.start(holding: now.milliseconds) > moment.milliseconds else { return [] }
        return try await history.bars(symbol, interval, from: moment, to: now, closedAt: now) { _ in }
    }

    // MARK: Clock and sessions

    /// Tells whether the symbols can be traded, each minute, at once when an order is refused for that, and how far the
    /// venue's clock is off, every ten.
    func watchVenue() async {
        var measuredAt: ContinuousClock.Instant?
        while !Task.isCancelled {
            if measuredAt.map({ ContinuousClock.now - $0 >= settings.clockAge }) ?? true,
                let offset = try? await client.measuredOffset()
            {
                measuredAt = .now
                await tell([.clock(offset: offset)])
            }
            await lookAtSessions()
            let usual = min(settings.statusAge, settings.clockAge)
            let isWaited = toldSessions.values.contains(false) || !doubtedSessions.isEmpty
            await statusBell.wait(atMost: isWaited ? min(usual, settings.closedAge) : usual)
        }
    }

    /// Tells which symbols can be traded, as far as that is news; what cannot be read stays as it was.
    func lookAtSessions() async {
        for symbol in watched {
            let (age, isDoubted) = (sessionAge(symbol), doubtedSessions.remove(symbol) != nil)
            guard let contract = try? await contract(symbol, notOlderThan: age) else {
                if isDoubted { doubtedSessions.insert(symbol) }
                continue
            }
            guard toldSessions[symbol] != contract.isOpen,
                await tell([.session(symbol, isOpen: contract.isOpen, next: nil)])
            else { continue }
            toldSessions[symbol] = contract.isOpen
        }
    }

    /// How old an answer may be: where an opening is waited for, or a closure was heard of, how it is now counts. The
    /// others are not asked more often because of that.
    private func sessionAge(_ symbol: Symbol) -> Duration {
        if doubtedSessions.contains(symbol) { return .zero }
        return (toldSessions[symbol] == false ? settings.closedAge : settings.statusAge) * 9 / 10
    }
}

extension VenueBatch {
    /// Whether it tells nothing but prices: a newer one says all that it says.
    var isPrices: Bool {
        events.allSatisfy { event in
            switch event {
            case .price, .quote: true
            default: false
            }
        }
    }

    /// Whether it tells the price of a symbol alone.
    fileprivate func prices(_ symbol: Symbol) -> Bool {
        guard isPrices, case .price(symbol, _)? = events.first else { return false }
        return true
    }
}
