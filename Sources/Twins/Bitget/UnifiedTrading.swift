import Core

// The unified dialect: orders, strategy orders, positions.

extension BitgetRoute {
    static let unifiedTrading: [BitgetRoute] = [
        .post("/api/v3/trade/place-order", 10) { world, call throws(BitgetFault) in
            try world.placeUnified(call)
        },
        .post("/api/v3/trade/place-batch", 5) { world, call throws(BitgetFault) in
            world.unifiedBatch(call) { world, call throws(BitgetFault) in
                try world.placeUnified(call)
            }
        },
        .post("/api/v3/trade/cancel-order", 10) { world, call throws(BitgetFault) in try world.cancelUnified(call) },
        .post("/api/v3/trade/cancel-batch", 5) { world, call throws(BitgetFault) in
            world.unifiedBatch(call) { world, call throws(BitgetFault) in try world.cancelUnified(call) }
        },
        .post("/api/v3/trade/cancel-symbol-order", 5) { world, call throws(BitgetFault) in
            let isSpot = try world.category(call) == .spot
            let answer = world.cancelAll(try world.optionalSymbol(call), isSpot: isSpot)
            let rows = answer["successList"]?.elements ?? []
            return ["list": .list(rows.map { $0.adding(["code": "00000", "msg": "success"]) })]
        },
        .post("/api/v3/trade/modify-order", 10) { world, call throws(BitgetFault) in try world.modifyUnified(call) },
        .post("/api/v3/trade/close-positions", 5) { world, call throws(BitgetFault) in
            try world.closeUnified(call)
        },
        .get("/api/v3/trade/order-info", 20) { world, call throws(BitgetFault) in
            guard let number = world.findAny(call) else { throw BitgetFault("25204", "Order does not exist") }
            return world.unifiedOrder(world.orders[number], isStream: false)
        },
        .get("/api/v3/trade/unfilled-orders", 20) { world, call throws(BitgetFault) in
            try world.unifiedOrders(call) { $0.isOpen }
        },
        .get("/api/v3/trade/history-orders", 20) { world, call throws(BitgetFault) in
            try world.checkSpan(call)
            return try world.unifiedOrders(call) { !$0.isOpen }
        },
        .get("/api/v3/trade/fills", 20) { world, call throws(BitgetFault) in
            try world.checkSpan(call)
            let symbol = try world.optionalSymbol(call)
            let isSpot = call["category"].map { $0.uppercased() == "SPOT" }
            let all = world.fills.filter { fill in
                let order = world.orders[fill.order]
                return (symbol == nil || order.key.symbol == symbol) && (isSpot == nil || order.isSpot == isSpot)
                    && (call["orderId"] == nil || call["orderId"] == order.id)
            }
            let (found, end) = world.page(all, call, id: \.id, at: \.at)
            return ["list": .list(found.map { world.unifiedFill($0) }), "cursor": end.map(Wire.text) ?? .null]
        },
        .post("/api/v3/trade/place-strategy-order", 10) { world, call throws(BitgetFault) in
            try world.placeStrategy(call)
        },
        .post("/api/v3/trade/modify-strategy-order", 10) { world, call throws(BitgetFault) in
            try world.modifyStrategy(call)
        },
        .post("/api/v3/trade/cancel-strategy-order", 10) { world, call throws(BitgetFault) in
            let number = try world.strategy(call)
            world.cancelPlan(number)
            return world.planned(number)
        },
        .get("/api/v3/trade/unfilled-strategy-orders", 20) { world, call throws(BitgetFault) in
            try world.strategies(call) { $0.isLive || $0.status == .executing }
        },
        .get("/api/v3/trade/history-strategy-orders", 20) { world, call throws(BitgetFault) in
            try world.strategies(call) { !$0.isLive && $0.status != .executing }
        },
        .get("/api/v3/position/current-position", 20) { world, call throws(BitgetFault) in
            guard try world.category(call) == .futures else { return ["list": []] }
            let (symbol, side) = (try world.optionalSymbol(call), call["posSide"]?.lowercased())
            return [
                "list": .list(
                    world.heldPositions.filter { position in
                        (symbol == nil || position.key.symbol == symbol) && (side == nil || position.holdSide == side)
                    }.map { world.unifiedPosition($0) })
            ]
        },
        .get("/api/v3/position/history-position", 20) { world, call throws(BitgetFault) in
            let symbol = try world.optionalSymbol(call)
            let all = world.history.filter { symbol == nil || $0.key.symbol == symbol }
            let (found, end) = world.page(all, call, id: \.id, at: \.updatedAt, usual: 20)
            return ["list": .list(found.map { world.unifiedPosition($0) }), "cursor": end.map(Wire.text) ?? .null]
        },
    ]
}

extension BitgetWorld {
    func named(_ number: Int) -> Wire {
        ["orderId": .text(orders[number].id), "clientOid": .text(orders[number].clientID)]
    }

    /// What a call wants to order. In hedge mode `posSide` names the position and `side` the true direction.
    func unifiedDraft(_ call: BitgetCall) throws(BitgetFault) -> OrderDraft {
        let kind = try category(call)
        guard kind != .other else { throw .unknownSymbol }
        let symbol = try symbol(call)
        guard let side = Side(rawValue: try call.required("side").lowercased()) else { throw .wrong("side") }
        guard let size = try call.amount("qty"), size > .zero else { throw .missing("qty") }
        var (leg, reduces) = (BitgetLeg.spot, false)
        if kind == .futures {
            switch (holdMode, call["posSide"]?.lowercased()) {
            case (.oneWay, nil): (leg, reduces) = (.net, call["reduceOnly"]?.lowercased() == "yes")
            case (.oneWay, _): throw wrongMode
            case (.hedge, "long"): (leg, reduces) = (.long, side == .sell)
            case (.hedge, "short"): (leg, reduces) = (.short, side == .buy)
            case (.hedge, nil): throw wrongMode
            case (.hedge, _): throw .wrong("posSide")
            }
        }
        var draft = OrderDraft(
            key: LegKey(symbol: symbol, leg: leg), side: side, reduces: reduces, wireSide: side, size: Quantity(size))
        draft.clientID = call["clientOid"]
        if kind == .futures { draft.isIsolated = try isIsolated(call) }
        try readStyle(call, &draft)
        if leg == .spot, side == .buy, draft.limit == nil { (draft.spend, draft.size) = (Money(size), .zero) }
        draft.exits = AttachedExits(
            takeProfit: try call.price("takeProfit"), takeProfitLimit: try call.price("tpLimitPrice"),
            stopLoss: try call.price("stopLoss"), stopLossLimit: try call.price("slLimitPrice"),
            byMark: call["slTriggerBy"] == "mark")
        return draft
    }

    /// The margin mode of a call; without one it is crossed, whatever the symbol is set to.
    func isIsolated(_ call: BitgetCall) throws(BitgetFault) -> Bool {
        switch call["marginMode"]?.lowercased() {
        case nil, "crossed", "cross": return false
        case "isolated": return true
        default: throw .wrong("marginMode")
        }
    }

    /// Takes an order. One that opens decides the margin mode of a symbol on which nothing is open.
    mutating func placeUnified(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        let draft = try unifiedDraft(call)
        let symbol = draft.key.symbol
        let changes = draft.key.leg != .spot && !draft.reduces && draft.isIsolated != isolated.contains(symbol)
        if changes, isBusy(symbol) {
            throw BitgetFault("25570", "There are positions or orders of another margin mode")
        }
        let number = try accept(draft)
        if changes { setIsolated(draft.isIsolated, symbol) }
        return named(number)
    }

    mutating func setIsolated(_ isIsolated: Bool, _ symbol: Symbol) {
        if isIsolated { isolated.insert(symbol) } else { isolated.remove(symbol) }
    }

    mutating func unifiedBatch(
        _ call: BitgetCall, _ deed: (inout BitgetWorld, BitgetCall) throws(BitgetFault) -> Wire
    ) -> Wire {
        var rows: [Wire] = []
        for element in call.fields.elements.prefix(20) {
            do {
                rows.append(try deed(&self, call.about(element)).adding(["code": "00000", "msg": "success"]))
            } catch {
                rows.append([
                    "orderId": "", "clientOid": .text(element["clientOid"]?.string ?? ""),
                    "code": .text(error.code), "msg": .text(error.message),
                ])
            }
        }
        return .list(rows)
    }

    /// The order a call names, on either side.
    func findAny(_ call: BitgetCall) -> Int? { find(call, isSpot: false) ?? find(call, isSpot: true) }

    mutating func cancelUnified(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        guard let number = findAny(call) else { throw BitgetFault("25204", "Order does not exist") }
        try cancel(number)
        return named(number)
    }

    mutating func modifyUnified(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        guard let number = findAny(call) else { throw BitgetFault("25204", "Order does not exist") }
        let old = orders[number]
        guard old.isOpen, let limit = old.draft.limit, old.filled == .zero else { throw .nothingToCancel }
        var draft = old.draft
        draft.size = try call.amount("qty").map(Quantity.init) ?? draft.size
        draft.limit = try call.price("price") ?? limit
        draft.clientID = call["newClientOid"]
        end(number, reason: "modified")
        let fresh = try accept(draft)
        return named(fresh)
    }

    mutating func closeUnified(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        guard try category(call) == .futures else { throw .wrong("category") }
        let (symbol, side) = (try optionalSymbol(call), call["posSide"]?.lowercased())
        let keys = heldPositions.filter { position in
            (symbol == nil || position.key.symbol == symbol) && (side == nil || position.holdSide == side)
        }.map(\.key)
        guard !keys.isEmpty else { throw BitgetFault("25227", "No position to close") }
        let rows = keys.compactMap { closePosition($0) }.map { named($0) }
        return ["list": .list(rows.map { $0.adding(["code": "00000", "msg": "success"]) })]
    }

    func unifiedOrders(_ call: BitgetCall, where matches: (BitgetOrder) -> Bool) throws(BitgetFault) -> Wire {
        let symbol = try optionalSymbol(call)
        let isSpot = call["category"].map { $0.uppercased() == "SPOT" }
        let all = orders.filter { order in
            matches(order) && order.hiddenUntil <= now.wall && (symbol == nil || order.key.symbol == symbol)
                && (isSpot == nil || order.isSpot == isSpot)
        }
        let (found, end) = page(all, call, id: \.id, at: \.createdAt)
        return [
            "list": .list(found.map { unifiedOrder($0, isStream: false) }), "cursor": end.map(Wire.text) ?? .null,
        ]
    }
}
