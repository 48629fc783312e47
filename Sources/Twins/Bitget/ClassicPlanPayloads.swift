import Core

// The classic dialect's trigger orders, as requests and streams tell them.

extension BitgetWorld {
    func futuresPlan(_ plan: BitgetPlan) -> Wire {
        let (draft, kind) = (plan.draft, plan.kind)
        func exit(_ matches: Bool, _ value: Price?) -> Wire { matches ? .text(value?.description ?? "") : .null }
        let trigger = plan.byMark ? "mark_price" : "fill_price"
        let spawned = plan.orderID.isEmpty ? nil : orderByID[plan.orderID].map { orders[$0] }
        let own = !kind.isProtective
        return [
            "planType": .text(kind.rawValue), "symbol": .text(plan.key.symbol.name),
            "size": .text(kind.isOfPosition ? "0" : draft.size.description), "orderId": .text(plan.id),
            "clientOid": .text(plan.clientID), "price": .text(draft.limit?.description ?? ""),
            "executePrice": .text(draft.limit?.description ?? "0"),
            "callbackRatio": .text(plan.callback?.description ?? ""), "triggerPrice": .amount(plan.trigger),
            "triggerType": .text(trigger), "planStatus": .text(plan.status.rawValue),
            "side": .text(draft.wireSide.rawValue), "posSide": .text(posSide(plan.key)), "marginCoin": "USDT",
            "marginMode": own ? .text(marginMode(plan.key.symbol)) : "", "enterPointSource": "API",
            "tradeSide": .text(
                plan.key.leg == .net ? "\(draft.side.rawValue)_single" : draft.reduces ? "close" : "open"),
            "posMode": .text(posMode(plan.key)), "orderType": .text(draft.limit == nil ? "market" : "limit"),
            "stopSurplusTriggerPrice": exit(kind.isProfit || own, own ? draft.exits.takeProfit : plan.trigger),
            "stopSurplusExecutePrice": exit(own, draft.exits.takeProfitLimit),
            "stopSurplusTriggerType": kind.isProfit ? .text(trigger) : .null,
            "stopLossTriggerPrice": exit(kind.isLoss || own, own ? draft.exits.stopLoss : plan.trigger),
            "stopLossExecutePrice": exit(own, draft.exits.stopLossLimit),
            "stopLossTriggerType": kind.isLoss ? .text(trigger) : .null,
            "executeOrderId": .text(plan.orderID), "priceAvg": .text(spawned?.average?.description ?? ""),
            "baseVolume": .text(spawned?.filled.description ?? ""), "cTime": .moment(plan.createdAt),
            "uTime": .moment(plan.updatedAt),
        ]
    }

    /// The same as streams tell it: other names for the kinds, padded numbers.
    func streamedPlan(_ plan: BitgetPlan) -> Wire {
        let draft = plan.draft
        func padded(_ price: Price?) -> Wire {
            guard let price else { return "" }
            let digits = price.value.digitsBehindPoint
            return .text("\(price)\(digits == 0 ? "." : "")\(String(repeating: "0", count: 9 - min(digits, 9)))")
        }
        return [
            "instId": .text(plan.key.symbol.name), "orderId": .text(plan.id), "clientOid": .text(plan.clientID),
            "triggerPrice": padded(plan.trigger), "triggerType": .text(plan.byMark ? "mark_price" : "fill_price"),
            "triggerTime": .text(plan.status == .live ? "" : String(plan.updatedAt.milliseconds)),
            "planType": .text(plan.kind.stream), "price": padded(draft.limit), "executePrice": padded(draft.limit),
            "size": .amount(draft.size), "actualSize": .amount(draft.size),
            "orderType": .text(draft.limit == nil ? "market" : "limit"), "side": .text(draft.wireSide.rawValue),
            "tradeSide": .text(draft.reduces ? "close" : "open"), "posSide": .text(posSide(plan.key)),
            "marginCoin": "USDT", "status": .text(plan.status.rawValue), "posMode": .text(posMode(plan.key)),
            "enterPointSource": "api", "stopSurplusTriggerPrice": padded(draft.exits.takeProfit),
            "stopLossTriggerPrice": padded(draft.exits.stopLoss), "stpMode": "none",
            "executeOrderId": .text(plan.orderID), "cTime": .moment(plan.createdAt),
            "uTime": .moment(plan.updatedAt),
        ]
    }
}
