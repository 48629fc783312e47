import Core

// The classic dialect: spot.

extension BitgetRoute {
    static let spot: [BitgetRoute] = [
        .get("/api/v2/spot/account/assets", 10) { world, call throws(BitgetFault) in
            let coin = call["coin"]?.uppercased()
            let names = Set(["USDT"] + world.coins.keys).sorted()
            let isAll = call["assetType"] == "all"
            return .list(
                names.filter { name in
                    coin.map { $0 == name } ?? (isAll || world.total(name) != .zero)
                }.map { world.spotAsset($0) })
        },
        .get("/api/v2/spot/account/info", 1) { world, call throws(BitgetFault) in
            [
                "userId": "1", "inviterId": "", "channelCode": "", "channel": "", "ips": "",
                "authorities": .list(
                    world.mayTrade(call) ? ["coow", "cpow", "stow", "spow"] : ["coor", "cpor", "stor", "spor"]),
                "parentId": 1, "traderType": "not_trader", "regisTime": "1700000000000",
            ]
        },
        .post("/api/v2/spot/trade/place-order", 10) { world, call throws(BitgetFault) in
            if call["tpslType"] == "tpsl" {
                let number = try world.placeSpotExit(call)
                return world.planned(number)
            }
            let number = try world.accept(world.spotDraft(call))
            return world.placed(number)
        },
        .post("/api/v2/spot/trade/batch-orders", 5) { world, call throws(BitgetFault) in
            world.batch(call, "orderList") { world, call throws(BitgetFault) in
                let number = try world.accept(world.spotDraft(call))
                return world.placed(number)
            }
        },
        .post("/api/v2/spot/trade/cancel-order", 10) { world, call throws(BitgetFault) in
            _ = try world.symbol(call)
            if call["tpslType"] == "tpsl" {
                let number = try world.spotPlan(call, isExit: true)
                world.cancelPlan(number)
                return world.planned(number)
            }
            return try world.cancelled(call, isSpot: true)
        },
        .post("/api/v2/spot/trade/batch-cancel-order", 10) { world, call throws(BitgetFault) in
            world.batch(call, "orderList") { world, call throws(BitgetFault) in try world.cancelled(call, isSpot: true)
            }
        },
        .post("/api/v2/spot/trade/cancel-symbol-order", 5) { world, call throws(BitgetFault) in
            let symbol = try world.symbol(call)
            _ = world.cancelAll(symbol, isSpot: true)
            return ["symbol": .text(symbol.name)]
        },
        .post("/api/v2/spot/trade/cancel-replace-order", 5) { world, call throws(BitgetFault) in
            try world.replaceSpot(call)
        },
        .get("/api/v2/spot/trade/orderInfo", 20) { world, call throws(BitgetFault) in
            guard let number = world.find(call, isSpot: true) else { return [] }
            let isOld = world.now.venue - world.orders[number].createdAt > .milliseconds(7_200_000)
            if isOld, call["orderId"] == nil { return [] }
            return .list([world.spotOrder(world.orders[number])])
        },
        .get("/api/v2/spot/trade/unfilled-orders", 20) { world, call throws(BitgetFault) in
            if call["tpslType"] == "tpsl" { return try world.openSpotExits(call) }
            return .list(try world.spotOrders(call) { $0.isOpen }.map { world.openSpotOrder($0) })
        },
        .get("/api/v2/spot/trade/history-orders", 20) { world, call throws(BitgetFault) in
            try world.checkSpan(call)
            return .list(try world.spotOrders(call) { !$0.isOpen }.map { world.spotOrder($0) })
        },
        .get("/api/v2/spot/trade/fills", 10) { world, call throws(BitgetFault) in
            try world.checkSpan(call)
            let symbol = try world.optionalSymbol(call)
            let all = world.fills.filter { fill in
                let order = world.orders[fill.order]
                return order.isSpot && (symbol == nil || order.key.symbol == symbol)
                    && (call["orderId"] == nil || call["orderId"] == order.id)
            }
            return .list(world.page(all, call, id: \.id, at: \.at).items.map { world.spotFill($0) })
        },
        .post("/api/v2/spot/trade/place-plan-order", 20) { world, call throws(BitgetFault) in
            let number = try world.placeSpotPlan(call)
            return world.planned(number)
        },
        .post("/api/v2/spot/trade/modify-plan-order", 20) { world, call throws(BitgetFault) in
            let number = try world.spotPlan(call)
            let limit = try call.price("executePrice")
            try world.change(
                number, trigger: try call.price("triggerPrice"), size: try call.amount("size").map(Quantity.init),
                limit: limit == nil ? nil : .some(limit), byMark: nil)
            return world.planned(number)
        },
        .post("/api/v2/spot/trade/cancel-plan-order", 20) { world, call throws(BitgetFault) in
            world.cancelPlan(try world.spotPlan(call))
            return ["result": "success"]
        },
        .post("/api/v2/spot/trade/batch-cancel-plan-order", 5) { world, call throws(BitgetFault) in
            let names = (call.fields["symbolList"]?.elements ?? []).compactMap(\.string)
            var done: [Wire] = []
            for number in world.livePlans
            where world.plans[number].key.leg == .spot && !world.plans[number].isSpotExit {
                guard names.isEmpty || names.contains(world.plans[number].key.symbol.name) else { continue }
                world.cancelPlan(number)
                done.append(world.planned(number))
            }
            return ["successList": .list(done), "failureList": []]
        },
        .get("/api/v2/spot/trade/current-plan-order", 20) { world, call throws(BitgetFault) in
            try world.spotPlans(call) { $0.isLive }
        },
        .get("/api/v2/spot/trade/history-plan-order", 20) { world, call throws(BitgetFault) in
            try world.spotPlans(call) { !$0.isLive }
        },
    ]
}

extension BitgetWorld {
    func spotDraft(_ call: BitgetCall) throws(BitgetFault) -> OrderDraft {
        let symbol = try symbol(call)
        guard let side = Side(rawValue: try call.required("side").lowercased()) else { throw .wrong("side") }
        guard let size = try call.amount("size"), size > .zero else { throw .missing("size") }
        var draft = OrderDraft(
            key: LegKey(symbol: symbol, leg: .spot), side: side, reduces: false, wireSide: side, size: Quantity(size))
        draft.clientID = call["clientOid"]
        try readStyle(call, &draft)
        if draft.limit != nil { _ = try call.required("force") }
        if draft.limit == nil, side == .buy {
            // A market purchase says what it may spend.
            (draft.spend, draft.size) = (Money(size), .zero)
        }
        return draft
    }

    /// A cancellation and a new order, one after the other: the second may fail after the first.
    mutating func replaceSpot(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        guard let number = find(call, isSpot: true) else { throw .noSpotOrder }
        let old = orders[number]
        guard old.isOpen else { throw .nothingToCancel }
        guard let size = try call.amount("size"), let price = try call.price("price") else { throw .missing("price") }
        end(number, reason: "replaced")
        var draft = old.draft
        (draft.size, draft.limit, draft.clientID) = (Quantity(size), price, call["newClientOid"])
        do {
            let fresh = try accept(draft)
            return placed(fresh).adding(["success": "success", "msg": .null])
        } catch {
            return [
                "orderId": "", "clientOid": .text(draft.clientID ?? ""), "success": "failure",
                "msg": .text(error.message),
            ]
        }
    }

    func spotOrders(
        _ call: BitgetCall, where matches: (BitgetOrder) -> Bool
    ) throws(BitgetFault) -> [BitgetOrder] {
        let symbol = try optionalSymbol(call)
        let all = orders.filter { order in
            order.isSpot && matches(order) && order.hiddenUntil <= now.wall
                && (symbol == nil || order.key.symbol == symbol)
                && (call["orderId"] == nil || call["orderId"] == order.id)
        }
        return page(all, call, id: \.id, at: \.createdAt).items
    }

    mutating func placeSpotPlan(_ call: BitgetCall) throws(BitgetFault) -> Int {
        guard let trigger = try call.price("triggerPrice") else { throw .missing("triggerPrice") }
        let symbol = try symbol(call)
        guard let side = Side(rawValue: try call.required("side").lowercased()) else { throw .wrong("side") }
        guard let size = try call.amount("size"), size > .zero else { throw .missing("size") }
        var draft = OrderDraft(
            key: LegKey(symbol: symbol, leg: .spot), side: side, reduces: false, wireSide: side, size: Quantity(size))
        draft.clientID = call["clientOid"]
        switch try call.required("orderType").lowercased() {
        case "market":
            if side == .buy, call["planType"]?.lowercased() == "total" { draft.spend = Money(size) }
        case "limit":
            guard let price = try call.price("executePrice") else { throw .missing("executePrice") }
            draft.limit = price
        default: throw .wrong("orderType")
        }
        return try accept(.normal, draft, trigger: trigger, byMark: call["triggerType"] == "mark_price")
    }

    func spotPlan(_ call: BitgetCall, isExit: Bool = false) throws(BitgetFault) -> Int {
        guard let number = findPlan(call), plans[number].key.leg == .spot, plans[number].isLive,
            plans[number].isSpotExit == isExit
        else {
            throw BitgetFault("43025", "Plan order does not exist")
        }
        return number
    }

    func spotPlans(_ call: BitgetCall, where matches: (BitgetPlan) -> Bool) throws(BitgetFault) -> Wire {
        let symbol = try optionalSymbol(call)
        let all = plans.filter { plan in
            plan.key.leg == .spot && !plan.isSpotExit && matches(plan) && isListed(plan)
                && (symbol == nil || plan.key.symbol == symbol)
        }
        let (found, end) = page(all, call, id: \.id, at: \.createdAt)
        let rows = found.map { plan -> Wire in
            let status = plan.status == .live ? "not_trigger" : plan.status.rawValue
            return [
                "orderId": .text(plan.id), "clientOid": .text(plan.clientID), "symbol": .text(plan.key.symbol.name),
                "size": .amount(plan.draft.size), "executePrice": .text(plan.draft.limit?.description ?? "0"),
                "triggerPrice": .amount(plan.trigger), "status": .text(status),
                "orderType": .text(plan.draft.limit == nil ? "market" : "limit"),
                "side": .text(plan.draft.side.rawValue), "planType": plan.draft.spend == nil ? "amount" : "total",
                "triggerType": .text(plan.byMark ? "mark_price" : "fill_price"), "enterPointSource": "API",
                "executeOrderId": .text(plan.orderID), "cTime": .moment(plan.createdAt),
                "uTime": .moment(plan.updatedAt),
            ]
        }
        return ["nextFlag": false, "idLessThan": .text(end ?? ""), "orderList": .list(rows)]
    }
}
