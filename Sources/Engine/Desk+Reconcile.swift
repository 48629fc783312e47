import Core

/// What was booked for an asset although no order of ours caused it.
struct ExternalBook: Hashable, Codable, Sendable {
    /// Counts the bookings, to name them.
    var count = 0
    /// The signed quantity of bookings for which no execution was found yet.
    var unexplained = Quantity.zero
    /// The price they were booked at.
    var price = Price.zero
    /// The venue's time of the reading that showed them.
    var at = Timestamp.epoch
    /// Whether the strategy opened a part of what was adopted; left out by older journals.
    var holdsOurs: Bool?
}

extension Desk {
    /// How often the position was adjusted because no execution explained what the venue held.
    package var adjustments: Int { external.count }

    /// Whether every order of ours stands at the venue as our books have it: nothing on its way, nothing unanswered and
    /// no execution missing, but for those that nothing brought for a minute. Only then can a difference in the
    /// position not be our own doing.
    func isSettled(by listed: [OrderReport], at now: Timestamp) -> Bool {
        orders.openOrders.allSatisfy { order in
            if orders.isFinished(order.request.clientID) {
                return orders.missing.isOverdue(order.request.clientID, at: now)
            }
            guard order.state == .working || order.state == .partiallyFilled else { return false }
            return listed.contains { $0.clientID == order.request.clientID && $0.filled == order.filled }
        }
    }

    /// Makes the position what the venue says it is. Executions that someone else caused are booked as they were;
    /// what they leave unexplained is booked as one adjustment. Conservation holds exactly, because both are fills.
    ///
    /// - Returns: What was booked under the tag EXTERNAL.
    mutating func adopt(_ venue: AccountPosition?, _ strangers: [Fill], readAt: Timestamp, at now: Timestamp) -> [Fill]
    {
        let before = position.quantity
        let held = venue?.quantity ?? .zero
        var fills = strangers
        for fill in strangers { bookForeign(fill, at: now) }
        let rest = held - position.quantity
        if rest != .zero {
            let price = adjustmentPrice(for: venue, rest)
            external.unexplained += rest
            (external.price, external.at) = (price, readAt)
            fills.append(adjust(rest, at: price, now))
        }
        hold = .external
        noteOwner(before)
        goal = nil
        clearRefusals()
        orders.giveUpMissing(at: now)
        if position.isFlat || position.quantity.isOpposite(to: before) { protection.drop() }
        precondition(position.quantity == held, "after an adoption the books hold what the venue holds")
        return fills
    }

    /// An order of ours turned out to have caused an execution that was booked as somebody else's.
    mutating func claimed(_ fill: Fill, at now: Timestamp) -> [Effect] {
        guard let order = fill.clientID.flatMap({ orders[$0] }), order.request.kind.isProtective else { return [] }
        heardOfProtection(order, at: now)
        return []
    }

    /// Books executions of somebody else that came to nothing together: the position stays, the money moved.
    mutating func bookRoundTrip(_ strangers: [Fill], at now: Timestamp) {
        let before = position.quantity
        for fill in strangers { bookForeign(fill, at: now) }
        precondition(position.quantity == before, "a round trip leaves the position as it was")
    }

    /// Books an execution of somebody else. As far as it opened something, it counts against what may be opened in a
    /// day and in five minutes, like an order of ours: the limits are the account's.
    private mutating func bookForeign(_ fill: Fill, at now: Timestamp) {
        let before = position.quantity
        position.book(fill)
        orders.bookForeign(fill)
        let after = position.quantity
        let opened =
            after.isOpposite(to: before) ? after.magnitude : max(.zero, after.magnitude - before.magnitude)
        guard opened > .zero, rules.isConfigured, fill.at.milliseconds / 86_400_000 == now.milliseconds / 86_400_000
        else { return }
        risk.met(
            EnteredOrder(
                at: now, symbol: symbol, side: fill.side, quantity: opened, value: fill.price.notional(opened),
                currency: rules.asset.instrument.quote, isByHand: true))
    }

    /// Whether what the books hold, and the venue does not, never was a position to close: less than the venue trades,
    /// or no more than the fees of this trade, which a spot market takes out of what was bought, and a small part of
    /// it.
    var isDust: Bool {
        let instrument = rules.asset.instrument
        let rest = position.quantity.magnitude
        guard rest > .zero, rules.isConfigured else { return false }
        if rest < max(instrument.minimumQuantity, instrument.lotStep) { return true }
        if let price = lastPrice ?? referencePrice, price.notional(rest) < instrument.minimumNotional { return true }
        guard let paid = position.averagePrice else { return false }
        let bought = protection.excursion?.peak ?? rest
        return paid.notional(rest) <= risk.fees(of: position) && Quantity(rest.value.times(FixedDecimal(50))) <= bought
    }

    /// Whether fees explain what is left: it is counted as paid already.
    var isFee: Bool {
        (position.averagePrice ?? .zero).notional(position.quantity.magnitude) <= risk.fees(of: position)
    }

    /// Takes dust off the books at the last price; what a fee took is counted as a fee already.
    mutating func sweep(at now: Timestamp) -> Fill {
        precondition(isDust, "only dust is swept")
        let paid = position.averagePrice ?? .zero
        let price = isFee ? paid : lastPrice ?? referencePrice ?? paid
        let fill = adjust(-position.quantity, at: price, now, as: "DUST")
        (goal, isHeld, heldAt) = (nil, false, nil)
        clearRefusals()
        protection.drop()
        // Nothing is held, and no order waits for what was dust.
        orders.giveUpMissing(at: now)
        return fill
    }

    /// What is on its way for a position that is no longer what it was meant for: entries, and exits of what is gone.
    mutating func withdraw(at now: Timestamp) -> [Effect] {
        let stale = orders.openOrders.filter { !$0.request.kind.isProtective }
        return stale.flatMap { cancel($0, at: now) }
    }

    /// An execution of ours that an adjustment had anticipated: the adjustment is taken back by as much.
    mutating func explained(by fill: Fill, at now: Timestamp) -> [Effect] {
        let signed = fill.side.signed(fill.quantity)
        guard fill.at <= external.at, external.unexplained != .zero, !signed.isOpposite(to: external.unexplained) else {
            return []
        }
        let size = min(signed.magnitude, external.unexplained.magnitude)
        let back = signed > .zero ? -size : size
        external.unexplained += back
        let counter = adjust(back, at: external.price, now)
        let sentence = "the execution \(fill.tradeID) explains \(size) of what was booked as external"
        let difference = Reconciliation.Difference(.missedFill, symbol, sentence, .booked)
        return [
            .reconciled(Reconciliation(broker: broker, at: fill.at, differences: [difference], fills: [counter]))
        ]
    }

    private mutating func adjust(
        _ signed: Quantity, at price: Price, _ now: Timestamp, as tag: String = "EXTERNAL"
    ) -> Fill {
        external.count += 1
        let fill = Fill(
            venue: broker, tradeID: "\(tag)-\(symbol)-\(external.count)", clientID: nil, symbol: symbol,
            side: signed > .zero ? .buy : .sell, price: price, quantity: signed.magnitude, fee: .zero, at: now)
        position.book(fill)
        return fill
    }

    /// The price at which the adjustment makes our cost the venue's, when it enlarges the position and the venue tells
    /// its average; the last price otherwise.
    private func adjustmentPrice(for venue: AccountPosition?, _ rest: Quantity) -> Price {
        let known = lastPrice ?? referencePrice ?? position.averagePrice ?? venue?.averagePrice ?? .zero
        guard let venue, let average = venue.averagePrice, !rest.isOpposite(to: venue.quantity),
            !position.quantity.isOpposite(to: venue.quantity)
        else { return known }
        let implied = Price((average.notional(venue.quantity) - position.cost).value.divided(by: rest.value))
        return implied > .zero ? implied : known
    }

    /// Gives an adopted position a stop by percentage, when it has none. Without a price, or for an instrument that
    /// nobody configured, it is held instead: a person has to act.
    mutating func protectAdopted(percent: FixedDecimal) -> Bool {
        guard hold == .external, !position.isFlat, protection.stop == nil else { return false }
        let base = lastPrice ?? referencePrice ?? position.averagePrice
        guard rules.isConfigured, let base, base > .zero else {
            isHeld = true
            return false
        }
        let points = percent.times(FixedDecimal(100))
        let level = base.moved(basisPoints: position.quantity > .zero ? -points : points)
        let stop = rules.asset.instrument.onTick(level)
        guard stop > .zero else {
            isHeld = true
            return false
        }
        (isHeld, heldAt) = (false, nil)
        protection.wantStop(at: stop)
        return true
    }

    /// Forgets native legs that the venue does not hold any more although we did not cancel them, so that they are
    /// placed again.
    ///
    /// - Returns: Whether there was one.
    mutating func rearm() -> Bool {
        guard rules.asset.capabilities.nativeProtections, !position.isFlat, !isClosing, protection.fired == nil else {
            return false
        }
        let orders = orders
        return protection.rearm { id in
            guard let order = orders[id] else { return false }
            return (order.state == .cancelled || order.state == .expired) && !orders.wasCancelled(id)
        }
    }

    /// The cash that our executions moved, with notionals and without.
    var moved: (spot: Money, margin: Money) {
        let margin = position.realised - position.fees
        return (margin - position.cost, margin)
    }
}

extension Protection {
    /// Wants a stop that nobody has armed yet.
    mutating func wantStop(at price: Price) {
        stop = Leg(price: price, mode: .none, order: nil, quantity: .zero)
    }

    /// Makes legs that we only watch because their native order vanished wanted again.
    mutating func rearm(_ vanished: (ClientOrderID) -> Bool) -> Bool {
        let gone = legs.filter { $0.mode == .armedSynthetic && ($0.order.map(vanished) ?? false) }
        for leg in gone {
            guard let order = leg.order else { continue }
            update(order) { old in
                old = Leg(price: old.price, mode: .none, order: nil, quantity: .zero)
                old.rung = leg.rung
            }
        }
        return !gone.isEmpty
    }
}
