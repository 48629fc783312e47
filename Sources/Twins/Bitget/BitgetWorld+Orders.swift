import Core
import Simulator

extension BitgetWorld {
    /// Checks an order and takes it; matching follows a moment later.
    ///
    /// - Returns: The order's number.
    /// - Throws: Why there is no such order.
    mutating func accept(_ draft: OrderDraft) throws(BitgetFault) -> Int {
        var draft = draft
        try checkName(draft)
        guard let instrument = market.instrument(draft.key.symbol) else { throw .unknownSymbol }
        if isClosed { throw BitgetFault("41114", "The current trading pair is under maintenance") }
        if draft.key.leg != .spot, faults.isOn(.positionMode, at: now.wall) { throw wrongMode }
        let price = draft.limit ?? market.price(draft.key.symbol) ?? instrument.tick
        if draft.spend == nil { try checkSize(draft, instrument, at: price) }
        try checkPrice(draft, instrument)
        if draft.key.leg == .spot {
            try checkCoins(draft, instrument, at: price)
        } else if draft.reduces {
            try fitReduction(&draft, instrument)
        } else {
            guard margin(openingPart(draft), at: draft.limit, draft.key) <= available else { throw .balance }
        }
        return enter(draft)
    }

    /// An order's form does not suit the position mode.
    var wrongMode: BitgetFault {
        setup.family == .unified ? BitgetFault("25236", "Incorrect position open type") : .wrongMode
    }

    /// How much of an order would enlarge a position.
    private func openingPart(_ draft: OrderDraft) -> Quantity {
        guard let position = positions[draft.key], (position.quantity > .zero) == (draft.side == .sell) else {
            return draft.size
        }
        return max(draft.size - position.size, .zero)
    }

    private mutating func enter(_ draft: OrderDraft) -> Int {
        let (id, number) = (newID(), orders.count)
        var order = BitgetOrder(
            id: id, clientID: draft.clientID ?? newID(), draft: draft, leverage: leverage(draft.key),
            createdAt: now.venue, size: draft.size, updatedAt: now.venue)
        order.hiddenUntil = hiding()
        orders.append(order)
        (orderByID[id], orderByClient[order.clientID]) = (number, number)
        open.append(number)
        agenda.add(.execute(number), at: now.wall + setup.orderLag)
        pushOrder(number, fill: nil)
        return number
    }

    /// Until when something that was placed now is not found and not listed.
    mutating func hiding() -> Timestamp {
        guard faults.happens(.notFoundLag, at: now.wall), let lag = faults.time(of: .notFoundLag) else { return .epoch }
        return now.wall + lag
    }

    private func checkSize(_ draft: OrderDraft, _ instrument: Instrument, at price: Price) throws(BitgetFault) {
        let size = draft.size
        guard size > .zero else { throw BitgetFault("40808", "Parameter verification exception size is not positive") }
        guard size.value.isMultiple(of: instrument.lotStep.value) else {
            throw BitgetFault(
                "40808",
                "Parameter verification exception size checkBDScale error value=\(size) "
                    + "checkScale=\(instrument.lotStep.value.digitsBehindPoint)")
        }
        try checkLargest(draft)
        if draft.reduces { return }
        if size < instrument.minimumQuantity {
            throw BitgetFault("45111", "less than the minimum order quantity \(instrument.minimumQuantity)")
        }
        if price.notional(size) < instrument.minimumNotional {
            throw BitgetFault("45110", "less than the minimum amount \(instrument.minimumNotional) USDT")
        }
    }

    /// Refuses what is too large for one order; a trigger order becomes one.
    func checkLargest(_ draft: OrderDraft) throws(BitgetFault) {
        // Spot has one amount for both.
        let isMarket = draft.limit == nil && draft.key.leg != .spot
        guard !draft.isWholePosition, draft.key.leg != .spot || setup.family == .unified,
            let largest = isMarket ? setup.largestMarket : setup.largestLimit, draft.size > largest
        else { return }
        let kind = isMarket ? "market" : "limit"
        throw setup.family == .unified
            ? BitgetFault("25208", "The order quantity is greater than the maximum \(kind) order quantity \(largest)")
            : BitgetFault("45112", "more than the maximum \(kind) order quantity \(largest)")
    }

    private mutating func checkPrice(_ draft: OrderDraft, _ instrument: Instrument) throws(BitgetFault) {
        let exits = draft.exits
        for price in [draft.limit, exits.takeProfit, exits.takeProfitLimit, exits.stopLoss, exits.stopLossLimit] {
            guard let price, !price.value.isMultiple(of: instrument.tick.value) else { continue }
            throw BitgetFault("45115", "The price you enter should be a multiple of \(instrument.tick)")
        }
        guard let limit = draft.limit, let mark = market.mark(draft.key.symbol) else { return }
        try checkDistance(limit, draft.key.symbol)
        if draft.side == .buy, limit > mark.moved(basisPoints: FixedDecimal(500)) {
            throw BitgetFault("40815", "The order price is higher than the highest bid price")
        }
        if draft.side == .sell, limit < mark.moved(basisPoints: FixedDecimal(-500)) {
            throw BitgetFault("40816", "The order price is lower than the lowest ask price")
        }
    }

    /// Refuses a price, or a trigger, that lies farther from the market than the fault plan lets it.
    mutating func checkDistance(_ price: Price, _ symbol: Symbol) throws(BitgetFault) {
        guard let percent = faults.setting(.priceFilter, at: now.wall)?.percent,
            let most = FixedDecimal(measured: percent), let mark = market.mark(symbol),
            (price - mark).magnitude.value.times(FixedDecimal(100)) > most.times(mark.value)
        else { return }
        faults.note(.priceFilter)
        throw BitgetFault("40815", "The order price deviates too far from the market")
    }

    private func checkCoins(_ draft: OrderDraft, _ instrument: Instrument, at price: Price) throws(BitgetFault) {
        let coin = draft.side == .buy ? instrument.quote.code : baseCoin(instrument)
        let need = draft.side == .buy ? draft.spend ?? price.notional(draft.size) : Money(draft.size.value)
        if draft.spend != nil, need < instrument.minimumNotional {
            throw BitgetFault("45110", "less than the minimum amount \(instrument.minimumNotional) USDT")
        }
        let free = setup.family == .unified && coin == "USDT" ? available : total(coin) - frozen(coin)
        guard need <= free else { throw .spotBalance }
    }

    /// What closes never closes more than there is: one-way reduce-only orders push older ones out, closing orders of
    /// hedge mode shrink to what no other one closes already.
    private mutating func fitReduction(_ draft: inout OrderDraft, _ instrument: Instrument) throws(BitgetFault) {
        guard let position = positions[draft.key] else { throw .noPosition }
        guard (position.quantity > .zero) == (draft.side == .sell) else {
            throw BitgetFault("40939", "The reduce-only order would increase the position")
        }
        let (key, side) = (draft.key, draft.side)
        let rivals = open.filter { orders[$0].key == key && orders[$0].draft.reduces && orders[$0].draft.side == side }
        let resting = rivals.reduce(Quantity.zero) { $0 + orders[$1].remaining }
        if draft.key.leg == .net {
            var excess = resting + draft.size - position.size
            for rival in rivals where excess > .zero {
                excess -= orders[rival].remaining
                end(rival, reason: "reduce_only")
                draft.displaces = true
            }
            return
        }
        let free = position.size - resting
        if free <= .zero {
            for rival in rivals { end(rival, reason: "close_replaced") }
            draft.size = min(draft.size, position.size)
        } else if draft.limit == nil {
            draft.size = min(draft.size, free)
        } else if draft.size > free {
            throw BitgetFault("40757", "Not enough position is available")
        }
    }

    // MARK: Matching

    mutating func execute(_ number: Int) {
        guard orders[number].isOpen, orders[number].child == nil else { return }
        let order = orders[number]
        let price = market.price(order.key.symbol) ?? .zero
        if let limit = order.draft.limit {
            let crosses = order.draft.side == .buy ? price <= limit : price >= limit
            if order.draft.force == "post_only", crosses { return end(number, reason: "post_only") }
            if ["ioc", "fok"].contains(order.draft.force), !crosses { return end(number, reason: order.draft.force) }
        }
        if let spend = order.draft.spend, let instrument = market.instrument(order.key.symbol) {
            let size = Quantity(
                spend.value.divided(by: price.moved(basisPoints: setup.slippage).value, rounding: .down))
            orders[number].size = instrument.onLot(size)
            if orders[number].size <= .zero { return end(number, reason: "amount_too_small") }
        }
        orders[number].parts = parts(of: orders[number])
        submitNext(number)
    }

    private mutating func parts(of order: BitgetOrder) -> [Quantity] {
        var (count, stops) = (1, false)
        if let setting = faults.setting(.partialFills, at: now.wall) {
            count = setting.parts ?? 1
            faults.note(.partialFills)
        }
        if let rule = faults.rule(.partialThenNothing, about: order.key.symbol.name, at: now.wall) {
            (count, stops) = (rule.parts ?? 2, true)
        }
        guard count > 1, let instrument = market.instrument(order.key.symbol) else { return [order.size] }
        let share = Quantity(
            order.size.value.divided(by: FixedDecimal(count)).quantised(to: instrument.lotStep.value, rounding: .up))
        var (rest, parts): (Quantity, [Quantity]) = (order.size, [])
        while rest > .zero {
            parts.append(min(rest, share))
            rest -= min(rest, share)
        }
        return stops ? Array(parts.prefix(1)) : parts
    }

    /// Hands the next part of an order to the matching engine.
    mutating func submitNext(_ number: Int) {
        guard orders[number].isOpen || orders[number].isGhost, orders[number].child == nil,
            !orders[number].parts.isEmpty
        else { return }
        let part = orders[number].parts.removeFirst()
        let order = orders[number]
        orders[number].children += 1
        let child = ClientOrderID("\(number).\(orders[number].children)")
        (orders[number].child, orders[number].childRest) = (child, part)
        let request = OrderRequest(
            clientID: child, symbol: order.key.symbol, side: order.draft.side, quantity: part,
            kind: order.draft.limit.map(OrderKind.limit) ?? .market, reduceOnly: order.draft.reduces,
            purpose: .manual)
        guard var leg = legs[order.key] else { return }
        legs[order.key] = nil
        let (result, events) = leg.submit(request)
        legs[order.key] = leg
        if case .failure(let error) = result { return end(number, reason: error.code) }
        digest(events, order.key)
    }

    /// Takes notice of what the matching engine did.
    mutating func digest(_ events: [VenueEvent], _ key: LegKey) {
        for event in events {
            switch event {
            case .fill(let fill): book(fill, key)
            case .order(let report) where report.state == .cancelled:
                guard let number = number(of: report.clientID), orders[number].child == report.clientID else {
                    continue
                }
                orders[number].child = nil
                if orders[number].isOpen { end(number, reason: "reduce_only") }
            default: continue
            }
        }
    }

    /// The order that an order of the matching engine belongs to.
    func number(of child: ClientOrderID?) -> Int? {
        child.flatMap { Int($0.text.prefix { $0 != "." }) }.flatMap { orders.indices.contains($0) ? $0 : nil }
    }
}
