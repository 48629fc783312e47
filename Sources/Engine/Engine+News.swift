import Core

/// News from venues.
extension Engine {
    mutating func take(_ batch: VenueBatch, at now: Timestamp, _ effects: inout [Effect]) {
        var closed: Currency?
        var others: [Currency] = []
        // Through a span: news are not copied to look at them; and the two that come all the time apart from the rest,
        // so that nothing but what they say is copied.
        let events = batch.events.span
        for place in events.indices {
            if case .price(let symbol, let price) = events[place] {
                hear(price, of: symbol, dated: batch.at, at: now, &effects)
            } else if case .barClosed(let symbol, let bar, let closeTime) = events[place] {
                guard let quote = hear(close: bar.close, of: symbol, closeTime, at: now, &effects) else { continue }
                if closed == nil { closed = quote }
                if closed != quote, !others.contains(quote) { others.append(quote) }
            } else {
                take(events[place], of: batch.broker, at: now, &effects)
            }
        }
        guard let closed else { return }
        if others.isEmpty { return effects.append(.mark(equity(in: closed, at: now))) }
        for currency in (others + [closed]).sorted() { effects.append(.mark(equity(in: currency, at: now))) }
    }

    private mutating func hear(
        _ price: Price, of symbol: Symbol, dated moment: Timestamp, at now: Timestamp, _ effects: inout [Effect]
    ) {
        effects += onNews(of: symbol) { $0.observe(price, isClose: false, dated: moment, $1, at: now) }
    }

    /// A bar was told.
    ///
    /// - Returns: The currency of its prices, where they are any.
    private mutating func hear(
        close: Double, of symbol: Symbol, _ closeTime: Timestamp, at now: Timestamp, _ effects: inout [Effect]
    ) -> Currency? {
        var quote: Currency?
        effects += onNews(of: symbol) { desk, state in
            guard let price = desk.grid.price(measured: close) else { return [] }
            quote = desk.quote
            guard desk.closed(at: price, closeTime) else { return [] }
            return desk.observe(price, isClose: true, state, at: now)
        }
        return quote
    }

    private mutating func take(
        _ event: VenueEvent, of broker: BrokerName, at now: Timestamp, _ effects: inout [Effect]
    ) {
        switch event {
        case .price, .barClosed: preconditionFailure("prices are taken by themselves")
        case .quote(let symbol, let bid, let ask):
            effects += onNews(of: symbol) { desk, _ in
                desk.quoted(bid: bid, ask: ask, at: now)
                return []
            }
        case .session(let symbol, let isOpen, let next):
            effects += onNews(of: symbol) { $0.session(isOpen: isOpen, next: next, $1, at: now) }
        case .clock(let offset): risk.clocks[broker] = offset
        case .order(let report): effects += onDesk(report.symbol, report.clientID) { $0.apply(report, $1, at: now) }
        case .fill(let fill): effects += take(fill, at: now)
        case .reconnected: effects += reconcile([broker], at: now)
        }
    }

    /// Lets the first desk of `symbol` hear of its market. That opens nothing, so it needs no turn.
    @inline(__always) private mutating func onNews(
        of symbol: Symbol, _ body: (inout Desk, TradingState) -> [Effect]
    ) -> [Effect] {
        place(of: symbol).map { turn($0, mayOpen: false, at: now, body) } ?? []
    }
}
