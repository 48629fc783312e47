import Core

extension FaultyVenue {
    /// A request has arrived: acts on it and sends the answer back.
    mutating func perform(_ request: Request, _ call: Int) {
        let answer = outcome(of: request)
        let now = market.now
        if dice.happens(.dropResponse, at: now) { return }
        var moment = now + dice.travel(base: Self.travelTime, at: now)
        if dice.happens(.reorder, at: now) { moment = moment + (dice.time(of: .reorder) ?? .zero) }
        agenda.add(.answer(call: call, answer), at: moment)
        if dice.happens(.duplicateResponse, at: now) {
            let later = moment + .milliseconds(Int64(1 + dice.draw(.duplicateResponse, below: 2_000)))
            agenda.add(.repeated(call: call, answer), at: later)
        }
    }

    private mutating func outcome(of request: Request) -> Answer {
        let refusal = refusal()
        switch request {
        case .submit(let order):
            if let refusal { return .submitted(order, .refused(refusal)) }
            return .submitted(order, take(order))
        case .cancel(let reference, let symbol):
            if let refusal { return .cancelled(reference, symbol, .refused(refusal)) }
            return .cancelled(reference, symbol, cancel(reference))
        case .amend(let id, let symbol, let trigger, let quantity):
            if let refusal { return .amended(id, symbol, .refused(refusal)) }
            return .amended(id, symbol, amend(id, trigger, quantity))
        case .look(let id, let symbol):
            if let refusal { return .looked(id, symbol, .failure(refusal)) }
            return .looked(id, symbol, .success(look(id)))
        case .account(let moment):
            if let refusal { return .account(.failure(refusal)) }
            return .account(.success(snapshot(fillsSince: moment)))
        }
    }

    /// Why nothing is looked at right now.
    private mutating func refusal() -> VenueError? {
        let now = market.now
        if dice.isOn(.authRevoked, at: now) {
            return VenueError(.configuration, code: "KEY_REVOKED", message: "the keys were revoked")
        }
        if dice.isOn(.rateLimit, at: now) {
            return VenueError(.rateLimited, code: "TOO_MANY_REQUESTS", message: "too many requests")
        }
        if let spell = dice.spell(.rateLimitRetryAfter, at: now) {
            dice.note(.rateLimitRetryAfter)
            let wait = (spell.until - now).seconds
            return VenueError(.rateLimited, code: "TOO_MANY_REQUESTS", message: "retry after \(wait) s")
        }
        return nil
    }

    private mutating func take(_ order: OrderRequest) -> SubmitOutcome {
        if let error = objection(to: order) { return .refused(error) }
        let size: Quantity
        switch makeWay(for: order) {
        case .failure(let error): return .refused(error)
        case .success(let free): size = free
        }
        switch market.submit(inward(order, size)) {
        case .failure(let error): return .refused(error)
        case .success(let report):
            acceptances[order.clientID, default: 0] += 1
            if acceptances[order.clientID] != 1 { doubled = order.clientID }
            if dice.happens(.notFoundLag, at: market.now), let lag = dice.time(of: .notFoundLag) {
                hiddenUntil[order.clientID] = market.now + lag
            }
            if dice.happens(.errorAfterAccept, at: market.now) {
                return .silent(VenueError(.unknownOutcome, code: "HTTP_502", message: "bad gateway"))
            }
            return .accepted(outward(report))
        }
    }

    /// What the venue has against this order just now.
    private mutating func objection(to order: OrderRequest) -> VenueError? {
        let now = market.now
        if market.order(.client(order.clientID)) != nil, isIdempotent { return nil }
        if dice.isOn(.marketClosed, at: now) {
            return VenueError(.rejected, code: "MARKET_CLOSED", message: "\(order.symbol) does not trade now")
        }
        if order.reduceOnly, honoursReduceOnly, dice.isOn(.positionMode, at: now) {
            let message = "reduce-only does not go with the account's position mode"
            return VenueError(.configuration, code: "POSITION_MODE", message: message)
        }
        guard let percent = dice.plan[.priceFilter]?.percent, now < dice.calmFrom,
            let limit = FixedDecimal(measured: percent), let level = Self.level(of: order.kind),
            let last = market.lastPrice(of: order.symbol), last > .zero
        else { return nil }
        let distance = (level - last).magnitude.value.times(FixedDecimal(100)).divided(by: last.value)
        guard distance > limit else { return nil }
        dice.note(.priceFilter)
        return VenueError(.rejected, code: "PRICE_FILTER", message: "\(level) is \(distance) % from \(last)")
    }

    private static func level(of kind: OrderKind) -> Price? {
        switch kind {
        case .market: nil
        case .limit(let price), .stop(let price), .takeProfit(let price): price
        }
    }

    private mutating func cancel(_ reference: OrderReference) -> CancelOutcome {
        guard let open = market.order(reference), !open.state.isFinal, let name = open.clientID,
            dice.happens(.fillAfterCancel, at: market.now)
        else {
            switch market.cancel(reference) {
            case .success(let report): return .accepted(outward(report))
            case .failure(let error): return .refused(error)
            }
        }
        agenda.add(.realCancel(.client(name)), at: market.now + (dice.time(of: .fillAfterCancel) ?? .zero))
        dying.insert(name)
        let told = outward(open)
        return .accepted(
            OrderReport(
                clientID: told.clientID, venueOrderID: told.venueOrderID, symbol: told.symbol, side: told.side,
                kind: told.kind, quantity: told.quantity, filled: told.filled, state: .cancelled,
                reason: "REQUESTED: cancelled on request", at: told.at))
    }

    /// Changes a protective order in place; a stop that will not fire stays one.
    private mutating func amend(_ id: ClientOrderID, _ trigger: Price, _ quantity: Quantity) -> AmendOutcome {
        let isDead = originals[id] != nil
        let known = market.order(.client(id))?.kind.trigger
        switch market.amend(.client(id), trigger: isDead ? known ?? trigger : trigger, quantity: quantity) {
        case .failure(let error): return .refused(error)
        case .success(let report):
            if let old = originals[id] {
                originals[id] = OrderRequest(
                    clientID: old.clientID, symbol: old.symbol, side: old.side, quantity: quantity,
                    kind: old.kind.waiting(for: trigger), reduceOnly: old.reduceOnly, purpose: old.purpose)
            }
            return .accepted(outward(report))
        }
    }

    private mutating func look(_ id: ClientOrderID) -> OrderReport? {
        if let until = hiddenUntil[id], market.now < min(until, dice.calmFrom) { return nil }
        return market.order(.client(id)).map(outward)
    }

    private func snapshot(fillsSince moment: Timestamp) -> AccountSnapshot {
        let truth = market.snapshot(fillsSince: moment)
        var balances = truth.balances
        for (code, amount) in drift.sorted(by: { $0.key < $1.key }) { balances[code, default: .zero] += amount }
        return AccountSnapshot(
            broker: truth.broker, openOrders: truth.openOrders.map(outward), positions: truth.positions,
            balances: balances, fills: truth.fills.map(outward), at: clock())
    }

    // MARK: Names

    /// The order as the market gets it: under another name when a name is used again on a venue that allows it, with a
    /// trigger that is never reached when it is a stop that will not fire.
    private mutating func inward(_ order: OrderRequest, _ size: Quantity) -> OrderRequest {
        var (name, kind) = (order.clientID, order.kind)
        if name.text.isEmpty {
            namelessOrders += 1
            name = ClientOrderID("nameless-\(namelessOrders)")
        } else if !isIdempotent, market.order(.client(name)) != nil {
            name = ClientOrderID("\(name.text)#\(acceptances[name] ?? 0)")
        }
        if case .stop = kind, dice.happens(.deadStop, at: market.now), let book = market.instrument(order.symbol) {
            let never = order.side == .sell ? book.tick : book.onTick(Price(FixedDecimal(1_000_000_000)))
            kind = .stop(trigger: never)
        }
        if name != order.clientID || kind != order.kind || size != order.quantity { originals[name] = order }
        let isPlain = order.reduceOnly && !honoursReduceOnly
        if isPlain { reductions.insert(name) }
        return OrderRequest(
            clientID: name, symbol: order.symbol, side: order.side, quantity: size, kind: kind,
            reduceOnly: order.reduceOnly && !isPlain, purpose: order.purpose)
    }

    /// The report as the client gets it.
    func outward(_ report: OrderReport) -> OrderReport {
        guard let name = report.clientID else { return report }
        let original = originals[name]
        let isForeign = Self.isManual(name)
        guard original != nil || isForeign else { return report }
        let quantity = takesStopsBack ? original?.quantity ?? report.quantity : report.quantity
        let isShort = report.state == .filled && report.filled < quantity
        return OrderReport(
            clientID: isForeign ? nil : original?.clientID ?? name, venueOrderID: report.venueOrderID,
            symbol: report.symbol, side: report.side, kind: original?.kind ?? report.kind, quantity: quantity,
            filled: report.filled, state: isShort ? .cancelled : report.state,
            reason: isShort ? "ENDED_SHORT" : report.reason, at: report.at)
    }

    func outward(_ fill: Fill) -> Fill {
        guard let name = fill.clientID, Self.isManual(name) || originals[name] != nil else { return fill }
        return Fill(
            venue: fill.venue, tradeID: fill.tradeID,
            clientID: Self.isManual(name) ? nil : originals[name]?.clientID ?? name, symbol: fill.symbol,
            side: fill.side, price: fill.price, quantity: fill.quantity, fee: fill.fee, at: fill.at)
    }

    static func isManual(_ name: ClientOrderID) -> Bool { name.text.hasPrefix("manual-") }
}
