import Core
import Simulator

extension BitgetWorld {
    /// Books an execution of the matching engine.
    mutating func book(_ fill: Fill, _ key: LegKey) {
        guard let number = number(of: fill.clientID) else { return }
        let fill = Fill(
            venue: fill.venue, tradeID: newID(), clientID: nil, symbol: fill.symbol, side: fill.side, price: fill.price,
            quantity: fill.quantity, fee: fill.fee, at: now.venue)
        orders[number].filled += fill.quantity
        orders[number].quote += fill.notional
        orders[number].updatedAt = now.venue
        let record = key.leg == .spot ? bookSpot(fill, number) : bookFutures(fill, number, key)
        orders[number].fee += record.fee
        orders[number].feeCoin = record.feeCoin
        orders[number].profit += record.profit
        fills.append(record)
        goOn(number, record)
        if key.leg != .spot { settle(key, number) }
    }

    /// What becomes of an order after one of its fills.
    private mutating func goOn(_ number: Int, _ record: BitgetFill) {
        orders[number].childRest -= record.quantity
        if orders[number].childRest == .zero { orders[number].child = nil }
        if orders[number].remaining == .zero {
            orders[number].status = .filled
            open.removeAll { $0 == number }
        } else {
            if !orders[number].isGhost { orders[number].status = .partly }
            if orders[number].child == nil, !orders[number].parts.isEmpty {
                agenda.add(.nextPart(number), at: now.wall + (faults.time(of: .partialFills) ?? .milliseconds(200)))
            }
        }
        pushOrder(number, fill: record)
        pushFill(record)
        if orders[number].isSpot { pushSpotAccount(number) }
    }

    private mutating func bookSpot(_ fill: Fill, _ number: Int) -> BitgetFill {
        guard let instrument = market.instrument(fill.symbol) else { preconditionFailure("a filled symbol is traded") }
        let (base, quote) = (baseCoin(instrument), instrument.quote.code)
        let fee: Money
        let coin: String
        if fill.side == .buy {
            // The fee is taken from what was bought.
            (fee, coin) = (Money(fill.quantity.value).basisPoints(BitgetSetup.spotFee), base)
            credit(base, Money(fill.quantity.value) - fee)
            credit(quote, -fill.notional)
        } else {
            (fee, coin) = (fill.notional.basisPoints(BitgetSetup.spotFee), quote)
            credit(base, -Money(fill.quantity.value))
            credit(quote, fill.notional - fee)
        }
        return BitgetFill(
            id: fill.tradeID, order: number, price: fill.price, quantity: fill.quantity, fee: fee, feeCoin: coin,
            profit: .zero, isTaker: true, at: fill.at)
    }

    private mutating func bookFutures(_ fill: Fill, _ number: Int, _ key: LegKey) -> BitgetFill {
        var position = positions[key] ?? BitgetPosition(id: newID(), key: key, at: now.venue)
        var (profit, rest) = position.book(fill)
        positions[key] = position
        if rest > .zero {
            // A one-way order that turns the position around: what is left opens the new one.
            finish(key)
            var turned = BitgetPosition(id: newID(), key: key, at: now.venue)
            let left = Fill(
                venue: fill.venue, tradeID: fill.tradeID, clientID: nil, symbol: fill.symbol, side: fill.side,
                price: fill.price, quantity: rest, fee: .zero, at: fill.at)
            (_, rest) = turned.book(left)
            positions[key] = turned
        } else if position.quantity == .zero {
            finish(key)
        }
        wallet += profit - fill.fee
        bill(profit - fill.fee, fee: fill.fee, key, orders[number].draft.reduces ? "close_long" : "open_long")
        let isTaker = fill.fee == fill.notional.basisPoints(BitgetSetup.futuresTaker)
        return BitgetFill(
            id: fill.tradeID, order: number, price: fill.price, quantity: fill.quantity, fee: fill.fee, feeCoin: "USDT",
            profit: profit, isTaker: isTaker, at: fill.at)
    }

    /// Notes a change of the futures wallet.
    mutating func bill(_ amount: Money, fee: Money, _ key: LegKey, _ business: String) {
        bills.append([
            "billId": .text(newID()), "symbol": .text(key.symbol.name), "amount": .amount(amount),
            "fee": .amount(-fee), "feeByCoupon": "", "businessType": .text(business), "coin": "USDT",
            "balance": .amount(wallet), "cTime": .moment(now.venue),
        ])
    }

    private mutating func finish(_ key: LegKey) {
        guard let position = positions.removeValue(forKey: key) else { return }
        history.append(position)
        pushClosed(position)
    }

    /// What follows from a futures fill besides money: exits that the order brought along, exits that have nothing left
    /// to protect, and news.
    private mutating func settle(_ key: LegKey, _ number: Int) {
        if let position = positions[key] {
            let exits = orders[number].draft.exits
            if orders[number].status == .filled, !orders[number].draft.reduces { attach(exits, to: key) }
            if key.leg == .net {
                // Exits of the other direction protect nothing any more.
                sweepPlans(key) { $0.draft.side == (position.quantity > .zero ? .buy : .sell) }
            }
        } else {
            sweepPlans(key) { _ in true }
            for rival in open where orders[rival].key == key && orders[rival].draft.reduces && rival != number {
                end(rival, reason: "position_closed")
            }
        }
        pushPositions()
        pushAccount()
    }

    // MARK: Cancelling

    /// Takes the wish to cancel an order; it stays a moment longer.
    ///
    /// - Throws: Why there is nothing to cancel.
    mutating func cancel(_ number: Int) throws(BitgetFault) {
        guard orders[number].isOpen else { throw .nothingToCancel }
        guard now.wall - orders[number].lastCancelAt >= .seconds(1) else {
            throw BitgetFault("45129", "Cancel order is too frequent")
        }
        orders[number].lastCancelAt = now.wall
        if faults.happens(.fillAfterCancel, at: now.wall) {
            let stays = faults.time(of: .fillAfterCancel) ?? .seconds(1)
            (orders[number].status, orders[number].isGhost) = (.cancelled, true)
            orders[number].cancelReason = "normal_cancel"
            open.removeAll { $0 == number }
            pushOrder(number, fill: nil)
            agenda.add(.cancel(number), at: now.wall + stays)
            return
        }
        orders[number].isCancelling = true
        agenda.add(.cancel(number), at: now.wall + setup.cancelLag)
    }

    mutating func finishCancel(_ number: Int) {
        if orders[number].isGhost {
            if let child = orders[number].child { withdraw(child, orders[number].key) }
            (orders[number].isGhost, orders[number].child, orders[number].parts) = (false, nil, [])
        } else if orders[number].isOpen {
            end(number, reason: "normal_cancel")
        }
    }

    private mutating func withdraw(_ child: ClientOrderID, _ key: LegKey) {
        guard var leg = legs[key] else { return }
        legs[key] = nil
        _ = leg.cancel(child)
        legs[key] = leg
    }

    /// Ends an order that is not filled, and tells.
    mutating func end(_ number: Int, reason: String) {
        guard orders[number].isOpen else { return }
        let child = orders[number].child
        (orders[number].status, orders[number].cancelReason) = (.cancelled, reason)
        (orders[number].child, orders[number].parts, orders[number].updatedAt) = (nil, [], now.venue)
        open.removeAll { $0 == number }
        if let child { withdraw(child, orders[number].key) }
        pushOrder(number, fill: nil)
        if orders[number].isSpot { pushSpotAccount(number) } else { pushAccount() }
    }

    /// Closes a futures position at market; its order's number, or nil when there is none.
    @discardableResult
    mutating func closePosition(_ key: LegKey, source: String = "normal") -> Int? {
        guard let position = positions[key] else { return nil }
        for rival in open where orders[rival].key == key && orders[rival].draft.reduces {
            end(rival, reason: "close_replaced")
        }
        let side: Side = position.quantity > .zero ? .sell : .buy
        var draft = OrderDraft(
            key: key, side: side, reduces: true, wireSide: wireSide(side, key, reduces: true),
            size: position.size)
        (draft.source, draft.isWholePosition) = (source, true)
        return try? accept(draft)
    }

    /// How the classic dialect spells a direction: in hedge mode the position's.
    func wireSide(_ side: Side, _ key: LegKey, reduces: Bool) -> Side {
        switch key.leg {
        case .long: .buy
        case .short: .sell
        case .net, .spot: side
        }
    }
}
