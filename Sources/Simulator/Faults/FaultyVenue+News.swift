import Core

extension FaultyVenue {
    /// The time by the venue's own clock.
    func clock() -> Timestamp {
        guard let spell = dice.spell(.wrongClock, at: market.now) else { return market.now }
        // Every second spell is slow, the others are fast.
        return spell.from.milliseconds % 2 == 0
            ? market.now + .milliseconds(spell.size) : market.now - .milliseconds(spell.size)
    }

    /// Puts what happened at the market on the stream.
    mutating func publish(_ events: [VenueEvent]) {
        let now = market.now
        for case .fill(let fill) in events { tally(fill) }
        if dice.isOn(.freeze, at: now) { return }
        if dice.spell(.wrongClock, at: now) != nil { dice.note(.wrongClock) }
        let at = clock()
        var frame: [VenueEvent] = []
        for event in events {
            if dice.happens(.frameLoss, at: now) { continue }
            let news = outward(event)
            if dice.happens(.duplicateResponse, at: now) {
                let later = now + .milliseconds(Int64(50 + dice.draw(.duplicateResponse, below: 5_000)))
                agenda.add(.news(VenueBatch(broker: name, at: at, events: [news])), at: later)
            }
            if isPrivate(event), dice.happens(.reorder, at: now), let held = dice.time(of: .reorder) {
                agenda.add(.news(VenueBatch(broker: name, at: at, events: [news])), at: now + Self.travelTime + held)
            } else {
                frame.append(news)
            }
        }
        guard !frame.isEmpty else { return }
        // A stream keeps its order: nothing overtakes what was sent before, unless the plan says so.
        lastNewsAt = max(lastNewsAt, now + dice.travel(base: Self.travelTime, at: now))
        agenda.add(.news(VenueBatch(broker: name, at: at, events: frame)), at: lastNewsAt)
    }

    private mutating func tally(_ fill: Fill) {
        let isForeign = fill.clientID.map(Self.isManual) ?? true
        let change = fill.side.signed(fill.quantity)
        let before = flows[fill.symbol]?.quantity ?? .zero
        let isReducing = before > .zero ? change < .zero && -change <= before : change > .zero && change <= -before
        if let id = fill.clientID, reductions.contains(id), !isReducing, !wasTouched { flipped = flipped ?? id }
        flows[fill.symbol, default: Flow()].quantity += change
        flows[fill.symbol, default: Flow()].cash += (fill.side == .buy ? -fill.notional : fill.notional) - fill.fee
        flows[fill.symbol, default: Flow()].foreign += isForeign ? 1 : 0
    }

    /// Whether somebody traded by hand so shortly ago that our orders may still be sized for what was held before.
    private var wasTouched: Bool { lastInterference.map { market.now - $0 < .seconds(300) } ?? false }

    private func outward(_ event: VenueEvent) -> VenueEvent {
        switch event {
        case .order(let report): .order(outward(report))
        case .fill(let fill): .fill(outward(fill))
        case .price, .barClosed, .quote, .session, .clock, .reconnected: event
        }
    }

    private func isPrivate(_ event: VenueEvent) -> Bool {
        switch event {
        case .order, .fill: true
        case .price, .barClosed, .quote, .session, .clock, .reconnected: false
        }
    }

    /// The market opens or closes.
    mutating func announceSession(_ isOpen: Bool) -> [Delivery] {
        dice.note(.marketClosed)
        let next = isOpen ? nil : dice.spell(.marketClosed, at: market.now)?.until
        let events = market.configuration.instruments.map {
            VenueEvent.session($0.symbol, isOpen: isOpen, next: next)
        }
        return [.news(VenueBatch(broker: name, at: clock(), events: events))]
    }

    /// The venue's clock is measured anew.
    mutating func announceClock() -> [Delivery] {
        let offset = clock() - market.now
        return [.news(VenueBatch(broker: name, at: clock(), events: [.clock(offset: offset)]))]
    }

    /// The stream was down and is there again.
    mutating func reconnect() -> [Delivery] {
        [.news(VenueBatch(broker: name, at: clock(), events: [.reconnected]))]
    }

    // MARK: Other hands

    /// Somebody trades, closes, cancels or places an order by hand, or moves a stop and halves it.
    mutating func interfere() {
        let now = market.now
        guard isOpen(at: now) else { return }
        let instruments = market.configuration.instruments
        let instrument = instruments[dice.draw(.manualTrade, below: instruments.count)]
        let truth = market.snapshot()
        let held = truth.positions.first { $0.symbol == instrument.symbol }?.quantity ?? .zero
        switch dice.draw(.manualTrade, below: 4) {
        case 0 where held != .zero:
            trade(instrument.symbol, -held, kind: .market)
        case 1:
            let open = truth.openOrders.filter { $0.symbol == instrument.symbol }
            guard !open.isEmpty else { return }
            let order = open[dice.draw(.manualTrade, below: open.count)]
            guard order.kind.isProtective, dice.draw(.manualTrade, below: 2) == 0 else {
                _ = market.cancel(.venue(order.venueOrderID))
                break
            }
            change(order, instrument)
        case 2:
            guard let price = market.lastPrice(of: instrument.symbol) else { return }
            let far = instrument.onTick(price.moved(basisPoints: FixedDecimal(-200)))
            trade(instrument.symbol, instrument.lotStep, kind: .limit(far))
        default:
            let size = Quantity(instrument.lotStep.value.times(FixedDecimal(1 + dice.draw(.manualTrade, below: 400))))
            trade(instrument.symbol, dice.draw(.manualTrade, below: 2) == 0 ? size : -size, kind: .market)
        }
        dice.note(.manualTrade)
        lastInterference = now
    }

    private mutating func change(_ order: OrderReport, _ instrument: Instrument) {
        guard let trigger = order.kind.trigger else { return }
        let (far, half) = (
            trigger.moved(basisPoints: FixedDecimal(order.side == .sell ? -100 : 100)),
            Quantity(order.quantity.value.divided(by: FixedDecimal(2)))
        )
        _ = market.amend(
            .venue(order.venueOrderID), trigger: instrument.onTick(far),
            quantity: max(instrument.onLot(half), instrument.lotStep))
    }

    private mutating func trade(_ symbol: Symbol, _ signed: Quantity, kind: OrderKind) {
        manualOrders += 1
        _ = market.submit(
            OrderRequest(
                clientID: ClientOrderID("manual-\(manualOrders)"), symbol: symbol,
                side: signed > .zero ? .buy : .sell, quantity: signed.magnitude, kind: kind, reduceOnly: false,
                purpose: .manual))
    }

    /// Cash appears or vanishes.
    mutating func driftBalance() {
        guard let percent = dice.plan[.balanceDrift]?.percent, let share = FixedDecimal(measured: percent) else {
            return
        }
        let balances = market.snapshot().balances.sorted { $0.key < $1.key }
        guard !balances.isEmpty else { return }
        let (code, cash) = balances[dice.draw(.balanceDrift, below: balances.count)]
        let change = cash.basisPoints(share.times(FixedDecimal(100)))
        drift[code, default: .zero] += dice.draw(.balanceDrift, below: 2) == 0 ? change : -change
        dice.note(.balanceDrift)
    }
}
