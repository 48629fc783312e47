import Core
import Foundation

extension BitgetStandIn {
    static func quantity(_ value: Any?) throws -> Quantity {
        guard let text = value as? String, let number = Quantity(text) else {
            throw ModelExchange.Refusal(code: "40017", message: "size must be a string")
        }
        return number
    }

    static func price(_ value: Any?) -> Price? { (value as? String).flatMap { Price($0) } }

    func mix(_ request: StandInRequest, _ body: [String: Any], _ state: inout State) throws -> String {
        let name = request.path.split(separator: "/").last.map(String.init) ?? ""
        if name != "time", request.path.contains("/mix/"),
            request.query["productType"] ?? body["productType"] as? String != "USDT-FUTURES"
        {
            throw ModelExchange.Refusal(code: "40019", message: "Parameter productType cannot be empty")
        }
        switch name {
        case "time": return #"{"serverTime":"\#(Self.now() + state.clockOffset)"}"#
        case "contracts": return contracts(request, state)
        case "ticker":
            return #"[{"symbol":"BTCUSDT","lastPr":"100","askPr":"100.1","bidPr":"99.9","ts":"1700000000000"}]"#
        case "candles", "history-candles": return candles(request, state)
        case "accounts":
            return #"[{"marginCoin":"USDT","accountEquity":"10000","available":"10000","crossedMaxAvailable":""}]"#
        case "account":
            return #"{"marginCoin":"USDT","posMode":"\#(posMode(state))","marginMode":"\#(state.marginMode)","#
                + #""crossedMarginLeverage":\#(state.leverage),"isolatedLongLever":"\#(state.leverage)","#
                + #""isolatedShortLever":"\#(state.shortLeverage ?? state.leverage)"}"#
        case "set-leverage", "set-margin-mode": return try set(body, &state)
        case "all-position": return positions(state)
        case "place-order": return try placeMix(body, &state)
        case "cancel-order":
            let order = try state.exchange.cancel(id: body["orderId"] as? String, client: body["clientOid"] as? String)
            return #"{"orderId":"\#(order.id)","clientOid":""}"#
        case "detail":
            let client = state.forgetsNames ? nil : request.query["clientOid"]
            guard let order = state.exchange.look(id: request.query["orderId"], client: client) else {
                throw ModelExchange.Refusal(code: "40109", message: "The data of the order cannot be found")
            }
            return mixRow(order, state, statusKey: "state")
        case "orders-pending" where state.isEndless:
            let order = ModelExchange.Order(
                id: String(BitgetStandIn.now()), client: "", side: .buy, closes: false, size: Quantity(.one), at: 1)
            let rows = Array(repeating: mixRow(order, state, statusKey: "status"), count: 100)
            state.endlessID += 1
            return #"{"entrustedList":[\#(rows.joined(separator: ","))],"endId":"\#(state.endlessID)"}"#
        case "orders-pending":
            let isMeant = request.query["status"] != "partially_filled"
            let orders = state.exchange.orders.filter { isMeant && $0.state == "live" }
            return paged(orders, request, state) { mixRow($0, state, statusKey: "status") }
        case "orders-history":
            let orders = state.exchange.orders.filter { $0.state != "live" }
            return paged(orders, request, state) { mixRow($0, state, statusKey: "status") }
        case "fills":
            let rows = try trades(request, state).map { fillRow($0, state) }
            return #"{"fillList":[\#(rows.joined(separator: ","))],"endId":"0"}"#
        case "batch-cancel-orders": return #"{"successList":[],"failureList":[]}"#
        case "place-tpsl-order": return try protect(body, &state)
        case "modify-tpsl-order": return try modify(body, &state)
        case "cancel-plan-order": return unprotect(body, &state)
        case "orders-plan-pending": return plans(state, request.query["planType"] ?? "") { $0.state == "live" }
        case "orders-plan-history": return plans(state, request.query["planType"] ?? "") { $0.state != "live" }
        default: throw UnknownPath()
        }
    }

    private func set(_ body: [String: Any], _ state: inout State) throws -> String {
        if state.fixesModes, state.exchange.net != .zero {
            throw ModelExchange.Refusal(code: body["leverage"] == nil ? "45117" : "45097", message: "holding positions")
        }
        // Isolated positions of a hedged account have a leverage for each side.
        if body["leverage"] != nil, state.exchange.isHedge, state.marginMode == "isolated", body["holdSide"] == nil {
            throw ModelExchange.Refusal(code: "40808", message: "double fixed, hold side is null")
        }
        guard !state.forgetsSettings else { return "{}" }
        state.leverage = body["leverage"] as? String ?? state.leverage
        state.marginMode = body["marginMode"] as? String ?? state.marginMode
        return "{}"
    }

    private func contracts(_ request: StandInRequest, _ state: State) -> String {
        let symbol = request.query["symbol"] ?? "BTCUSDT"
        guard symbol == "BTCUSDT" || state.otherSymbols.contains(symbol) else { return "[]" }
        let status = symbol == "BTCUSDT" ? state.symbolStatus : "normal"
        return """
            [{"symbol":"\(symbol)","baseCoin":"BTC","quoteCoin":"USDT","minTradeNum":"0.01","priceEndStep":"1",\
            "volumePlace":"3","pricePlace":"1","sizeMultiplier":"\(state.step)","minTradeUSDT":"5",\
            "symbolStatus":"\(status)",\
            "limitOpenTime":"-1","maxLever":"125","newFieldOfTomorrow":{"a":[1]}}]
            """
    }

    func candles(_ request: StandInRequest, _ state: State) -> String {
        let start = Int64(request.query["startTime"] ?? "") ?? 0
        let end = Int64(request.query["endTime"] ?? "") ?? .max
        let limit = Int(request.query["limit"] ?? "") ?? 100
        let rows = state.bars.filter { row in (Int64(row[0]) ?? 0) >= start && (Int64(row[0]) ?? 0) < end }
            .suffix(limit)
        return "[" + rows.map { "[" + $0.map { "\"\($0)\"" }.joined(separator: ",") + "]" }.joined(separator: ",") + "]"
    }

    private func placeMix(_ body: [String: Any], _ state: inout State) throws -> String {
        let trade = body["tradeSide"] as? String
        guard (trade != nil) == state.exchange.isHedge else {
            throw ModelExchange.Refusal(code: "40774", message: "The order type for unilateral position must also be")
        }
        guard body["marginMode"] as? String == state.marginMode, body["marginCoin"] as? String == "USDT",
            let wire = Side(rawValue: body["side"] as? String ?? ""), let client = body["clientOid"] as? String
        else { throw ModelExchange.Refusal(code: "40017", message: "Parameter verification failed") }
        let closes = trade == "close" || body["reduceOnly"] as? String == "YES"
        let isLong: Bool? = trade == nil ? nil : wire == .buy
        let order = try state.exchange.place(
            client: client, side: trade == "close" ? wire.opposite : wire, isLong: isLong, closes: closes,
            size: Self.quantity(body["size"]), limit: Self.price(body["price"]),
            immediate: body["force"] as? String == "ioc")
        return #"{"clientOid":"\#(client)","orderId":"\#(order.id)"}"#
    }

    private func positions(_ state: State) -> String {
        func row(_ side: String, _ size: Quantity) -> String {
            #"{"marginCoin":"USDT","symbol":"BTCUSDT","holdSide":"\#(side)","available":"\#(size)","locked":"0","#
                + #""total":"\#(size)","leverage":"10","openPriceAvg":"100","posMode":"\#(posMode(state))"}"#
        }
        var rows: [String] = []
        let (long, short) = (state.exchange.long, state.exchange.short)
        if long > .zero { rows.append(row("long", long)) }
        if long < .zero { rows.append(row("short", long.magnitude)) }
        if short > .zero { rows.append(row("short", short)) }
        return "[\(rows.joined(separator: ","))]"
    }

    private func tradeSide(_ order: ModelExchange.Order) -> String {
        guard order.isLong != nil else { return "\(order.side.rawValue)_single" }
        return order.closes ? "close" : "open"
    }

    private func mixRow(_ order: ModelExchange.Order, _ state: State, statusKey: String) -> String {
        let hold = order.isLong.map { $0 ? "long" : "short" } ?? "net"
        return #"{"symbol":"BTCUSDT","size":"\#(order.size)","orderId":"\#(order.id)","clientOid":"\#(order.client)","#
            + #"""
            "baseVolume":"\#(order.filled)","fee":"","price":"\#(order.limit.map(\.description) ?? "")","priceAv\#
            g":"",
            """#
            + #""\#(statusKey)":"\#(order.state)","side":"\#(classicSide(order))","posSide":"\#(hold)","#
                + #"""
                "orderType":"\#(order.limit == nil ? "market" : "limit")","reduceOnly":"\#
                \#(order.closes ? "YES" : "NO")",
                """#
                + #"""
                "tradeSide":"\#(tradeSide(order))","posMode":"\#(posMode(state))","cTime":"\#(order.at)","uTime":"\#
                \#(order.at)"}
                """#
    }

    private func fillRow(_ trade: ModelExchange.Trade, _ state: State) -> String {
        #"{"tradeId":"\#(trade.id)","symbol":"BTCUSDT","orderId":"\#(trade.order.id)","price":"\#(trade.price)","#
            + #"""
            "baseVolume":"\#(trade.size)","feeDetail":[{"deduction":"no","feeCoin":"\#(state.feeCoin)",\#
            "totalDeductionFee":null,
            """#
                + #"""
                "totalFee":"-\#(trade.fee)"}],"side":"\#(classicSide(trade.order))","tradeSide":"\#
                \#(tradeSide(trade.order))",
                """#
            + #""posMode":"\#(posMode(state))","cTime":"\#(trade.at)"}"#
    }

    // MARK: Trigger orders

    private func protect(_ body: [String: Any], _ state: inout State) throws -> String {
        let words = state.exchange.isHedge ? ["long", "short"] : ["buy", "sell"]
        guard let hold = (body["holdSide"] as? String).flatMap({ words.firstIndex(of: $0) }),
            let trigger = Self.price(body["triggerPrice"]), let type = body["planType"] as? String
        else { throw ModelExchange.Refusal(code: "40017", message: "Parameter verification failed") }
        let plan = try state.exchange.protect(
            client: body["clientOid"] as? String ?? "", type: type, isLong: hold == 0,
            size: Self.quantity(body["size"]), trigger: trigger)
        return #"{"orderId":"\#(plan.id)","clientOid":"\#(plan.client)"}"#
    }

    private func modify(_ body: [String: Any], _ state: inout State) throws -> String {
        guard let place = state.exchange.plans.firstIndex(where: { $0.id == body["orderId"] as? String }) else {
            throw ModelExchange.Refusal(code: "43025", message: "Plan order does not exist")
        }
        state.exchange.plans[place].trigger = Self.price(body["triggerPrice"]) ?? state.exchange.plans[place].trigger
        state.exchange.plans[place].size = try Self.quantity(body["size"])
        return #"{"orderId":"\#(state.exchange.plans[place].id)","clientOid":""}"#
    }

    /// Without the right type it is a success that cancels nothing.
    private func unprotect(_ body: [String: Any], _ state: inout State) -> String {
        let type = body["planType"] as? String ?? "normal_plan"
        var gone: [String] = []
        for item in body["orderIdList"] as? [[String: String]] ?? [] {
            guard
                let place = state.exchange.plans.firstIndex(where: {
                    $0.id == item["orderId"] && $0.type == type && $0.state == "live"
                })
            else { continue }
            state.exchange.plans[place].state = "cancelled"
            gone.append(#"{"orderId":"\#(state.exchange.plans[place].id)","clientOid":""}"#)
        }
        return #"{"successList":[\#(gone.joined(separator: ","))],"failureList":[]}"#
    }

    private func plans(_ state: State, _ type: String, _ isMeant: (ModelExchange.Plan) -> Bool) -> String {
        guard type == "profit_loss" else { return #"{"entrustedList":null,"endId":null}"# }
        let rows = state.exchange.plans.filter(isMeant).map { plan in
            #"{"planType":"\#(plan.type)","symbol":"BTCUSDT","size":"\#(plan.size)","orderId":"\#(plan.id)","#
                + #"""
                "clientOid":"\#(plan.client)","price":"","triggerPrice":"\#(plan.trigger)","planStatus":"\#
                \#(plan.state)",
                """#
                + #""side":"\#(state.exchange.isHedge == plan.isLong ? "buy" : "sell")","posSide":"#
                    + #"""
                    "\#(state.exchange.isHedge ? (plan.isLong ? "long" : "short") : "net")","posMode":"\#
                    \#(posMode(state))",
                    """#
                + #""marginMode":"","stopSurplusExecutePrice":null,"executeOrderId":"\#(plan.child ?? "")","#
                + #""cTime":"\#(plan.at)","uTime":"\#(plan.at)"}"#
        }
        return #"{"entrustedList":[\#(rows.joined(separator: ","))]}"#
    }
}
