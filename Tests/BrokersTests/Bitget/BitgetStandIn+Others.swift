import Core
import Foundation

// Spot in the classic language, and everything in the unified one.

extension BitgetStandIn {
    func spot(_ request: StandInRequest, _ body: [String: Any], _ state: inout State) throws -> String {
        let name = request.path.split(separator: "/").last.map(String.init) ?? ""
        switch name {
        case "time": return try mix(request, body, &state)
        case "symbols":
            guard request.query["symbol"] ?? "BTCUSDT" == "BTCUSDT" else { return "[]" }
            return """
                [{"symbol":"BTCUSDT","baseCoin":"BTC","quoteCoin":"USDT","minTradeAmount":"0","pricePrecision":"2",\
                "quantityPrecision":"2","quotePrecision":"8","status":"online","minTradeUSDT":"1","offTime":""}]
                """
        case "tickers": return #"[{"symbol":"BTCUSDT","lastPr":"100","askPr":"99.99","bidPr":"99.9"}]"#
        case "candles", "history-candles": return candles(request, state)
        case "assets":
            return #"[{"coin":"USDT","available":"1000","frozen":"5.5","locked":"0"},{"coin":"BTC","available":"#
                + #""\#(state.exchange.long)","frozen":"0","locked":"0"}]"#
        case "place-order":
            guard body["force"] != nil, body["tradeSide"] == nil, let client = body["clientOid"] as? String,
                let side = Side(rawValue: body["side"] as? String ?? ""),
                side == .sell || body["orderType"] as? String == "limit"
            else { throw ModelExchange.Refusal(code: "40017", message: "Parameter verification failed") }
            let order = try state.exchange.place(
                client: client, side: side, isLong: nil, closes: false, size: Self.quantity(body["size"]),
                limit: Self.price(body["price"]), immediate: body["force"] as? String == "ioc")
            return #"{"orderId":"\#(order.id)","clientOid":"\#(client)"}"#
        case "cancel-order":
            let order = try state.exchange.cancel(id: body["orderId"] as? String, client: body["clientOid"] as? String)
            return #"{"orderId":"\#(order.id)","clientOid":""}"#
        case "orderInfo":
            let found = state.exchange.look(id: request.query["orderId"], client: request.query["clientOid"])
            return "[" + (found.map { spotRow($0, isOpen: false) } ?? "") + "]"
        case "current-plan-order": return #"{"nextFlag":false,"idLessThan":"1","orderList":[]}"#
        case "unfilled-orders", "history-orders":
            guard request.query["tpslType"] != "tpsl" else { return "[]" }
            let isOpen = name == "unfilled-orders"
            let rows = state.exchange.orders.filter { ($0.state == "live") == isOpen }
                .map { spotRow($0, isOpen: isOpen) }
            return "[" + rows.joined(separator: ",") + "]"
        case "fills":
            let rows = try trades(request, state).map { trade in
                #"{"symbol":"BTCUSDT","orderId":"\#(trade.order.id)","tradeId":"\#(trade.id)","side":"#
                    + #""\#(trade.order.side.rawValue)","priceAvg":"\#(trade.price)","size":"\#(trade.size)","#
                        + #"""
                        "feeDetail":{"deduction":"no","feeCoin":"USDT","totalFee":"-\#(trade.fee)"},"cTime":"\#
                        \#(trade.at)"}
                        """#
            }
            return "[" + rows.joined(separator: ",") + "]"
        default: throw UnknownPath()
        }
    }

    /// Open orders call their limit price `priceAvg`, ended ones `price`; amounts are padded.
    private func spotRow(_ order: ModelExchange.Order, isOpen: Bool) -> String {
        let price = order.limit.map(\.description) ?? "0"
        let prices = isOpen ? #""priceAvg":"\#(price)","basePrice":"0""# : #""price":"\#(price)","priceAvg":"100""#
        return #"{"symbol":"BTCUSDT","orderId":"\#(order.id)","clientOid":"\#(order.client)",\#(prices),"size":"#
            + #""\#(order.size)","orderType":"\#(order.limit == nil ? "market" : "limit")","side":"#
            + #""\#(order.side.rawValue)","status":"\#(order.state)","baseVolume":"\#(order.filled)","#
            + #""feeDetail":"{\"newFees\":{\"t\":-0.1}}","cTime":"\#(order.at)","uTime":"\#(order.at)"}"#
    }

    // MARK: Unified

    func unified(_ request: StandInRequest, _ body: [String: Any], _ state: inout State) throws -> String {
        let name = request.path.split(separator: "/").last.map(String.init) ?? ""
        let client = body["clientOid"] as? String ?? ""
        switch name {
        case "time": return try mix(request, body, &state)
        case "instruments":
            guard request.query["symbol"] ?? "BTCUSDT" == "BTCUSDT" else { return "[]" }
            return """
                [{"symbol":"BTCUSDT","category":"USDT-FUTURES","baseCoin":"BTC","quoteCoin":"USDT",\
                "minOrderQty":"0.01","pricePrecision":"1","quantityPrecision":"2","priceMultiplier":"0.1",\
                "quantityMultiplier":"0.01","minOrderAmount":"5","status":"online"}]
                """
        case "tickers": return #"[{"symbol":"BTCUSDT","lastPrice":"100","bid1Price":"99.9","ask1Price":"100"}]"#
        case "candles", "history-candles": return candles(request, state)
        case "settings":
            return #"{"assetMode":"single","holdMode":"\#(posMode(state))","symbolConfigList":[{"symbol":"BTCUSDT","#
                + #""marginMode":"\#(state.marginMode)","leverage":"\#(state.leverage)"}]}"#
        case "set-leverage":
            return try setUnifiedLeverage(body, &state)
        case "assets":
            return #"{"accountEquity":"1000","assets":[{"coin":"USDT","equity":"1000","available":"900"},"#
                + #"{"coin":"BTC","equity":"\#(state.exchange.isSpot ? state.exchange.long : .zero)","available":"#
                + #""\#(state.exchange.isSpot ? state.exchange.long : .zero)"}]}"#
        case "current-position": return unifiedPositions(state)
        case "place-order": return try placeUnified(body, client, &state)
        case "cancel-order":
            let order = try state.exchange.cancel(id: body["orderId"] as? String, client: body["clientOid"] as? String)
            return #"{"orderId":"\#(order.id)","clientOid":"\#(order.client)"}"#
        case "order-info":
            guard let order = state.exchange.look(id: request.query["orderId"], client: request.query["clientOid"])
            else { throw ModelExchange.Refusal(code: "25204", message: "Order does not exist") }
            return unifiedRow(order)
        case "unfilled-orders", "history-orders":
            let isOpen = name == "unfilled-orders"
            let rows = state.exchange.orders.filter { ($0.state == "live") == isOpen }.map(unifiedRow)
            return #"{"list":[\#(rows.joined(separator: ","))],"cursor":"1"}"#
        case "fills": return try unifiedFills(request, state)
        case "place-strategy-order": return try protectUnified(body, client, &state)
        case "cancel-strategy-order":
            let id = body["orderId"] as? String
            guard let place = state.exchange.plans.firstIndex(where: { $0.id == id && $0.state == "live" }) else {
                throw ModelExchange.Refusal(code: "43025", message: "Plan order does not exist")
            }
            state.exchange.plans[place].state = "cancelled"
            return #"{"orderId":"\#(state.exchange.plans[place].id)"}"#
        case "unfilled-strategy-orders", "history-strategy-orders":
            let isOpen = name == "unfilled-strategy-orders"
            let isMeant = request.query["type"] != "trigger"
            let plans = state.exchange.plans.filter { isMeant && ($0.state == "live") == isOpen }
            let after = state.ignoresCursors ? nil : request.query["cursor"]
            let rows = page(plans, after: after, state.pageSize, \.id).map(strategyRow)
            let list = "[\(rows.joined(separator: ","))]"
            return isOpen ? list : #"{"list":\#(list),"cursor":""}"#
        default: throw UnknownPath()
        }
    }

    /// Crossed margin is that of a call without a mode; isolated sides have leverages of their own.
    private func setUnifiedLeverage(_ body: [String: Any], _ state: inout State) throws -> String {
        guard (body["marginMode"] as? String == "isolated") == (body["posSide"] != nil) else {
            throw ModelExchange.Refusal(code: "25200", message: "posSide validation error")
        }
        if !state.forgetsSettings {
            state.leverage = body["leverage"] as? String ?? ""
            state.marginMode = body["marginMode"] as? String ?? "crossed"
        }
        return #""success""#
    }

    /// Executions, newest first.
    private func unifiedFills(_ request: StandInRequest, _ state: State) throws -> String {
        let rows = try trades(request, state).map { trade in
            #"{"execId":"\#(trade.id)","orderId":"\#(trade.order.id)","clientOid":"\#(trade.order.client)","#
                + #""symbol":"BTCUSDT","side":"#
                + #""\#(trade.order.side.rawValue)","execPrice":"\#(trade.price)","execQty":"\#(trade.size)","#
                + #""feeDetail":[{"feeCoin":"USDT","fee":"\#(trade.fee)"}],"createdTime":"\#(trade.at)"}"#
        }
        return #"{"list":[\#(rows.joined(separator: ","))],"cursor":null}"#
    }

    private func placeUnified(_ body: [String: Any], _ client: String, _ state: inout State) throws -> String {
        let hold = body["posSide"] as? String
        guard (hold != nil) == state.exchange.isHedge else {
            throw ModelExchange.Refusal(code: state.modeCode, message: "Incorrect position open type")
        }
        guard let side = Side(rawValue: body["side"] as? String ?? ""), body["category"] != nil else {
            throw ModelExchange.Refusal(code: "40017", message: "Parameter verification failed")
        }
        guard (1...32).contains(client.utf8.count), hold == nil || body["reduceOnly"] == nil else {
            throw ModelExchange.Refusal(code: "25200", message: "clientOid or reduceOnly validation error")
        }
        let isLong = hold.map { $0 == "long" }
        let closes = isLong.map { $0 == (side == .sell) } ?? (body["reduceOnly"] as? String == "yes")
        // Without a margin mode it is crossed, whatever the symbol is set to.
        state.openedIn = body["marginMode"] as? String ?? "crossed"
        let order = try state.exchange.place(
            client: client, side: side, isLong: isLong, closes: closes,
            size: Self.quantity(body["qty"]), limit: Self.price(body["price"]),
            immediate: body["timeInForce"] as? String == "ioc")
        return #"{"orderId":"\#(order.id)","clientOid":"\#(client)"}"#
    }

    private func protectUnified(_ body: [String: Any], _ client: String, _ state: inout State) throws -> String {
        guard let trigger = Self.price(body["stopLoss"]) ?? Self.price(body["takeProfit"]),
            body["tpslMode"] as? String == "partial", (1...32).contains(client.utf8.count),
            // Without it, a one-way order of this side would open.
            state.exchange.isHedge ? body["posSide"] != nil : body["reduceOnly"] as? String == "yes"
        else { throw ModelExchange.Refusal(code: "40017", message: "Parameter verification failed") }
        let isLong = body["posSide"].map { $0 as? String == "long" } ?? (body["side"] as? String == "sell")
        let plan = try state.exchange.protect(
            client: client, type: body["stopLoss"] == nil ? "profit" : "loss", isLong: isLong,
            size: Self.quantity(body["qty"]), trigger: trigger)
        return #"{"orderId":"\#(plan.id)","clientOid":"\#(client)"}"#
    }

    private func unifiedPositions(_ state: State) -> String {
        func row(_ side: String, _ size: Quantity) -> String {
            #"{"symbol":"BTCUSDT","posSide":"\#(side)","total":"\#(size)","available":"\#(size)","avgPrice":"100"}"#
        }
        var rows: [String] = []
        let (long, short) = (state.exchange.long, state.exchange.short)
        if !state.exchange.isSpot, long > .zero { rows.append(row("long", long)) }
        if long < .zero { rows.append(row("short", long.magnitude)) }
        if short > .zero { rows.append(row("short", short)) }
        return #"{"list":[\#(rows.joined(separator: ","))]}"#
    }

    func unifiedRow(_ order: ModelExchange.Order) -> String {
        #"{"orderId":"\#(order.id)","clientOid":"\#(order.client)","symbol":"BTCUSDT","qty":"\#(order.size)","#
            + #""price":"\#(order.limit.map(\.description) ?? "")","side":"\#(order.side.rawValue)","orderType":"#
            + #""\#(order.limit == nil ? "market" : "limit")","cumExecQty":"\#(order.filled)","cumExecValue":"0","#
                + #"""
                "orderStatus":"\#(order.state)","reduceOnly":"\#(order.closes ? "yes" : "no")","createdTime":"\#
                \#(order.at)","delegateType":"\#(order.source)"}
                """#
    }

    /// As documented: no side, no mode, and nothing of the order that it became.
    private func strategyRow(_ plan: ModelExchange.Plan) -> String {
        let level = plan.type == "loss" ? "stopLoss" : "takeProfit"
        let words = ["live": "pending", "executed": "success"]
        return #"{"orderId":"\#(plan.id)","clientOid":"\#(plan.client)","symbol":"BTCUSDT","qty":"\#(plan.size)","#
            + #""posSide":"\#(plan.isLong ? "long" : "short")","\#(level)":"\#(plan.trigger)","status":"#
            + #""\#(words[plan.state] ?? plan.state)","createdTime":"\#(plan.at)","updatedTime":"\#(plan.at)"}"#
    }
}
