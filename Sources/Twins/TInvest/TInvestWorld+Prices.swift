import Core
import Simulator

extension TInvestWorld {
    /// Moves the price of a share. On the way every stop that lies in between acts at its own level; across a gap
    /// everything acts at the new price.
    mutating func move(_ step: PriceStep) {
        guard step.price > .zero, var price = market.price(step.symbol) else { return }
        if step.gap { return arrive(step.price, of: step.symbol, volume: step.volume, isGap: true) }
        // Stops place orders that move positions, but never the price: each level is visited once.
        for _ in 0..<1_000 {
            let level = nextLevel(of: step.symbol, from: price, to: step.price)
            arrive(level ?? step.price, of: step.symbol, volume: level == nil ? step.volume : 0, isGap: false)
            guard let level else { return }
            price = level
        }
        arrive(step.price, of: step.symbol, volume: step.volume, isGap: true)
    }

    private mutating func arrive(_ price: Price, of symbol: Symbol, volume: Double, isGap: Bool) {
        market.reach(price, of: symbol, volume: volume, at: now.venue)
        tradedAt[symbol] = now.venue
        for account in accounts {
            let key = TInvestLeg(account: account.id, symbol: symbol)
            guard var matching = legs[key] else { continue }
            legs[key] = nil
            let events = isGap ? matching.jump(to: price) : matching.move(to: price)
            legs[key] = matching
            digest(events)
        }
        if let listing = self.listing(symbol) { pushPrice(listing, price, volume: volume) }
        fireStops(symbol, at: price)
    }

    /// The nearest stop between two prices, both ends excluded.
    private func nextLevel(of symbol: Symbol, from: Price, to: Price) -> Price? {
        guard let instrument = market.instrument(symbol) else { return nil }
        var nearest: Price?
        for index in liveStops where stops[index].draft.leg.symbol == symbol && !stops[index].isDead {
            let level = instrument.onTick(stops[index].level)
            guard from < to ? from < level && level < to : to < level && level < from else { continue }
            nearest = nearest.map { from < to ? min($0, level) : max($0, level) } ?? level
        }
        return nearest
    }

    /// Lets every stop act that the price has reached.
    private mutating func fireStops(_ symbol: Symbol, at price: Price) {
        for index in liveStops where stops[index].draft.leg.symbol == symbol && stops[index].status == .active {
            if stops[index].fires(at: price) {
                if !stops[index].isDead { trigger(index, at: price) }
            } else {
                stops[index].follow(price)
            }
        }
    }

    /// A stop becomes an ordinary order under an id of the exchange.
    private mutating func trigger(_ index: Int, at price: Price) {
        var draft = stops[index].draft
        draft.key = newUUID()
        if draft.kind == .limit, let trail = stops[index].trail, let instrument = market.instrument(draft.leg.symbol) {
            let spread = TInvestStop.Trail.distance(trail.spread, trail.spreadIsRelative, at: price)
            draft.limit = instrument.onTick(draft.side == .sell ? price - spread : price + spread)
        }
        liveStops.removeAll { $0 == index }
        stops[index].activatedAt = now.venue
        if quirks.childlessStops > 0 {
            quirks.childlessStops -= 1
            stops[index].status = .executed
            return pushStop(index)
        }
        guard setup.childLag == .zero else {
            stops[index].status = .executed
            pushStop(index)
            return agenda.add(.child(index, draft), at: now.wall + setup.childLag)
        }
        bear(index, draft)
    }

    /// Places the order that a stop becomes.
    mutating func bear(_ index: Int, _ draft: TInvestDraft) {
        do {
            let number = try accept(draft)
            stops[index].status = .executed
            stops[index].childID = orders[number].id
        } catch {
            stops[index].status = .cancelled
            stops[index].reason = "\(error.code) \(error.message)"
        }
        pushStop(index)
    }

    /// Takes a stop order.
    ///
    /// - Throws: Why there is none.
    mutating func place(_ stop: TInvestStop) throws(TInvestFault) {
        guard let last = market.price(stop.draft.leg.symbol) else { throw .noInstrument }
        if status(stop.draft.leg.symbol) == .dealer {
            throw TInvestFault("30092", "Stop orders are not available on weekends")
        }
        guard stop.below ? stop.trigger <= last : stop.trigger >= last else {
            throw TInvestFault("30053", "Post stop order error: the stop price is on the wrong side of the market")
        }
        if let expiry = stop.expiresAt, expiry < now.venue {
            throw TInvestFault("30063", "The expiration date is in the past")
        }
        var stop = stop
        let sleeps = setup.isSandbox && setup.sandboxStops != .fire
        stop.isDead = sleeps || faults.happens(.deadStop, at: now.wall)
        stops.append(stop)
        liveStops.append(stops.count - 1)
        pushStop(stops.count - 1)
    }

    /// Takes a stop order away.
    mutating func cancelStop(_ index: Int) throws(TInvestFault) {
        guard stops[index].status == .active else {
            throw TInvestFault("30060", "Cancel stop order error: the stop order is not active")
        }
        stops[index].status = .cancelled
        liveStops.removeAll { $0 == index }
        pushStop(index)
    }

    /// Stops end at their date.
    mutating func expireStops() {
        for index in liveStops {
            guard let expiry = stops[index].expiresAt, expiry <= now.venue else { continue }
            stops[index].status = .expired
            liveStops.removeAll { $0 == index }
            pushStop(index)
        }
    }
}
