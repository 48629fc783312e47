import Core

// The unified dialect: take-profit and stop-loss.

extension BitgetWorld {
    /// The leg and direction that an exit closes.
    private func exitKey(_ call: BitgetCall, _ symbol: Symbol) throws(BitgetFault) -> (LegKey, Side) {
        let named = call["posSide"]?.lowercased()
        switch holdMode {
        case .hedge:
            guard let named, ["long", "short"].contains(named) else { throw .missing("posSide") }
            return (LegKey(symbol: symbol, leg: named == "long" ? .long : .short), named == "long" ? .sell : .buy)
        case .oneWay:
            let key = LegKey(symbol: symbol, leg: .net)
            let isLong = named.map { $0 == "long" } ?? (positions[key]?.quantity ?? .zero > .zero)
            return (key, isLong ? .sell : .buy)
        }
    }

    mutating func placeStrategy(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        if try category(call) == .spot { return try placeSpotStrategy(call) }
        guard try category(call) == .futures else { throw .wrong("category") }
        let symbol = try symbol(call)
        let (key, side) = try exitKey(call, symbol)
        let named = call["posSide"]
        let isFull = call["tpslMode"].map { $0 == "full" } ?? (call["qty"] == nil)
        // In one-way mode a side alone would open; naming the position instead closes too, as clients do.
        if holdMode == .oneWay, call["side"] != nil, named == nil, call["reduceOnly"]?.lowercased() != "yes" {
            throw BitgetFault("25238", "side and reduceOnly do not go together")
        }
        let size = try call.amount("qty")
        if !isFull, size == nil { throw .missing("qty") }
        var first: Int?
        for (name, short, ofPosition, ofSize) in [
            ("takeProfit", "tp", BitgetPlan.Kind.positionProfit, BitgetPlan.Kind.profit),
            ("stopLoss", "sl", .positionLoss, .loss),
        ] {
            guard let trigger = try call.price(name) else { continue }
            var draft = OrderDraft(
                key: key, side: side, reduces: true, wireSide: side, size: isFull ? .zero : Quantity(size ?? .zero))
            draft.limit = try call.price("\(short)LimitPrice")
            // One id for the client; a second leg gets a name of its own.
            draft.clientID = first == nil ? call["clientOid"] : nil
            let number = try accept(
                isFull ? ofPosition : ofSize, draft, trigger: trigger, byMark: call["\(short)TriggerBy"] == "mark")
            first = first ?? number
        }
        guard let first else { throw .missing("stopLoss") }
        return planned(first)
    }

    func strategy(_ call: BitgetCall) throws(BitgetFault) -> Int {
        guard let number = findPlan(call), plans[number].isLive else {
            throw BitgetFault("25204", "Strategy order does not exist")
        }
        return number
    }

    mutating func modifyStrategy(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        let number = try strategy(call)
        _ = try call.required("qty")
        let isProfit = plans[number].isProfit
        let limit = try call.price(isProfit ? "tpLimitPrice" : "slLimitPrice")
        try change(
            number, trigger: try call.price(isProfit ? "takeProfit" : "stopLoss"),
            size: try call.amount("qty").map(Quantity.init), limit: limit == nil ? nil : .some(limit),
            byMark: call[isProfit ? "tpTriggerBy" : "slTriggerBy"].map { $0 == "mark" })
        return planned(number)
    }

    func strategies(_ call: BitgetCall, where matches: (BitgetPlan) -> Bool) throws(BitgetFault) -> Wire {
        let symbol = try optionalSymbol(call)
        let asked = try category(call)
        guard asked != .spot || setup.hasNewStrategies else { throw .wrong("category") }
        let type = call["type"]?.lowercased() ?? "tpsl"
        let types = ["tpsl", "trigger"] + (setup.hasNewStrategies ? ["oco", "trailing_stop", "iceberg", "twap"] : [])
        guard types.contains(type) else { throw .wrong("type") }
        // Without a type only protections are listed: the narrower of what the documentation leaves open.
        let all = plans.filter { plan in
            matches(plan) && isListed(plan) && asked == (plan.key.leg == .spot ? .spot : .futures)
                && type == (plan.isExit ? "tpsl" : "trigger")
                && (symbol == nil || plan.key.symbol == symbol)
        }
        let (found, end) = page(all, call, id: \.id, at: \.createdAt)
        let rows = Wire.list(found.map { unifiedPlan($0, isStream: false) })
        // Pending ones come as a bare list, the history as a page.
        return call.request.path.hasSuffix("unfilled-strategy-orders")
            ? rows : ["list": rows, "cursor": end.map(Wire.text) ?? .null]
    }
}
