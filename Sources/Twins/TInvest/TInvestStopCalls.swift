import Core

// StopOrdersService.

extension TInvestRoute {
    static let stops: [TInvestRoute] = [
        TInvestRoute("StopOrdersService/PostStopOrder", limit: 50, trades: true) { world, call throws(TInvestFault) in
            try world.postStop(call)
        },
        TInvestRoute("StopOrdersService/GetStopOrders", limit: 60, own: true) { world, call throws(TInvestFault) in
            let holder = try world.account(call)
            let status = call["status"] ?? "STOP_ORDER_STATUS_ACTIVE"
            let wanted = status == "STOP_ORDER_STATUS_UNSPECIFIED" ? "STOP_ORDER_STATUS_ACTIVE" : status
            let found = world.stops.filter {
                $0.draft.leg.account == holder.id && world.now.wall >= $0.hiddenUntil
                    && (wanted == "STOP_ORDER_STATUS_ALL" || $0.status.rawValue == wanted)
            }
            let told = found.map { world.stopState($0) }
            return ["stopOrders": .list(told)]
        },
        TInvestRoute("StopOrdersService/CancelStopOrder", limit: 50, trades: true) { world, call throws(TInvestFault) in
            let holder = try world.account(call)
            let id = try call.required("stopOrderId", "30056")
            guard let index = world.stops.firstIndex(where: { $0.id == id && $0.draft.leg.account == holder.id }),
                world.now.wall >= world.stops[index].hiddenUntil
            else { throw .noStop }
            try world.cancelStop(index)
            return ["time": .instant(world.now.venue)]
        },
    ]
}

extension TInvestWorld {
    mutating func postStop(_ call: TInvestCall) throws(TInvestFault) -> Wire {
        if setup.isSandbox, setup.sandboxStops == .refuse {
            throw TInvestFault("12001", "Method is unimplemented")
        }
        let (holder, listing) = (try account(call), try self.listing(call))
        let key = try call.key("orderId")
        if !quirks.keylessStops,
            let known = stops.first(where: { $0.key == key && $0.draft.leg.account == holder.id })
        {
            guard quirks.duplicates == .state else { throw .duplicate }
            return ["stopOrderId": .text(known.id), "orderRequestId": .text(key), "responseMetadata": metadata]
        }
        let named = try call.required("stopOrderType", "30039")
        guard let kind = TInvestStop.Kind(rawValue: named) else {
            throw TInvestFault("30040", "The 'stop_order_type' is incorrect")
        }
        guard let trigger = try call.price("stopPrice") else { throw TInvestFault("30043", "Missing 'stop_price'") }
        let limit = try stopLimit(call, kind)
        let trail = self.trail(call)
        guard
            kind == .takeProfit || (call["exchangeOrderType"] == nil && trail == nil)
                || call["exchangeOrderType"] == "EXCHANGE_ORDER_TYPE_UNSPECIFIED"
                || call["exchangeOrderType"] == "EXCHANGE_ORDER_TYPE_MARKET"
        else { throw TInvestFault("30241", "The field belongs to take-profit orders only") }
        for price in [trigger, limit ?? trigger] where !price.value.isMultiple(of: listing.instrument.tick.value) {
            throw TInvestFault("30078", "The price is not a multiple of the minimum price increment")
        }
        let side = try self.side(call, "STOP_ORDER_DIRECTION_")
        let lots = try call.lots()
        let expiry = try self.expiry(call)
        var draft = TInvestDraft(
            leg: TInvestLeg(account: holder.id, symbol: listing.symbol), side: side, lots: lots, lot: listing.lot,
            kind: limit == nil && !isLimitTrail(call, trail) ? .market : .limit, limit: limit, key: key)
        draft.mayBeUncovered = call.flag("confirmMarginTrade")
        let id = newUUID()
        try place(
            TInvestStop(
                id: id, key: key, draft: draft, kind: kind, trigger: trigger, expiresAt: expiry, trail: trail,
                createdAt: now.venue))
        if quirks.lateStops > 0 {
            quirks.lateStops -= 1
            stops[stops.count - 1].hiddenUntil = now.wall + quirks.lateFor
            throw .network
        }
        return ["stopOrderId": .text(id), "orderRequestId": .text(key), "responseMetadata": metadata]
    }

    private func isLimitTrail(_ call: TInvestCall, _ trail: TInvestStop.Trail?) -> Bool {
        trail != nil && call["exchangeOrderType"] == "EXCHANGE_ORDER_TYPE_LIMIT"
    }

    private func stopLimit(_ call: TInvestCall, _ kind: TInvestStop.Kind) throws(TInvestFault) -> Price? {
        let price = try call.price("price")
        switch kind {
        case .stopLoss: return nil
        case .stopLimit:
            guard let price else { throw TInvestFault("30044", "Missing parameter: 'price'") }
            return price
        case .takeProfit: return call["exchangeOrderType"] == "EXCHANGE_ORDER_TYPE_LIMIT" ? price : nil
        }
    }

    private func expiry(_ call: TInvestCall) throws(TInvestFault) -> Timestamp? {
        switch try call.required("expirationType", "30037") {
        case "STOP_ORDER_EXPIRATION_TYPE_GOOD_TILL_CANCEL": return nil
        case "STOP_ORDER_EXPIRATION_TYPE_GOOD_TILL_DATE":
            guard let date = call.moment("expireDate") else { throw TInvestFault("30056", "Missing 'expire_date'") }
            return date
        default: throw TInvestFault("30038", "The 'expiration_type' is incorrect")
        }
    }

    private func trail(_ call: TInvestCall) -> TInvestStop.Trail? {
        guard call["takeProfitType"] == "TAKE_PROFIT_TYPE_TRAILING", let data = call.fields["trailingData"] else {
            return nil
        }
        return TInvestStop.Trail(
            indent: data["indent"]?.exact ?? .zero,
            isRelative: data["indentType"]?.string == "TRAILING_VALUE_RELATIVE",
            spread: data["spread"]?.exact ?? .zero,
            spreadIsRelative: data["spreadType"]?.string == "TRAILING_VALUE_RELATIVE")
    }

    /// A stop order as the venue lists it; without the client's key.
    func stopState(_ stop: TInvestStop) -> Wire {
        var facts: Wire = [
            "stopOrderId": .text(stop.id), "lotsRequested": .long(stop.draft.lots),
            "direction": .text(stop.draft.side == .buy ? "STOP_ORDER_DIRECTION_BUY" : "STOP_ORDER_DIRECTION_SELL"),
            "currency": "rub", "orderType": .text(stop.kind.rawValue), "createDate": .instant(stop.createdAt),
            "price": .money(stop.draft.limit ?? .zero), "stopPrice": .money(stop.trigger),
            "takeProfitType": .text(
                stop.kind != .takeProfit
                    ? "TAKE_PROFIT_TYPE_UNSPECIFIED"
                    : stop.trail == nil ? "TAKE_PROFIT_TYPE_REGULAR" : "TAKE_PROFIT_TYPE_TRAILING"),
            "status": .text(word(stop.status.rawValue)),
            "exchangeOrderType": .text(
                stop.draft.kind == .limit ? "EXCHANGE_ORDER_TYPE_LIMIT" : "EXCHANGE_ORDER_TYPE_MARKET"),
        ]
        if let expiry = stop.expiresAt { facts = facts.adding(["expirationTime": .instant(expiry)]) }
        if let at = stop.activatedAt { facts = facts.adding(["activationDateTime": .instant(at)]) }
        if let child = stop.childID { facts = facts.adding(["exchangeOrderId": .text(child)]) }
        return facts.adding(listing(stop.draft.leg.symbol)?.names ?? [:])
    }
}
