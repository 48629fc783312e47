import Core

extension BitgetWorld {
    /// Moves the price of a symbol. On the way, every trigger that lies in between acts at its own level; across a gap
    /// everything acts at the new price.
    mutating func move(_ step: PriceStep) {
        guard step.price > .zero, var price = market.price(step.symbol) else { return }
        let volume = step.volume
        if step.gap {
            arrive(step.price, of: step.symbol, volume: volume, isGap: true)
            return
        }
        // Triggers may place orders that move positions, but never the price: each level is visited once.
        for _ in 0..<1_000 {
            let level = nextLevel(of: step.symbol, from: price, to: step.price)
            arrive(level ?? step.price, of: step.symbol, volume: level == nil ? volume : 0, isGap: false)
            guard let level else { return }
            price = level
        }
        arrive(step.price, of: step.symbol, volume: volume, isGap: true)
    }

    private mutating func arrive(_ price: Price, of symbol: Symbol, volume: Double, isGap: Bool) {
        market.reach(price, of: symbol, volume: volume, at: now.venue)
        feed.touch(symbol, price: price, volume: volume, at: now)
        for leg in [BitgetLeg.net, .long, .short, .spot] {
            let key = LegKey(symbol: symbol, leg: leg)
            guard var matching = legs[key] else { continue }
            legs[key] = nil
            let events = isGap ? matching.jump(to: price) : matching.move(to: price)
            legs[key] = matching
            digest(events, key)
        }
        fire(symbol)
    }

    /// The nearest trigger between two prices, both ends excluded.
    private func nextLevel(of symbol: Symbol, from: Price, to: Price) -> Price? {
        guard let instrument = market.instrument(symbol), let mark = market.mark(symbol),
            let last = market.price(symbol)
        else { return nil }
        var nearest: Price?
        for index in livePlans where plans[index].key.symbol == symbol && !plans[index].isDead {
            let plan = plans[index]
            let level = instrument.onTick(plan.byMark ? plan.level - (mark - last) : plan.level)
            guard from < to ? from < level && level < to : to < level && level < from else { continue }
            nearest = nearest.map { from < to ? min($0, level) : max($0, level) } ?? level
        }
        return nearest
    }

    /// Lets every trigger act that the price has reached.
    mutating func fire(_ symbol: Symbol) {
        guard let last = market.price(symbol), let mark = market.mark(symbol) else { return }
        for index in livePlans where plans[index].key.symbol == symbol && plans[index].isLive {
            let price = plans[index].byMark ? mark : last
            if plans[index].fires(at: price) {
                if !plans[index].isDead { trigger(index) }
            } else {
                plans[index].follow(price)
            }
        }
        liquidate()
    }

    /// Closes everything when the account is worth less than the maintenance of its positions.
    private mutating func liquidate() {
        let maintenance = positions.values.reduce(Money.zero) { $0 + value($1).basisPoints(FixedDecimal(40)) }
        guard maintenance > .zero, equity < maintenance else { return }
        for order in open where !orders[order].isSpot { end(order, reason: "liquidation") }
        for key in positions.keys.sorted() { closePosition(key, source: "liquidation") }
    }

    /// What a position is worth at the fair price.
    func value(_ position: BitgetPosition) -> Money {
        (market.mark(position.key.symbol) ?? position.average).notional(position.size)
    }

    /// The profit a position would bring now.
    func unrealised(_ position: BitgetPosition) -> Money {
        ((market.mark(position.key.symbol) ?? position.average) - position.average).notional(position.quantity)
    }

    /// The futures account's worth.
    var equity: Money { positions.values.reduce(wallet) { $0 + unrealised($1) } }

    /// What positions and opening orders bind.
    var bound: Money {
        let held = positions.values.reduce(Money.zero) { sum, position in
            sum
                + Money(
                    position.average.notional(position.size).value.divided(by: FixedDecimal(leverage(position.key))))
        }
        return open.reduce(held) { sum, index in
            let order = orders[index]
            guard !order.isSpot, !order.draft.reduces else { return sum }
            return sum + margin(order.remaining, at: order.draft.limit, order.key)
        }
    }

    /// The margin that opening `quantity` takes.
    func margin(_ quantity: Quantity, at price: Price?, _ key: LegKey) -> Money {
        let level = price ?? market.price(key.symbol) ?? .zero
        return Money(level.notional(quantity).value.divided(by: FixedDecimal(leverage(key))))
    }

    /// What is free for opening.
    var available: Money { max(equity - bound, .zero) }

    /// What is frozen of a coin by open spot orders.
    func frozen(_ coin: String) -> Money {
        open.reduce(Money.zero) { sum, index in
            let order = orders[index]
            guard order.isSpot, let instrument = market.instrument(order.key.symbol) else { return sum }
            switch order.draft.side {
            case .buy where instrument.quote.code == coin:
                return sum
                    + (order.draft.spend.map { $0 - order.quote }
                        ?? (order.draft.limit ?? .zero).notional(order.remaining))
            case .sell where baseCoin(instrument) == coin: return sum + Money(order.remaining.value)
            default: return sum
            }
        }
    }

    /// What is there of a coin on the spot side, frozen or not.
    func total(_ coin: String) -> Money {
        setup.family == .unified && coin == "USDT" ? wallet : coins[coin] ?? .zero
    }

    mutating func credit(_ coin: String, _ amount: Money) {
        if setup.family == .unified, coin == "USDT" {
            wallet += amount
        } else {
            coins[coin, default: .zero] += amount
        }
    }

    /// The bought coin: the symbol without its quote.
    func baseCoin(_ instrument: Instrument) -> String {
        let (name, quote) = (instrument.symbol.name, instrument.quote.code)
        return name.hasSuffix(quote) ? String(name.dropLast(quote.count)) : name
    }
}
