import Core

extension SimulatedExchange {
    /// Lets an order act at the current price, or rest, or wait when there is no price.
    mutating func attempt(_ order: Int) {
        let book = orders[order].book
        catchUp(book)
        guard let price = books[book].tradable(for: orders[order].request, configuration.convention, at: now) else {
            return orders[order].level == nil ? park(order, .waiting) : rest(order)
        }
        if orders[order].acts(at: price) { execute(order, at: price) } else { rest(order) }
    }

    /// Lets every resting order act that `price` has reached: stops first, then the rest, each by age.
    mutating func fire(_ book: Int, at price: Price) {
        // Mostly there is none.
        guard books[book].isMet(by: price) else { return }
        let met = books[book].resting.filter { $0.isMet(by: price) }
        for level in met where level.isStop { execute(level.order, at: price) }
        for level in met where !level.isStop { execute(level.order, at: price) }
    }

    private mutating func execute(_ order: Int, at price: Price) {
        let (request, book) = (orders[order].request, orders[order].book)
        if request.kind.isProtective { orders[order].isTriggered = true }
        let wanted = size(of: order)
        guard wanted > .zero else { return end(order, .cancelled, reason: Self.nothingLeft) }
        let part = part(of: wanted, order: order)
        guard part > .zero else { return park(order, .waiting) }
        let reducible = account.reducible(request.side, in: book)
        precondition(!request.reduceOnly || part <= reducible, "a reduce-only fill never flips a position")
        settle(part, of: order, at: fillPrice(of: order, at: price))
        if orders[order].state == .filled {
            detach(order)
            orders[order].progress = .done
            activity -= 1
            outbox.append(.order(orders[order].report))
        } else if size(of: order) == .zero {
            end(order, .cancelled, reason: Self.nothingLeft)
        } else {
            if case .parts(_, let spacing) = configuration.fillPolicy {
                park(order, .nextPart(now + spacing))
            } else {
                park(order, .waiting)
            }
            outbox.append(.order(orders[order].report))
        }
    }

    private static let nothingLeft = "REDUCE_ONLY: nothing left to reduce"

    /// What an order may still fill: a reduce-only order no more than the position.
    private func size(of order: Int) -> Quantity {
        let request = orders[order].request
        let remaining = orders[order].remaining
        return request.reduceOnly
            ? min(remaining, account.reducible(request.side, in: orders[order].book)) : remaining
    }

    private mutating func part(of wanted: Quantity, order: Int) -> Quantity {
        let book = orders[order].book
        switch configuration.fillPolicy {
        case .whole: return wanted
        case .parts(let count, _):
            let share = orders[order].request.quantity.value.divided(by: FixedDecimal(count))
            return min(wanted, Quantity(share.quantised(to: books[book].instrument.lotStep.value, rounding: .up)))
        case .shareOfVolume:
            guard let capacity = books[book].capacity else { return wanted }
            let part = min(wanted, capacity)
            books[book].capacity = capacity - part
            return part
        }
    }

    private func fillPrice(of order: Int, at price: Price) -> Price {
        let (request, book) = (orders[order].request, books[orders[order].book])
        switch request.kind {
        case .stop(let trigger) where configuration.convention.gappedStop == .level:
            return trigger
        case .takeProfit(let trigger) where configuration.convention.gappedTakeProfit == .level:
            return trigger
        case .limit(let limit):
            // What rested was there first and gets its own price, except when the market opens beyond it.
            return orders[order].isMaker && book.bar != nil && !book.isAtOpen(now) ? limit : price
        case .market, .stop, .takeProfit:
            let slippage = configuration.costs.slippage
            switch request.side {
            case .buy:
                return book.instrument.onTick(price.moved(basisPoints: slippage), rounding: .ceiling)
            case .sell:
                let sold = book.instrument.onTick(price.moved(basisPoints: -slippage), rounding: .floor)
                return max(sold, book.instrument.tick)
            }
        }
    }

    private mutating func settle(_ part: Quantity, of order: Int, at price: Price) {
        let (request, book) = (orders[order].request, orders[order].book)
        let currency = books[book].instrument.quote
        let rate = orders[order].isMaker ? configuration.costs.makerFee : configuration.costs.takerFee
        trades += 1
        let fill = Fill(
            venue: configuration.broker, tradeID: "\(configuration.broker)-T\(trades)", clientID: request.clientID,
            symbol: request.symbol, side: request.side, price: price, quantity: part,
            fee: price.notional(part).basisPoints(rate), at: now)
        orders[order].fill(part, at: now)
        account.book(fill, in: book, currency: currency)
        spent[currency, default: .zero] += (request.side == .buy ? fill.notional : -fill.notional) + fill.fee
        fills.append(fill)
        outbox.append(.fill(fill))
    }

    /// Ends an order that is not filled, and tells.
    mutating func end(_ order: Int, _ state: OrderState, reason: String) {
        detach(order)
        orders[order].end(state, reason: reason, at: now)
        activity -= 1
        outbox.append(.order(orders[order].report))
    }

    private mutating func rest(_ order: Int) {
        guard let level = orders[order].level else { preconditionFailure("only an order with a level rests") }
        detach(order)
        var isStop = false
        switch orders[order].request.kind {
        case .stop: isStop = true
        case .limit: orders[order].isMaker = true
        case .market, .takeProfit: break
        }
        orders[order].progress = .resting
        let entry = SimulatedBook.Level(order: order, price: level.price, below: level.below, isStop: isStop)
        let book = orders[order].book
        let place = books[book].resting.firstIndex { $0.order > order } ?? books[book].resting.endIndex
        books[book].resting.insert(entry, at: place)
    }

    private mutating func park(_ order: Int, _ progress: SimulatedOrder.Progress) {
        detach(order)
        orders[order].progress = progress
        let book = orders[order].book
        let place = books[book].executing.firstIndex { $0 > order } ?? books[book].executing.endIndex
        books[book].executing.insert(order, at: place)
    }

    mutating func detach(_ order: Int) {
        let book = orders[order].book
        switch orders[order].progress {
        case .travelling, .done: break
        case .resting: books[book].resting.removeAll { $0.order == order }
        case .waiting, .nextPart: books[book].executing.removeAll { $0 == order }
        }
    }

    /// Traps when an invariant stated at the type does not hold. Costs time in proportion to all orders ever sent.
    public func checkInvariants() {
        var places = Array(repeating: 0, count: orders.count)
        for arrival in arrivals where arrival.isPlacing { places[arrival.order] += 1 }
        for book in books {
            for level in book.resting { places[level.order] += 1 }
            for order in book.executing { places[order] += 1 }
        }
        for (index, order) in orders.enumerated() {
            precondition(places[index] == (order.state.isFinal ? 0 : 1), "an open order is in exactly one place")
            precondition(order.filled <= order.request.quantity, "fills never exceed the order")
            precondition((order.filled == order.request.quantity) == (order.state == .filled), "filled means all of it")
        }
        let watched = books.reduce(0) { $0 + $1.watches.count }
        precondition(activity == watched + orders.count { !$0.state.isFinal }, "activity counts what can happen")
        for (currency, cash) in account.cash {
            let start = configuration.startingCash[currency] ?? .zero
            precondition(cash == start - (spent[currency] ?? .zero), "cash is the start less all notionals and fees")
        }
    }
}
