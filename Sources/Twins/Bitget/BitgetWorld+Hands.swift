import Core
import Simulator

// What other hands do on the account, as the fault plan says.

extension BitgetWorld {
    /// Lets them act, once a second.
    mutating func mischief() {
        let elapsed = (now.wall - lastMischief).milliseconds
        guard elapsed >= 1000 else { return }
        lastMischief = now.wall
        if faults.strikes(.balanceDrift, within: elapsed, at: now.wall) { drift() }
        if faults.strikes(.manualTrade, within: elapsed, at: now.wall) { interfere() }
    }

    /// Money goes without a trade, on both sides of the account. Coins that were bought are positions and stay.
    private mutating func drift() {
        let share = -(faults.setting(.balanceDrift, at: now.wall)?.percent ?? 0) / 100
        wallet += wallet.portion(share) ?? .zero
        pushAccount()
        let kinds = Set(instruments.map(\.quote.code)).sorted().filter { coins[$0] != nil }
        guard !kinds.isEmpty else { return }
        for coin in kinds { coins[coin, default: .zero] += total(coin).portion(share) ?? .zero }
        pushCoins(kinds)
    }

    /// Somebody closes something, cancels something or buys a little. Where there is nothing to close or to cancel, he
    /// buys.
    private mutating func interfere() {
        // Always two numbers, so that what comes later does not depend on what was there.
        let (deed, pick) = (faults.draw(.manualTrade, below: 3), faults.draw(.manualTrade, below: 1_000))
        var isDone = false
        switch deed {
        case 0: isDone = closeByHand(pick)
        case 1: isDone = cancelByHand(pick)
        default: break
        }
        if !isDone { buyByHand() }
    }

    /// Closes a position, or sells a coin.
    ///
    /// - Returns: False when nothing is held.
    private mutating func closeByHand(_ pick: Int) -> Bool {
        let held = positions.values.sorted { $0.key < $1.key }
        let drafts = held.map { closing($0) } + instruments.compactMap { sale(of: $0) }
        guard !drafts.isEmpty else { return false }
        _ = try? accept(drafts[pick % drafts.count])
        return true
    }

    private func closing(_ position: BitgetPosition) -> OrderDraft {
        let side: Side = position.quantity > .zero ? .sell : .buy
        return OrderDraft(
            key: position.key, side: side, reduces: true, wireSide: wireSide(side, position.key, reduces: true),
            size: position.size)
    }

    /// The sale of all that is free of a coin; nil when that is too little.
    private func sale(of instrument: Instrument) -> OrderDraft? {
        let coin = baseCoin(instrument)
        let size = instrument.onLot(Quantity((total(coin) - frozen(coin)).value))
        guard let price = market.price(instrument.symbol), instrument.refusal(of: size, at: price) == nil else {
            return nil
        }
        let key = LegKey(symbol: instrument.symbol, leg: .spot)
        return OrderDraft(key: key, side: .sell, reduces: false, wireSide: .sell, size: size)
    }

    /// Cancels an order or a trigger order.
    ///
    /// - Returns: False when there is none.
    private mutating func cancelByHand(_ pick: Int) -> Bool {
        let count = open.count + livePlans.count
        guard count > 0 else { return false }
        let place = pick % count
        if place < open.count {
            try? cancel(open[place])
        } else {
            cancelPlan(livePlans[place - open.count])
        }
        return true
    }

    /// Buys a little on the side of the account that its last order was on.
    private mutating func buyByHand() {
        guard let instrument = instruments.first, let price = market.price(instrument.symbol) else { return }
        let least = Quantity(instrument.minimumNotional.value.divided(by: price.value))
        let size = instrument.onLot(least) + instrument.lotStep + instrument.minimumQuantity
        let futures: BitgetLeg = holdMode == .oneWay ? .net : .long
        let leg = orders.last?.isSpot == true ? .spot : futures
        let key = LegKey(symbol: instrument.symbol, leg: leg)
        _ = try? accept(OrderDraft(key: key, side: .buy, reduces: false, wireSide: .buy, size: size))
    }
}
