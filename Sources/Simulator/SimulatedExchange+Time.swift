public import Core

extension SimulatedExchange {
    private enum Step {
        case touch(book: Int, PricePath.Touch)
        case part(order: Int, at: Timestamp)
        case arrival(at: Timestamp)

        var at: Timestamp {
            switch self {
            case .touch(_, let touch): touch.at
            case .part(_, let at), .arrival(let at): at
            }
        }
    }

    /// Opens a bar of `symbol` now: orders that wait for an open and levels beyond it act at its price.
    ///
    /// - Precondition: Virtual time is the bar's open time, and the bar before it was closed.
    public mutating func openBar(_ bar: Bar, interval: BarInterval, of symbol: Symbol) {
        openBar(bar, interval: interval, book: book(of: symbol))
    }

    mutating func openBar(_ bar: Bar, interval: BarInterval, book: Int) {
        precondition(bar.openTime == now, "advance to a bar's open before opening it")
        var share: FixedDecimal?
        if case .shareOfVolume(let part) = configuration.fillPolicy { share = part }
        let price = books[book].open(bar, span: interval.span, share: share)
        outbox.append(.price(books[book].instrument.symbol, price))
        for order in books[book].executing {
            if case .nextPart(let at) = orders[order].progress, at > now { continue }
            attempt(order)
        }
        fire(book, at: price)
    }

    /// Closes the open bar of `symbol`; until the next open there is no price to trade at.
    ///
    /// - Precondition: Virtual time is the bar's close time and ``advance(to:)`` has nothing left to tell before it.
    public mutating func closeBar(of symbol: Symbol) {
        closeBar(book: book(of: symbol))
    }

    mutating func closeBar(book: Int) {
        precondition(books[book].closeTime == now, "advance to a bar's close before closing it")
        let bar = books[book].close()
        outbox.append(.barClosed(books[book].instrument.symbol, bar, closeTime: now))
    }

    /// Says that `symbol` gets no further bar: its last close stays tradable for flattening.
    public mutating func endMarket(of symbol: Symbol) {
        endMarket(book: book(of: symbol))
    }

    mutating func endMarket(book: Int) {
        books[book].end()
        for order in books[book].executing where orders[order].progress == .waiting { attempt(order) }
    }

    /// Whether something happened that was not told yet.
    public var hasNews: Bool { !outbox.isEmpty }

    /// When an order or cancellation arrives or a further part fills, whatever the price does; nil when nothing is due.
    public var nextDeadline: Timestamp? {
        guard activity > 0 else { return nil }
        let parts = books.indices.compactMap(nextPart(in:)).map(\.at)
        return (parts + arrivals.prefix(1).map(\.at)).min()
    }

    /// Goes on to the next instant, not after `limit`, at which there is something to tell, and tells it; nil when the
    /// limit is reached. Time does not go on before the news of an instant was told, so that its reader can react.
    public mutating func advance(to limit: Timestamp) -> VenueBatch? {
        guard reachNews(before: limit) else { return nil }
        var batch = VenueBatch(broker: configuration.broker, at: now, events: [])
        tell(&batch)
        return batch
    }

    /// Goes on to the next instant, not after `limit`, at which there is something to tell.
    ///
    /// - Returns: Whether there is something; if not, time stands at the limit.
    mutating func reachNews(before limit: Timestamp) -> Bool {
        precondition(limit >= now, "virtual time does not go back")
        while outbox.isEmpty {
            guard activity > 0, let step = nextStep(before: limit) else {
                now = limit
                return false
            }
            now = max(now, step.at)
            perform(step)
        }
        return true
    }

    /// Tells what happened in a batch of this exchange. The room of the news that it held is used again.
    mutating func tell(_ batch: inout VenueBatch) {
        batch.take(&outbox, at: now)
    }

    /// The next instant, not after `limit`, at which there is something to tell; nil when there is none.
    mutating func nextInstant(before limit: Timestamp) -> Timestamp? {
        if !outbox.isEmpty { return now }
        guard activity > 0, let step = nextStep(before: limit) else { return nil }
        return max(now, step.at)
    }

    /// What happens next, not after `limit`.
    private mutating func nextStep(before limit: Timestamp) -> Step? {
        // What is due at this very instant comes before the price leaves an open.
        if stepIsDue(at: now) { return earliestStep() }
        guard limit > now else { return nil }
        for book in books.indices where books[book].needsPath && books[book].awaitsPrice { choosePath(book) }
        return stepIsDue(at: limit) ? earliestStep() : nil
    }

    /// Whether something happens at `moment` or earlier. Mostly nothing does, and no step is made up to find that out.
    private mutating func stepIsDue(at moment: Timestamp) -> Bool {
        if let first = arrivals.first, first.at <= moment { return true }
        for book in books.indices {
            if books[book].isTouched(at: moment) { return true }
            if !books[book].executing.isEmpty, let part = nextPart(in: book), part.at <= moment { return true }
        }
        return false
    }

    /// The earliest of all; at one instant, levels before parts before arrivals.
    private mutating func earliestStep() -> Step? {
        var best: Step?
        for book in books.indices {
            guard let touch = books[book].nextTouch() else { continue }
            if touch.at < best?.at ?? .distantFuture { best = .touch(book: book, touch) }
        }
        for book in books.indices {
            guard !books[book].executing.isEmpty, let part = nextPart(in: book) else { continue }
            if part.at < best?.at ?? .distantFuture { best = .part(order: part.order, at: part.at) }
        }
        if let first = arrivals.first, first.at < best?.at ?? .distantFuture { best = .arrival(at: first.at) }
        return best
    }

    private func nextPart(in book: Int) -> (order: Int, at: Timestamp)? {
        var best: (order: Int, at: Timestamp)?
        for order in books[book].executing {
            guard case .nextPart(let at) = orders[order].progress else { continue }
            if at < best?.at ?? .distantFuture { best = (order, at) }
        }
        return best
    }

    private mutating func perform(_ step: Step) {
        switch step {
        case .touch(let book, let touch):
            books[book].move(to: touch, at: now)
            outbox.append(.price(books[book].instrument.symbol, touch.level))
            fire(book, at: touch.level)
        case .part(let order, _):
            attempt(order)
        case .arrival:
            let arrival = arrivals.removeFirst()
            switch arrival.wish {
            case .placing: attempt(arrival.order)
            case .change(let request): amend(arrival.order, to: request)
            case .cancellation:
                guard !orders[arrival.order].state.isFinal else { return }
                end(arrival.order, .cancelled, reason: "REQUESTED: cancelled on request")
            }
        }
    }

    /// Brings the price of an open bar to now.
    mutating func catchUp(_ book: Int) {
        guard let bar = books[book].bar, now > bar.openTime else { return }
        if books[book].needsPath { choosePath(book) }
        books[book].move(to: now)
    }

    /// What a market order on its way will add to the position.
    private func opening(_ order: Int) -> Quantity {
        let request = orders[order].request
        return request.kind == .market && !request.reduceOnly ? request.side.signed(orders[order].remaining) : .zero
    }

    private mutating func choosePath(_ book: Int) {
        guard let bar = books[book].bar else { return }
        var exposure = account.holdings[book].quantity
        for arrival in arrivals where arrival.isPlacing && orders[arrival.order].book == book {
            exposure += opening(arrival.order)
        }
        for order in books[book].executing { exposure += opening(order) }
        let lowFirst: Bool
        if exposure != .zero {
            let adverseFirst = configuration.convention.firstExtreme == .adverse
            lowFirst = adverseFirst ? exposure > .zero : exposure < .zero
        } else if let opening = books[book].resting.first(where: { !orders[$0.order].request.reduceOnly }) {
            lowFirst = orders[opening.order].request.side == .sell
        } else {
            lowFirst = bar.close >= bar.open
        }
        books[book].choosePath(lowFirst: lowFirst)
    }
}
