import Core

// The classic dialect: take-profit and stop-loss orders of spot, which stand among the open orders in a list of their
// own.

extension BitgetWorld {
    /// Takes one.
    mutating func placeSpotExit(_ call: BitgetCall) throws(BitgetFault) -> Int {
        guard let trigger = try call.price("triggerPrice") else { throw .missing("triggerPrice") }
        let draft = try spotDraft(call)
        let number = try accept(.normal, draft, trigger: trigger, byMark: false)
        plans[number].isSpotExit = true
        return number
    }

    /// Those that wait.
    func openSpotExits(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        let symbol = try optionalSymbol(call)
        let all = plans.filter { $0.isSpotExit && $0.isLive && (symbol == nil || $0.key.symbol == symbol) }
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
}
