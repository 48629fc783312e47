import Core
import Simulator

extension TInvestWorld {
    /// Checks an order and takes it; matching follows a moment later, in the sandbox at once.
    ///
    /// - Returns: The order's number.
    /// - Throws: Why there is no such order.
    mutating func accept(_ draft: TInvestDraft) throws(TInvestFault) -> Int {
        guard let listing = self.listing(draft.leg.symbol) else { throw .noInstrument }
        guard let holder = account(draft.leg.account) else { throw .noAccount }
        try checkSession(draft)
        try checkPrice(draft, listing)
        let price = draft.limit ?? market.price(draft.leg.symbol) ?? listing.instrument.tick
        let value = price.notional(draft.pieces)
        guard value <= Money(FixedDecimal(30_000_000)) else {
            throw TInvestFault("90003", "The order value exceeds the limit for orders through the API")
        }
        if draft.side == .buy {
            try checkMoney(draft, value, accounts[holder])
        } else {
            try checkPieces(draft, value, accounts[holder])
        }
        return enter(draft, at: price)
    }

    private func checkSession(_ draft: TInvestDraft) throws(TInvestFault) {
        let status = self.status(draft.leg.symbol)
        guard status.takesLimits else {
            // The sandbox has been seen to take limit orders while the exchange is closed.
            if setup.isSandbox, draft.kind == .limit { return }
            throw .notTrading
        }
        if draft.kind == .market {
            guard status.isContinuous, status != .dealer || quirks.dealerMarket else {
                throw TInvestFault("30068", "Only limit orders are available now")
            }
        }
        if draft.force == .all, status == .dealer {
            throw TInvestFault("30098", "The order type is not available in this session")
        }
    }

    private mutating func checkPrice(_ draft: TInvestDraft, _ listing: TInvestListing) throws(TInvestFault) {
        guard let limit = draft.limit else { return }
        guard limit.value.isMultiple(of: listing.instrument.tick.value) else {
            throw TInvestFault("30078", "The price is not a multiple of the minimum price increment")
        }
        let (down, up) = limits(listing)
        if let percent = faults.setting(.priceFilter, at: now.wall)?.percent,
            let most = FixedDecimal(measured: percent), let last = market.price(listing.symbol),
            (limit - last).magnitude.value.times(FixedDecimal(100)) > most.times(last.value)
        {
            faults.note(.priceFilter)
            throw TInvestFault("30099", "The price is outside of the limits")
        }
        guard draft.side == .buy ? limit <= up : limit >= down else {
            throw TInvestFault("30099", "The price is outside of the limits")
        }
    }

    /// The lowest price a sale and the highest a purchase may have.
    func limits(_ listing: TInvestListing) -> (down: Price, up: Price) {
        let last = market.price(listing.symbol) ?? listing.instrument.tick
        let down = listing.instrument.onTick(last.moved(basisPoints: FixedDecimal(-2_000)), rounding: .up)
        return (down, listing.instrument.onTick(last.moved(basisPoints: FixedDecimal(2_000)), rounding: .down))
    }

    private func checkMoney(
        _ draft: TInvestDraft, _ value: Money, _ account: TInvestAccount
    ) throws(TInvestFault) {
        let short = max(-held(draft.leg), .zero)
        // Buying a short position back takes the money its sale brought, which is there.
        let free = account.money - blockedMoney(account.id)
        let isCover = short >= draft.pieces
        let credit = draft.mayBeUncovered ? max(equity(account), .zero) : .zero
        guard isCover || value + commission(value) <= free + credit else {
            throw setup.isSandbox ? .sandboxBalance : .margin
        }
    }

    private func checkPieces(
        _ draft: TInvestDraft, _ value: Money, _ account: TInvestAccount
    ) throws(TInvestFault) {
        let free = max(held(draft.leg), .zero) - blockedPieces(draft.leg)
        guard draft.pieces > free else { return }
        guard draft.mayBeUncovered else {
            throw TInvestFault("30240", "The order opens an uncovered position, confirm_margin_trade is needed")
        }
        guard setup.allowsShort, value <= equity(account) else {
            throw setup.isSandbox ? .sandboxBalance : .margin
        }
    }

    private mutating func enter(_ draft: TInvestDraft, at price: Price) -> Int {
        let number = orders.count
        var order = TInvestOrder(
            id: newID(), innerID: newUUID(), draft: draft, price: price, createdAt: now.venue, acceptedAt: now.wall,
            updatedAt: now.venue)
        if faults.happens(.notFoundLag, at: now.wall), let lag = faults.time(of: .notFoundLag) {
            order.hiddenUntil = now.wall + lag
        }
        orders.append(order)
        orderByID[order.id] = number
        orderByKey[Self.keyName(draft.leg.account, draft.key)] = number
        open.append(number)
        if setup.isSandbox {
            pushOrder(number)
            execute(number)
        } else {
            pushOrder(number, isFirst: quirks.internalIDs)
            agenda.add(.execute(number), at: now.wall + setup.orderLag)
        }
        return number
    }

    static func keyName(_ account: String, _ key: String) -> String { "\(account) \(key)" }

    /// The order that a key names; keys are forgotten after a month.
    func number(account: String, key: String) -> Int? {
        guard let number = orderByKey[Self.keyName(account, key)],
            now.wall - orders[number].acceptedAt < .seconds(30 * 86_400)
        else { return nil }
        return number
    }

    // MARK: Matching

    mutating func execute(_ number: Int) {
        guard orders[number].isOpen, orders[number].waits else { return }
        let order = orders[number]
        if orders[number].parts.isEmpty, !setup.isSandbox, order.children == 0 { pushOrder(number) }
        guard status(order.draft.leg.symbol).isContinuous else {
            // Nothing crosses before the auction ends, and at the best price nothing waits.
            return order.draft.kind == .best ? end(number, cause: "CAUSE_CANCELLED_BY_EXCHANGE") : ()
        }
        orders[number].waits = false
        let price = market.price(order.draft.leg.symbol) ?? .zero
        if let limit = order.draft.limit, order.draft.kind == .limit, order.draft.force != .day {
            let crosses = order.draft.side == .buy ? price <= limit : price >= limit
            if !crosses { return end(number, cause: "CAUSE_CANCELLED_BY_EXCHANGE") }
        }
        orders[number].parts = parts(of: order)
        submitNext(number)
    }

    private mutating func parts(of order: TInvestOrder) -> [Quantity] {
        let whole = order.draft.pieces
        // The sandbox never fills in parts, and all-or-nothing means what it says.
        guard !setup.isSandbox, order.draft.force != .all else { return [whole] }
        var (count, stops) = (1, false)
        if let setting = faults.setting(.partialFills, at: now.wall) {
            count = setting.parts ?? 1
            faults.note(.partialFills)
        }
        if let rule = faults.rule(.partialThenNothing, about: order.draft.leg.symbol.name, at: now.wall) {
            (count, stops) = (rule.parts ?? 2, true)
        }
        guard count > 1 else { return [whole] }
        let lots = max((order.draft.lots + Int64(count) - 1) / Int64(count), 1)
        let share = Quantity(FixedDecimal(Int(lots * order.draft.lot)))
        var (rest, parts): (Quantity, [Quantity]) = (whole, [])
        while rest > .zero {
            parts.append(min(rest, share))
            rest -= min(rest, share)
        }
        return stops ? Array(parts.prefix(1)) : parts
    }

    /// Hands the next part of an order to the matching engine.
    mutating func submitNext(_ number: Int) {
        guard orders[number].isOpen, orders[number].child == nil, !orders[number].parts.isEmpty else { return }
        let part = orders[number].parts.removeFirst()
        orders[number].children += 1
        let child = ClientOrderID("\(number).\(orders[number].children)")
        (orders[number].child, orders[number].childRest) = (child, part)
        let draft = orders[number].draft
        let request = OrderRequest(
            clientID: child, symbol: draft.leg.symbol, side: draft.side, quantity: part,
            kind: draft.kind == .limit ? draft.limit.map(OrderKind.limit) ?? .market : .market, reduceOnly: false,
            purpose: .manual)
        var leg = takeLeg(draft.leg)
        let (result, events) = leg.submit(request)
        legs[draft.leg] = leg
        if case .failure = result { return end(number, cause: "CAUSE_REJECTED_BY_EXCHANGE") }
        digest(events)
    }

    /// The matching of a leg, taken out of the books while it is used.
    func takeLeg(_ key: TInvestLeg) -> MatchingLeg {
        if let leg = legs[key] { return leg }
        guard let instrument = market.instrument(key.symbol) else { preconditionFailure("an ordered share is listed") }
        let piece = Quantity(FixedDecimal.one)
        return MatchingLeg(
            Instrument(
                symbol: instrument.symbol, tick: instrument.tick, lotStep: piece, minimumQuantity: piece,
                minimumNotional: .zero, quote: instrument.quote),
            name: BrokerName("twin"), takerFee: .zero, makerFee: .zero, slippage: setup.slippage,
            price: market.price(key.symbol) ?? instrument.tick)
    }

    /// Takes notice of what the matching engine did.
    mutating func digest(_ events: [VenueEvent]) {
        for event in events {
            if case .fill(let fill) = event { book(fill) }
        }
    }
}
