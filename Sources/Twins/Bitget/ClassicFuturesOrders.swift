import Core

// The classic dialect: futures orders.

extension BitgetRoute {
    static let futuresOrders: [BitgetRoute] = [
        .post("/api/v2/mix/order/place-order", 10) { world, call throws(BitgetFault) in
            try world.requireOurs(call)
            let number = try world.accept(world.futuresDraft(call))
            return world.placed(number)
        },
        .post("/api/v2/mix/order/batch-place-order", 5) { world, call throws(BitgetFault) in
            try world.requireOurs(call)
            return world.batch(call, "orderList") { world, call throws(BitgetFault) in
                let number = try world.accept(world.futuresDraft(call))
                return world.placed(number)
            }
        },
        .post("/api/v2/mix/order/cancel-order", 10) { world, call throws(BitgetFault) in
            try world.requireOurs(call)
            return try world.cancelled(call, isSpot: false)
        },
        .post("/api/v2/mix/order/batch-cancel-orders", 10) { world, call throws(BitgetFault) in
            try world.requireOurs(call)
            guard call.fields["orderIdList"] == nil else {
                return world.batch(call, "orderIdList") { world, call throws(BitgetFault) in
                    try world.cancelled(call, isSpot: false)
                }
            }
            return world.cancelAll(try world.optionalSymbol(call), isSpot: false)
        },
        .post("/api/v2/mix/order/cancel-all-orders", 10) { world, call throws(BitgetFault) in
            try world.requireOurs(call)
            return world.cancelAll(nil, isSpot: false)
        },
        .post("/api/v2/mix/order/modify-order", 10) { world, call throws(BitgetFault) in
            try world.requireOurs(call)
            return try world.modify(call)
        },
        .post("/api/v2/mix/order/close-positions", 1) { world, call throws(BitgetFault) in
            try world.requireOurs(call)
            return try world.closePositions(call)
        },
        .get("/api/v2/mix/order/detail", 10) { world, call throws(BitgetFault) in
            try world.requireOurs(call)
            guard let number = world.find(call, isSpot: false) else { throw .noSuchOrder }
            return world.futuresOrder(world.orders[number], statusKey: "state")
        },
        .get("/api/v2/mix/order/orders-pending", 10) { world, call throws(BitgetFault) in
            // Without a status only those that nothing of was filled.
            let isNarrow = world.setup.listsNarrowly && call["status"] == nil
            return try world.futuresOrders(call) { $0.isOpen && !(isNarrow && $0.status == .partly) }
        },
        .get("/api/v2/mix/order/orders-history", 10) { world, call throws(BitgetFault) in
            try world.checkSpan(call)
            return try world.futuresOrders(call) { !$0.isOpen }
        },
        .get("/api/v2/mix/order/fills", 10) { world, call throws(BitgetFault) in try world.futuresFills(call) },
        .get("/api/v2/mix/order/fill-history", 10) { world, call throws(BitgetFault) in try world.futuresFills(call) },
    ]
}

extension BitgetWorld {
    /// What a call wants to order.
    ///
    /// - Throws: Which field is missing or does not go with the account's modes.
    func futuresDraft(_ call: BitgetCall) throws(BitgetFault) -> OrderDraft {
        let symbol = try symbol(call)
        let mode = try call.required("marginMode").lowercased()
        guard ["isolated", "crossed"].contains(mode) else { throw .wrong("marginMode") }
        guard try call.required("marginCoin") == "USDT" else { throw .wrong("marginCoin") }
        guard let wireSide = Side(rawValue: try call.required("side").lowercased()) else { throw .wrong("side") }
        guard let size = try call.amount("size") else { throw .missing("size") }
        let (key, side, reduces) = try direction(call, symbol, wireSide)
        var draft = OrderDraft(
            key: key, side: side, reduces: reduces, wireSide: wireSide, size: Quantity(size))
        draft.isIsolated = mode == "isolated"
        draft.clientID = call["clientOid"]
        try readStyle(call, &draft)
        draft.exits = AttachedExits(
            takeProfit: try call.price("presetStopSurplusPrice"),
            takeProfitLimit: try call.price("presetStopSurplusExecutePrice"),
            stopLoss: try call.price("presetStopLossPrice"),
            stopLossLimit: try call.price("presetStopLossExecutePrice"))
        return draft
    }

    /// Order type, price and time in force.
    func readStyle(_ call: BitgetCall, _ draft: inout OrderDraft) throws(BitgetFault) {
        let force = (call["force"] ?? call["timeInForce"] ?? "gtc").lowercased()
        guard ["gtc", "ioc", "fok", "post_only"].contains(force) else { throw .wrong("force") }
        draft.force = force
        switch try call.required("orderType").lowercased() {
        case "market": break
        case "limit":
            guard let price = try call.price("price") else { throw .missing("price") }
            draft.limit = price
        default: throw .wrong("orderType")
        }
    }

    /// Which leg an order trades, in which direction, and whether it closes. In hedge mode `side` names the position.
    func direction(
        _ call: BitgetCall, _ symbol: Symbol, _ side: Side
    ) throws(BitgetFault) -> (LegKey, Side, reduces: Bool) {
        let tradeSide = call["tradeSide"]?.lowercased()
        switch holdMode {
        case .oneWay:
            if tradeSide != nil, setup.refusesTradeSide { throw .wrongMode }
            return (LegKey(symbol: symbol, leg: .net), side, call["reduceOnly"]?.lowercased() == "yes")
        case .hedge:
            guard let tradeSide else { throw .wrongMode }
            guard ["open", "close"].contains(tradeSide) else { throw .wrong("tradeSide") }
            let closes = tradeSide == "close"
            let key = LegKey(symbol: symbol, leg: side == .buy ? .long : .short)
            return (key, closes ? side.opposite : side, closes)
        }
    }

    /// The answer to an order that was taken.
    func placed(_ number: Int) -> Wire {
        let order = orders[number]
        if order.draft.displaces { return ["clientOid": .text(order.clientID)] }
        return ["clientOid": .text(order.clientID), "orderId": .text(order.id)]
    }

    /// Does something for each element of a list; the answer names who succeeded and who did not.
    mutating func batch(
        _ call: BitgetCall, _ list: String,
        _ deed: (inout BitgetWorld, BitgetCall) throws(BitgetFault) -> Wire
    ) -> Wire {
        var (done, failed): ([Wire], [Wire]) = ([], [])
        for element in (call.fields[list]?.elements ?? []).prefix(50) {
            do {
                done.append(try deed(&self, call.about(element.adding(call.fields))))
            } catch {
                failed.append([
                    "orderId": .text(element["orderId"]?.string ?? ""),
                    "clientOid": .text(element["clientOid"]?.string ?? ""), "errorMsg": .text(error.message),
                    "errorCode": .text(error.code),
                ])
            }
        }
        return ["successList": .list(done), "failureList": .list(failed)]
    }

    /// The order a call names, if it may be seen.
    func find(_ call: BitgetCall, isSpot: Bool) -> Int? {
        let number =
            call["orderId"].flatMap { orderByID[$0] }
            ?? (call["orderId"] == nil
                ? call["clientOid"].flatMap { orderByClient[$0] } : nil)
        guard let number, orders[number].isSpot == isSpot, orders[number].hiddenUntil <= now.wall else { return nil }
        if let symbol = call["symbol"], symbol.uppercased() != orders[number].key.symbol.name { return nil }
        return number
    }

    mutating func cancelled(_ call: BitgetCall, isSpot: Bool) throws(BitgetFault) -> Wire {
        guard call["orderId"] != nil || call["clientOid"] != nil else { throw .missing("orderId") }
        guard let number = find(call, isSpot: isSpot) else { throw isSpot ? .noSpotOrder : .noOrderToCancel }
        try cancel(number)
        return ["orderId": .text(orders[number].id), "clientOid": .text(orders[number].clientID)]
    }

    mutating func cancelAll(_ symbol: Symbol?, isSpot: Bool) -> Wire {
        var (done, failed): ([Wire], [Wire]) = ([], [])
        for number in open
        where orders[number].isSpot == isSpot && (symbol == nil || orders[number].key.symbol == symbol) {
            let names: Wire = [
                "orderId": .text(orders[number].id), "clientOid": .text(orders[number].clientID),
            ]
            do {
                try cancel(number)
                done.append(names)
            } catch {
                failed.append(names.adding(["errorMsg": .text(error.message), "errorCode": .text(error.code)]))
            }
        }
        return ["successList": .list(done), "failureList": .list(failed)]
    }

    /// Another price or size is a cancellation and a new order under a new name.
    mutating func modify(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        guard let number = find(call, isSpot: false) else { throw .noOrderToCancel }
        let old = orders[number]
        guard old.isOpen else { throw .nothingToCancel }
        let names: Wire = ["orderId": .text(old.id), "clientOid": .text(old.clientID)]
        guard let size = try call.amount("newSize"), let price = try call.price("newPrice") else { return names }
        guard let name = call["newClientOid"] else { throw BitgetFault("22003", "newClientOid cannot be empty") }
        guard old.draft.limit != nil, old.filled == .zero else {
            throw BitgetFault("45056", "Only untouched limit orders can be modified")
        }
        var draft = old.draft
        (draft.size, draft.limit, draft.clientID) = (Quantity(size), price, name)
        end(number, reason: "modified")
        _ = try accept(draft)
        return names
    }

    mutating func closePositions(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        let symbol = try optionalSymbol(call)
        let side = call["holdSide"]?.lowercased()
        let keys = heldPositions.filter { position in
            (symbol == nil || position.key.symbol == symbol)
                && (side == nil || position.key.leg == .net || position.holdSide == side)
        }.map(\.key)
        guard !keys.isEmpty else { throw .noPosition }
        var done: [Wire] = []
        for key in keys {
            guard let number = closePosition(key) else { continue }
            done.append(placed(number).adding(["symbol": .text(key.symbol.name)]))
        }
        return ["successList": .list(done), "failureList": []]
    }

    func futuresOrders(_ call: BitgetCall, where matches: (BitgetOrder) -> Bool) throws(BitgetFault) -> Wire {
        guard try isOurs(call) else { return ["entrustedList": .null, "endId": .null] }
        let symbol = try optionalSymbol(call)
        let all = orders.filter { order in
            !order.isSpot && matches(order) && order.hiddenUntil <= now.wall
                && (symbol == nil || order.key.symbol == symbol)
                && (call["orderId"] == nil || call["orderId"] == order.id)
                && (call["clientOid"] == nil || call["clientOid"] == order.clientID)
                && (call["status"] == nil || call["status"] == order.status.rawValue)
        }
        let (found, end) = page(all, call, id: \.id, at: \.createdAt)
        return [
            "entrustedList": found.isEmpty ? .null : .list(found.map { futuresOrder($0, statusKey: "status") }),
            "endId": end.map(Wire.text) ?? .null,
        ]
    }

    func futuresFills(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        guard try isOurs(call) else { return ["fillList": .null, "endId": .null] }
        try checkSpan(call)
        let symbol = try optionalSymbol(call)
        let all = fills.filter { fill in
            let order = orders[fill.order]
            return !order.isSpot && (symbol == nil || order.key.symbol == symbol)
                && (call["orderId"] == nil || call["orderId"] == order.id)
        }
        let (found, end) = page(all, call, id: \.id, at: \.at)
        return [
            "fillList": found.isEmpty ? .null : .list(found.map { futuresFill($0, isStream: false) }),
            "endId": end.map(Wire.text) ?? .null,
        ]
    }
}
