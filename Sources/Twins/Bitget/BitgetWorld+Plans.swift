import Core
import Simulator

extension BitgetWorld {
    /// Checks a trigger order and takes it.
    ///
    /// - Returns: Its number.
    /// - Throws: Why there is no such order.
    mutating func accept(
        _ kind: BitgetPlan.Kind, _ draft: OrderDraft, trigger: Price, byMark: Bool, callback: FixedDecimal? = nil,
        isSpotExit: Bool = false
    ) throws(BitgetFault) -> Int {
        guard let instrument = market.instrument(draft.key.symbol) else { throw .unknownSymbol }
        try checkName(draft)
        guard trigger > .zero, trigger.value.isMultiple(of: instrument.tick.value) else {
            throw BitgetFault("45115", "The price you enter should be a multiple of \(instrument.tick)")
        }
        try checkDistance(trigger, draft.key.symbol)
        let price = (byMark ? market.mark(draft.key.symbol) : market.price(draft.key.symbol)) ?? trigger
        let needsSize = kind != .positionProfit && kind != .positionLoss
        if needsSize, draft.size <= .zero || !draft.size.value.isMultiple(of: instrument.lotStep.value) {
            throw BitgetFault("40808", "Parameter verification exception size checkBDScale error value=\(draft.size)")
        }
        if !kind.isOfPosition { try checkLargest(draft) }
        if kind.isProtective { try checkProtection(kind, draft, trigger: trigger, at: price) }
        let number = plans.count
        let id = newID()
        var plan = BitgetPlan(
            id: id, clientID: draft.clientID ?? newID(), kind: kind, draft: draft, trigger: trigger, byMark: byMark,
            below: trigger < price || (trigger == price && draft.side == .buy), callback: callback,
            createdAt: now.venue, updatedAt: now.venue)
        if kind.isProtective { plan.below = kind.isProfit ? draft.side == .buy : draft.side == .sell }
        (plan.isSpotExit, plan.hiddenUntil) = (isSpotExit, hiding())
        if kind == .moving { plan.below = draft.side == .buy }
        if kind.isLoss { plan.isDead = faults.happens(.deadStop, at: now.wall) }
        plans.append(plan)
        livePlans.append(number)
        (planByID[id], planByClient[plan.clientID]) = (number, number)
        pushPlan(number)
        return number
    }

    /// The code of each dialect for one refusal.
    private func fault(_ classic: String, _ unified: String, _ message: String) -> BitgetFault {
        BitgetFault(setup.family == .unified ? unified : classic, message)
    }

    private func checkProtection(
        _ kind: BitgetPlan.Kind, _ draft: OrderDraft, trigger: Price, at price: Price
    ) throws(BitgetFault) {
        guard let position = positions[draft.key] else {
            throw fault("40837", "25601", "Insufficient position, can not set profit or stop loss")
        }
        let isLong = position.quantity > .zero
        guard isLong == (draft.side == .sell) else {
            throw fault("43023", "25601", "Insufficient position, can not set profit or stop loss")
        }
        try checkDirection(kind, isLong: isLong, trigger: trigger, at: price)
        if kind.isOfPosition {
            let rival = livePlans.contains { plans[$0].kind == kind && plans[$0].key == draft.key }
            if rival { throw fault(kind.isProfit ? "43030" : "43031", "25594", "The position's exit is set already") }
        } else {
            let sum = livePlans.reduce(draft.size) { sum, index in
                plans[index].kind == kind && plans[index].key == draft.key ? sum + plans[index].draft.size : sum
            }
            if sum > position.size {
                throw fault("40891", "25595", "The size of take profit or stop loss exceeds the position")
            }
        }
    }

    /// A stop lies on the losing side of the price, a take-profit on the other.
    private func checkDirection(
        _ kind: BitgetPlan.Kind, isLong: Bool, trigger: Price, at price: Price
    ) throws(BitgetFault) {
        if kind.isLoss, isLong ? trigger >= price : trigger <= price {
            throw isLong
                ? fault("40917", "25586", "Stop price for long position please < mark price \(price)")
                : fault("45122", "25588", "Short position stop loss price please > mark price \(price)")
        }
        if kind.isProfit, isLong ? trigger <= price : trigger >= price {
            throw isLong
                ? fault("40915", "25585", "Long position take profit price please > mark price \(price)")
                : fault("40831", "25587", "The take profit price of short positions should be less than \(price)")
        }
    }

    /// The trigger order that a call names, if it may be seen.
    func findPlan(_ call: BitgetCall) -> Int? {
        let number = call["orderId"].flatMap { planByID[$0] } ?? call["clientOid"].flatMap { planByClient[$0] }
        return number.flatMap { isListed(plans[$0]) ? $0 : nil }
    }

    /// Whether a trigger order is found and listed by now.
    func isListed(_ plan: BitgetPlan) -> Bool { plan.hiddenUntil <= now.wall }

    /// Changes a live trigger order.
    ///
    /// - Throws: Why it stays as it was.
    mutating func change(_ number: Int, trigger: Price?, size: Quantity?, limit: Price??, byMark: Bool?)
        throws(BitgetFault)
    {
        let plan = plans[number]
        guard plan.isLive else { throw fault("43025", "25597", "Plan order does not exist") }
        let mark = byMark ?? plan.byMark
        if let trigger {
            guard let instrument = market.instrument(plan.key.symbol),
                trigger.value.isMultiple(of: instrument.tick.value)
            else { throw BitgetFault("45115", "The price you enter should be a multiple of the tick") }
            try checkDistance(trigger, plan.key.symbol)
            let price = (mark ? market.mark(plan.key.symbol) : market.price(plan.key.symbol)) ?? trigger
            if plan.kind.isProtective {
                try checkDirection(plan.kind, isLong: plan.draft.side == .sell, trigger: trigger, at: price)
            } else {
                plans[number].below = trigger < price
            }
            plans[number].trigger = trigger
        }
        if let size, !plan.kind.isOfPosition { plans[number].draft.size = size }
        if let limit { plans[number].draft.limit = limit }
        (plans[number].byMark, plans[number].updatedAt) = (mark, now.venue)
        pushPlan(number)
    }

    /// Ends a live trigger order.
    mutating func cancelPlan(_ number: Int) {
        guard plans[number].isLive else { return }
        (plans[number].status, plans[number].updatedAt) = (.cancelled, now.venue)
        livePlans.removeAll { $0 == number }
        pushPlan(number)
    }

    /// Ends the exits of a leg that have nothing left to protect.
    mutating func sweepPlans(_ key: LegKey, where isObsolete: (BitgetPlan) -> Bool) {
        for index in livePlans where plans[index].key == key && plans[index].kind.isProtective {
            if isObsolete(plans[index]) { cancelPlan(index) }
        }
    }

    /// A trigger was reached: the ordinary order follows a moment later.
    mutating func trigger(_ number: Int) {
        guard plans[number].isLive else { return }
        (plans[number].status, plans[number].updatedAt) = (.executing, now.venue)
        livePlans.removeAll { $0 == number }
        pushPlan(number)
        spawn(number)
    }

    /// Places the order of a triggered plan. Its client id is the plan's id.
    mutating func spawn(_ number: Int) {
        let plan = plans[number]
        var draft = plan.draft
        draft.clientID = plan.id
        draft.source = Self.source(plan)
        draft.exits = plan.kind.isProtective ? AttachedExits() : draft.exits
        if plan.kind.isProtective {
            guard let position = positions[plan.key] else { return fail(number, "no position") }
            draft.isWholePosition = plan.kind.isOfPosition
            draft.size = plan.kind.isOfPosition ? position.size : min(draft.size, position.size)
            // An exit that fires is not kept from it by closing orders that rest.
            for rival in open where orders[rival].key == plan.key && orders[rival].draft.reduces {
                end(rival, reason: "close_replaced")
            }
        }
        do {
            let order = try accept(draft)
            (plans[number].status, plans[number].orderID) = (.executed, orders[order].id)
            execute(order)
        } catch {
            return fail(number, "\(error.code) \(error.message)")
        }
        plans[number].updatedAt = now.venue
        pushPlan(number)
    }

    private mutating func fail(_ number: Int, _ reason: String) {
        (plans[number].status, plans[number].reason, plans[number].updatedAt) = (.failed, reason, now.venue)
        pushPlan(number)
    }

    private static func source(_ plan: BitgetPlan) -> String {
        let style = plan.draft.limit == nil ? "market" : "limit"
        switch plan.kind {
        case .normal: return "plan_\(style)"
        case .track: return "tracking_\(style)"
        case .profit: return "profit_\(style)"
        case .loss: return "loss_\(style)"
        case .moving: return "move_\(style)"
        case .positionProfit: return "pos_profit_\(style)"
        case .positionLoss: return "pos_loss_\(style)"
        }
    }

    /// Arms the exits that a filled order brought along; where the position has some already, they are changed.
    mutating func attach(_ exits: AttachedExits, to key: LegKey) {
        guard let position = positions[key] else { return }
        let side: Side = position.quantity > .zero ? .sell : .buy
        for (kind, trigger, limit) in [
            (BitgetPlan.Kind.positionProfit, exits.takeProfit, exits.takeProfitLimit),
            (.positionLoss, exits.stopLoss, exits.stopLossLimit),
        ] {
            guard let trigger else { continue }
            if let standing = livePlans.first(where: { plans[$0].kind == kind && plans[$0].key == key }) {
                try? change(standing, trigger: trigger, size: nil, limit: .some(limit), byMark: exits.byMark)
                continue
            }
            var draft = OrderDraft(
                key: key, side: side, reduces: true, wireSide: wireSide(side, key, reduces: true), size: .zero)
            draft.limit = limit
            _ = try? accept(kind, draft, trigger: trigger, byMark: exits.byMark)
        }
    }
}
