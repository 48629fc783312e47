import Core

// Take-profit and stop-loss orders of spot. In the classic dialect they stand among the open orders in a list of their
// own, in the unified one among the strategy orders.

extension BitgetWorld {
    /// Takes one.
    mutating func placeSpotExit(_ call: BitgetCall) throws(BitgetFault) -> Int {
        guard let trigger = try call.price("triggerPrice") else { throw .missing("triggerPrice") }
        let draft = try spotDraft(call)
        return try accept(.normal, draft, trigger: trigger, byMark: false, isSpotExit: true)
    }

    /// Those that wait.
    func openSpotExits(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        let symbol = try optionalSymbol(call)
        let all = plans.filter { plan in
            plan.isSpotExit && plan.isLive && isListed(plan) && (symbol == nil || plan.key.symbol == symbol)
        }
        return .list(
            page(all, call, id: \.id, at: \.createdAt).items.map { plan in
                [
                    "userId": "1", "symbol": .text(plan.key.symbol.name), "orderId": .text(plan.id),
                    "clientOid": .text(plan.clientID), "priceAvg": .text(plan.draft.limit?.description ?? "0"),
                    "size": .text(plan.draft.spend?.description ?? plan.draft.size.description),
                    "orderType": .text(plan.draft.limit == nil ? "market" : "limit"),
                    "side": .text(plan.draft.side.rawValue), "status": "live", "basePrice": "0", "baseVolume": "0",
                    "quoteVolume": "0", "enterPointSource": "API", "orderSource": "normal",
                    "triggerPrice": .amount(plan.trigger), "tpslType": "tpsl", "cTime": .moment(plan.createdAt),
                    "uTime": .moment(plan.updatedAt),
                ]
            })
    }

    /// Takes a strategy order of spot: the side says what it does, and the level where it lies.
    mutating func placeSpotStrategy(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        guard setup.hasNewStrategies else { throw .wrong("category") }
        let symbol = try symbol(call)
        guard let side = Side(rawValue: try call.required("side").lowercased()) else { throw .wrong("side") }
        guard let size = try call.amount("qty"), size > .zero else { throw .missing("qty") }
        let isTrigger = call["type"]?.lowercased() == "trigger"
        let levels = isTrigger ? [("triggerPrice", "trigger")] : [("stopLoss", "sl"), ("takeProfit", "tp")]
        for (name, short) in levels {
            guard let trigger = try call.price(name) else { continue }
            if !isTrigger { try checkSpotExit(trigger, side, isLoss: name == "stopLoss", symbol) }
            var draft = OrderDraft(
                key: LegKey(symbol: symbol, leg: .spot), side: side, reduces: false, wireSide: side,
                size: Quantity(size))
            draft.clientID = call["clientOid"]
            draft.limit = try call.price(isTrigger ? "triggerOrderPrice" : "\(short)LimitPrice")
            let byMark = call[isTrigger ? "triggerBy" : "\(short)TriggerBy"] == "mark"
            let number = try accept(.normal, draft, trigger: trigger, byMark: byMark, isSpotExit: !isTrigger)
            return planned(number)
        }
        throw .missing(levels[0].0)
    }

    /// The level of a loss lies below the price of what is sold, and above that of what is bought.
    private func checkSpotExit(
        _ trigger: Price, _ side: Side, isLoss: Bool, _ symbol: Symbol
    ) throws(BitgetFault) {
        guard let price = market.price(symbol) else { return }
        guard isLoss == (side == .sell) ? trigger < price : trigger > price else {
            throw BitgetFault(isLoss ? "25586" : "25585", "The trigger price lies on the wrong side of \(price)")
        }
    }
}
