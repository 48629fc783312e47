import Core

// The classic dialect: trigger orders, take-profit and stop-loss of futures.

extension BitgetRoute {
    static let futuresPlans: [BitgetRoute] = [
        .post("/api/v2/mix/order/place-plan-order", 10) { world, call throws(BitgetFault) in
            try world.requireOurs(call)
            let number = try world.placePlan(call)
            return world.planned(number)
        },
        .post("/api/v2/mix/order/place-tpsl-order", 10) { world, call throws(BitgetFault) in
            try world.requireOurs(call)
            let number = try world.placeExit(call)
            return world.planned(number)
        },
        .post("/api/v2/mix/order/place-pos-tpsl", 10) { world, call throws(BitgetFault) in
            try world.requireOurs(call)
            return try world.placeBothExits(call)
        },
        .post("/api/v2/mix/order/modify-tpsl-order", 10) { world, call throws(BitgetFault) in
            try world.requireOurs(call)
            return try world.modifyExit(call)
        },
        .post("/api/v2/mix/order/modify-plan-order", 10) { world, call throws(BitgetFault) in
            try world.requireOurs(call)
            return try world.modifyPlan(call)
        },
        .post("/api/v2/mix/order/cancel-plan-order", 10) { world, call throws(BitgetFault) in
            try world.requireOurs(call)
            return try world.cancelPlans(call)
        },
        .get("/api/v2/mix/order/orders-plan-pending", 10) { world, call throws(BitgetFault) in
            try world.futuresPlans(call) { $0.status == .live || $0.status == .executing }
        },
        .get("/api/v2/mix/order/orders-plan-history", 10) { world, call throws(BitgetFault) in
            try world.futuresPlans(call) { $0.status != .live && $0.status != .executing }
        },
        .get("/api/v2/mix/order/plan-sub-order", 10) { world, call throws(BitgetFault) in
            let id = try call.required("planOrderId")
            guard let number = world.planByID[id], !world.plans[number].orderID.isEmpty else { return [] }
            let plan = world.plans[number]
            return [
                [
                    "orderId": .text(plan.orderID), "price": .text(plan.draft.limit?.description ?? ""),
                    "type": .text(plan.draft.limit == nil ? "market" : "limit"), "status": "success",
                ]
            ]
        },
    ]
}

extension BitgetWorld {
    func planned(_ number: Int) -> Wire {
        ["orderId": .text(plans[number].id), "clientOid": .text(plans[number].clientID)]
    }

    private func byMark(_ text: String?) throws(BitgetFault) -> Bool {
        switch text?.lowercased() {
        case nil, "fill_price", "market_price": return false
        case "mark_price": return true
        default: throw .wrong("triggerType")
        }
    }

    mutating func placePlan(_ call: BitgetCall) throws(BitgetFault) -> Int {
        let kind: BitgetPlan.Kind
        switch try call.required("planType") {
        case "normal_plan": kind = .normal
        case "track_plan": kind = .track
        default: throw .wrong("planType")
        }
        let symbol = try symbol(call)
        guard let wireSide = Side(rawValue: try call.required("side").lowercased()) else { throw .wrong("side") }
        guard let trigger = try call.price("triggerPrice") else { throw .missing("triggerPrice") }
        guard let size = try call.amount("size") else { throw .missing("size") }
        let (key, side, reduces) = try direction(call, symbol, wireSide)
        var draft = OrderDraft(key: key, side: side, reduces: reduces, wireSide: wireSide, size: Quantity(size))
        draft.clientID = call["clientOid"]
        try readStyle(call, &draft)
        if reduces, key.leg == .net, positions[key] == nil {
            throw BitgetFault("22042", "A reduce-only trigger order needs a position")
        }
        draft.exits = AttachedExits(
            takeProfit: try call.price("stopSurplusTriggerPrice"),
            takeProfitLimit: try call.price("stopSurplusExecutePrice"),
            stopLoss: try call.price("stopLossTriggerPrice"), stopLossLimit: try call.price("stopLossExecutePrice"))
        var callback: FixedDecimal?
        if kind == .track {
            callback = try call.amount("callbackRatio")
            guard let callback, callback > .zero, callback <= FixedDecimal(10) else { throw .wrong("callbackRatio") }
            draft.limit = nil
        }
        return try accept(
            kind, draft, trigger: trigger, byMark: try byMark(try call.required("triggerType")), callback: callback)
    }

    /// The leg that `holdSide` names, in the words of the account's position mode.
    private func exitKey(_ call: BitgetCall) throws(BitgetFault) -> (LegKey, Side) {
        let symbol = try symbol(call)
        switch (holdMode, try call.required("holdSide").lowercased()) {
        case (.oneWay, "buy"), (.oneWay, "long"): return (LegKey(symbol: symbol, leg: .net), .sell)
        case (.oneWay, "sell"), (.oneWay, "short"): return (LegKey(symbol: symbol, leg: .net), .buy)
        case (.hedge, "long"): return (LegKey(symbol: symbol, leg: .long), .sell)
        case (.hedge, "short"): return (LegKey(symbol: symbol, leg: .short), .buy)
        default: throw .wrong("holdSide")
        }
    }

    mutating func placeExit(_ call: BitgetCall) throws(BitgetFault) -> Int {
        guard let kind = BitgetPlan.Kind(rawValue: try call.required("planType")), kind.isProtective else {
            throw .wrong("planType")
        }
        _ = try call.required("marginCoin")
        guard let trigger = try call.price("triggerPrice") else { throw .missing("triggerPrice") }
        let (key, side) = try exitKey(call)
        let size = kind.isOfPosition ? nil : try call.amount("size")
        if !kind.isOfPosition, size == nil { throw .missing("size") }
        var draft = OrderDraft(
            key: key, side: side, reduces: true, wireSide: wireSide(side, key, reduces: true),
            size: Quantity(size ?? .zero))
        draft.clientID = call["clientOid"]
        draft.limit = try call.price("executePrice")
        var callback: FixedDecimal?
        if kind == .moving {
            guard draft.limit == nil else { throw .wrong("executePrice") }
            callback = try call.amount("rangeRate")
            guard let callback, callback > .zero, callback <= FixedDecimal(10) else { throw .wrong("rangeRate") }
        }
        return try accept(
            kind, draft, trigger: trigger, byMark: try byMark(call["triggerType"]), callback: callback)
    }

    mutating func placeBothExits(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        let (key, side) = try exitKey(call)
        var done: [Wire] = []
        for (prefix, ofPosition, ofSize) in [
            ("stopSurplus", BitgetPlan.Kind.positionProfit, BitgetPlan.Kind.profit),
            ("stopLoss", .positionLoss, .loss),
        ] {
            guard let trigger = try call.price("\(prefix)TriggerPrice") else { continue }
            let size = try call.amount("\(prefix)Size")
            var draft = OrderDraft(
                key: key, side: side, reduces: true, wireSide: wireSide(side, key, reduces: true),
                size: Quantity(size ?? .zero))
            draft.limit = try call.price("\(prefix)ExecutePrice")
            draft.clientID = call["\(prefix)ClientOid"]
            let number = try accept(
                size == nil ? ofPosition : ofSize, draft, trigger: trigger,
                byMark: try byMark(call["\(prefix)TriggerType"]))
            done.append(
                .object([
                    .init(key: "orderId", value: .text(plans[number].id)),
                    .init(key: "\(prefix)ClientOid", value: .text(plans[number].clientID)),
                ]))
        }
        guard !done.isEmpty else { throw .missing("stopLossTriggerPrice") }
        return .list(done)
    }

    mutating func modifyExit(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        guard let number = findPlan(call) else { throw BitgetFault("43020", "The stop order does not exist") }
        guard let trigger = try call.price("triggerPrice") else { throw .missing("triggerPrice") }
        let limit = try call.price("executePrice")
        try change(
            number, trigger: trigger, size: try call.amount("size").map(Quantity.init),
            limit: call["executePrice"] == nil ? nil : .some(limit),
            byMark: call["triggerType"] == nil ? nil : try byMark(call["triggerType"]))
        return planned(number)
    }

    mutating func modifyPlan(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        guard let number = findPlan(call) else { throw BitgetFault("43025", "Plan order does not exist") }
        let limit = try call.price("newPrice")
        try change(
            number, trigger: try call.price("newTriggerPrice"), size: try call.amount("newSize").map(Quantity.init),
            limit: limit == nil ? nil : .some(limit),
            byMark: call["newTriggerType"] == nil ? nil : try byMark(call["newTriggerType"]))
        return planned(number)
    }

    /// Cancels trigger orders of one kind; an id of another kind is not found and not an error.
    mutating func cancelPlans(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        let kind = call["planType"] ?? "normal_plan"
        guard BitgetPlan.Kind(rawValue: kind) != nil || kind == "profit_loss" else { throw .wrong("planType") }
        let symbol = try optionalSymbol(call)
        let matches: (BitgetPlan) -> Bool = { plan in
            plan.isLive && (kind == "profit_loss" ? plan.kind.isProtective : plan.kind.rawValue == kind)
                && plan.key.leg != .spot && (symbol == nil || plan.key.symbol == symbol)
        }
        var done: [Wire] = []
        if call.fields["orderIdList"] == nil, call["orderId"] == nil, call["clientOid"] == nil {
            for number in livePlans where matches(plans[number]) {
                cancelPlan(number)
                done.append(planned(number))
            }
        } else {
            let list = call.fields["orderIdList"]?.elements ?? [call.fields]
            for element in list {
                guard let number = findPlan(call.about(element)), matches(plans[number]) else { continue }
                cancelPlan(number)
                done.append(planned(number))
            }
        }
        return ["successList": .list(done), "failureList": []]
    }

    func futuresPlans(_ call: BitgetCall, where matches: (BitgetPlan) -> Bool) throws(BitgetFault) -> Wire {
        guard try isOurs(call) else { return ["entrustedList": .null, "endId": .null] }
        let (symbol, kind) = (try optionalSymbol(call), try call.required("planType"))
        let statuses = ["executed": "executed", "fail_execute": "fail_execute", "cancelled": "cancelled"]
        let wanted = call["planStatus"].flatMap { statuses[$0] }
        let all = plans.filter { plan in
            plan.key.leg != .spot && matches(plan) && isListed(plan) && (symbol == nil || plan.key.symbol == symbol)
                && (kind == "profit_loss" ? plan.kind.isProtective : plan.kind.rawValue == kind)
                && (wanted == nil || plan.status.rawValue == wanted)
                && (call["orderId"] == nil || call["orderId"] == plan.id)
                && (call["clientOid"] == nil || call["clientOid"] == plan.clientID)
        }
        let (found, end) = page(all, call, id: \.id, at: \.createdAt)
        return [
            "entrustedList": found.isEmpty ? .null : .list(found.map(futuresPlan)),
            "endId": end.map(Wire.text) ?? .null,
        ]
    }
}
