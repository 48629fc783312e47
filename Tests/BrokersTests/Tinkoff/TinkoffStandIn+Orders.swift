import Brokers
import Core
import Foundation
import Synchronization

extension TinkoffStandIn {
    /// Moves the price: resting orders and stops that it reaches execute.
    func move(to price: FixedDecimal) {
        state.withLock { state in
            state.last = price
            for index in state.stops.indices where state.stops[index].status == "ACTIVE" {
                let stop = state.stops[index]
                let falls = stop.isBuy == stop.takesProfit
                guard falls ? price <= stop.trigger : price >= stop.trigger else { continue }
                state.stops[index].firedAt = state.manner.firedAgo.map { Self.now() - $0 }
                state.stops[index].status = "EXECUTED"
                if state.manner.isBarren { continue }
                state.count += 1
                // The child carries a name that the API invents.
                var child = Entry(
                    id: "\(state.count)", key: "0b9d6b0a-3c8e-4f0e-9a1b-\(1_000_000_000_000 + state.count)",
                    isBuy: stop.isBuy, isLimit: false, price: price, lots: stop.lots, at: Self.now())
                child.hiddenFor = state.manner.childLag
                // What is not listed has not executed yet.
                if child.hiddenFor == 0 { Self.fill(&child, &state) }
                state.orders.append(child)
                state.stops[index].child = child.id
            }
            for index in state.orders.indices where state.orders[index].status == "NEW" && state.orders[index].isLimit {
                var order = state.orders[index]
                guard order.isBuy ? price <= order.price : price >= order.price else { continue }
                Self.fill(&order, &state)
                state.orders[index] = order
            }
        }
    }

    /// A part of the newest order executes.
    func execute(_ lots: Int64) {
        state.withLock { state in
            guard let last = state.orders.indices.last else { return }
            var order = state.orders[last]
            Self.take(lots, &order, &state)
            order.status = order.done == order.lots ? "FILL" : "PARTIALLYFILL"
            state.orders[last] = order
        }
    }

    static func orders(_ method: String, _ body: [String: Any], _ state: inout State) -> StandInAnswer {
        switch method {
        case "OrdersService/PostOrder": return post(body, &state)
        case "OrdersService/GetOrders":
            for index in state.orders.indices {
                let wasHidden = state.orders[index].hiddenFor > 0
                state.orders[index].hiddenFor = max(0, state.orders[index].hiddenFor - 1)
                var order = state.orders[index]
                if wasHidden, order.hiddenFor == 0, !order.isLimit, order.status == "NEW" { Self.fill(&order, &state) }
                state.orders[index] = order
            }
            let rows = state.orders.filter { $0.hiddenFor == 0 && !$0.isPast }.map { text($0, state) }
            return ok(#"{"orders":[\#(rows.joined(separator: ","))]}"#)
        case "OrdersService/GetOrderState":
            let id = body["orderId"] as? String
            let isRequest = body["orderIdType"] as? String == "ORDER_ID_TYPE_REQUEST"
            let isTold = state.manner.tellsHidden
            guard
                let order = state.orders.first(where: {
                    (isRequest ? $0.key : $0.id) == id && ($0.hiddenFor == 0 || isTold)
                })
            else { return error(404, 5, "50005", "order not found") }
            return ok(text(order, state))
        case "OrdersService/CancelOrder":
            guard let index = state.orders.firstIndex(where: { $0.id == body["orderId"] as? String }) else {
                return error(404, 5, "50005", "order not found")
            }
            guard ["NEW", "PARTIALLYFILL"].contains(state.orders[index].status) else {
                return error(400, 3, "30059", "cancel order error")
            }
            state.orders[index].status = "CANCELLED"
            return ok(#"{"time":"\#(moment(now()))"}"#)
        case "OperationsService/GetPositions": return ok(positions(&state))
        case "OperationsService/GetPortfolio": return ok(#"{"positions":[]}"#)
        case "OperationsService/GetOperationsByCursor": return ok(operations(state))
        default: return stops(method, body, &state)
        }
    }

    private static func post(_ body: [String: Any], _ state: inout State) -> StandInAnswer {
        guard let key = body["orderId"] as? String, UUID(uuidString: key) != nil else {
            return error(400, 3, "30028", "order_id is invalid")
        }
        if let known = state.orders.first(where: { $0.key == key }) {
            return state.manner.duplicateIsError
                ? error(400, 3, "30057", "duplicate order") : ok(placed(known))
        }
        guard state.manner.isOpen else { return error(400, 3, "30079", "instrument is not available for trading") }
        let isBuy = body["direction"] as? String == "ORDER_DIRECTION_BUY"
        let lots = Int64(body["quantity"] as? String ?? "") ?? 0
        let isShort = !isBuy && state.pieces < lots * lot
        guard !isShort || body["confirmMarginTrade"] as? Bool == true else {
            return error(400, 3, "30240", "confirm margin trade")
        }
        state.count += 1
        var order = Entry(
            id: "\(state.count)", key: key, isBuy: isBuy,
            isLimit: body["orderType"] as? String == "ORDER_TYPE_LIMIT", price: number(body["price"]), lots: lots,
            at: now())
        let crosses = isBuy ? state.last <= order.price : state.last >= order.price
        if !order.isLimit || crosses { fill(&order, &state) }
        state.orders.append(order)
        return ok(placed(order))
    }

    private static func placed(_ order: Entry) -> String {
        #"{"orderId":"\#(order.id)","executionReportStatus":"EXECUTION_REPORT_STATUS_NEW","lotsRequested":"#
            + #""\#(order.lots)","lotsExecuted":"0","orderRequestId":"\#(order.key)","#
            // The price of one share here, and of the whole in an order's state.
            + #""executedOrderPrice":{"currency":"rub","units":"0","nano":0},"#
            + #""responseMetadata":{"trackingId":"t","serverTime":"\#(moment(now()))"}}"#
    }

    private static func fill(_ order: inout Entry, _ state: inout State) {
        var left = order.lots - order.done
        let part = max(1, order.lots / max(1, state.manner.parts))
        while left > 0 {
            let lots = min(part, left)
            take(lots, &order, &state)
            left -= lots
        }
        order.status = "FILL"
        state.shown = Array(
            repeating: state.pieces - (order.isBuy ? 1 : -1) * order.lots * lot, count: state.manner.positionLag)
        // However seldom a busy client asks, the lag does not get longer than its patience.
        state.shownUntil = now() + 250
    }

    private static func take(_ lots: Int64, _ order: inout Entry, _ state: inout State) {
        state.count += 1
        order.trades.append((id: "T\(state.count)", price: state.last, lots: lots, at: now()))
        order.done += lots
        let pieces = (order.isBuy ? 1 : -1) * lots * lot
        state.pieces += pieces
        let worth = state.last.times(FixedDecimal(Int(pieces)))
        state.cash = state.cash - worth - worth.magnitude.times(FixedDecimal(units: 500_000_000))
        (state.lowest, state.highest) = (min(state.lowest, state.pieces), max(state.highest, state.pieces))
    }

    private static func text(_ order: Entry, _ state: State) -> String {
        let total = order.trades.reduce(FixedDecimal.zero) { $0 + $1.price.times(FixedDecimal(Int($1.lots * lot))) }
        let average = order.done == 0 ? FixedDecimal.zero : total.divided(by: FixedDecimal(Int(order.done * lot)))
        let stages = state.manner.stageUnit.map { unit in
            order.trades.map {
                #"{"price":\#(quotation($0.price)),"quantity":"\#(unit == "lots" ? $0.lots : $0.lots * lot)","#
                    + #""tradeId":"\#($0.id)","executionTime":"\#(moment($0.at))"}"#
            }
        }
        let fee = total.times(FixedDecimal(units: 500_000_000))
        let price = order.isLimit ? order.price : state.last
        return #"{"orderId":"\#(order.id)","executionReportStatus":"EXECUTION_REPORT_STATUS_\#(order.status)","#
            + #""lotsRequested":"\#(order.lots)","lotsExecuted":"\#(order.done)","#
            + #""executedOrderPrice":\#(quotation(total)),"averagePositionPrice":\#(quotation(average)),"#
            + #""executedCommission":\#(quotation(fee)),"initialSecurityPrice":\#(quotation(price)),"#
            + #""direction":"ORDER_DIRECTION_\#(order.isBuy ? "BUY" : "SELL")","#
            + #""orderType":"ORDER_TYPE_\#(order.isLimit ? "LIMIT" : "MARKET")","#
            + #""orderDate":"\#(moment(order.at))","instrumentUid":"\#(uid)","ticker":"SBER","#
            + #""stages":[\#((stages ?? []).joined(separator: ","))],"orderRequestId":"\#(order.key)"}"#
    }

    private static func operations(_ state: State) -> String {
        let items = state.orders.filter { $0.isPast && $0.done > 0 }.map { order in
            let trades = order.trades.map {
                #"{"num":"\#($0.id)","date":"\#(moment($0.at))","quantity":"\#($0.lots * lot)","#
                    + #""price":\#(quotation($0.price))}"#
            }
            return
                #"{"type":"OPERATION_TYPE_\#(order.isBuy ? "BUY" : "SELL")","instrumentUid":"\#(uid)","ticker":"SBER","#
                + #""date":"\#(moment(order.at))","tradesInfo":{"trades":[\#(trades.joined(separator: ","))]}}"#
        }
        return #"{"hasNext":false,"items":[\#(items.joined(separator: ","))]}"#
    }

    private static func positions(_ state: inout State) -> String {
        if now() > state.shownUntil { state.shown = [] }
        let pieces = state.shown.isEmpty ? state.pieces : state.shown.removeFirst()
        let row =
            #"{"figi":"BBG004730N88","blocked":"0","balance":"\#(pieces)","instrumentUid":"\#(uid)","#
            + #""ticker":"SBER","instrumentType":"share"}"#
        return #"{"money":[{"currency":"rub",\#(quotation(state.cash).dropFirst())],"blocked":[],"#
            + #""securities":[\#(pieces == 0 ? "" : row)],"limitsLoadingInProgress":false}"#
    }

    private static func stops(_ method: String, _ body: [String: Any], _ state: inout State) -> StandInAnswer {
        switch method {
        case "StopOrdersService/PostStopOrder":
            state.count += 1
            let id = "98a492f4-77d6-4107-8f79-\(1_000_000_000_000 + state.count)"
            state.stops.append(
                Stop(
                    id: id, isBuy: body["direction"] as? String == "STOP_ORDER_DIRECTION_BUY",
                    takesProfit: body["stopOrderType"] as? String == "STOP_ORDER_TYPE_TAKE_PROFIT",
                    lots: Int64(body["quantity"] as? String ?? "") ?? 0, trigger: number(body["stopPrice"]),
                    expires: body["expireDate"] as? String, at: now()))
            return ok(#"{"stopOrderId":"\#(id)","orderRequestId":"\#(body["orderId"] as? String ?? "")"}"#)
        case "StopOrdersService/GetStopOrders":
            let wanted = (body["status"] as? String ?? "").replacing("STOP_ORDER_STATUS_", with: "")
            let from = state.manner.listsStopsByPlacing ? (body["from"] as? String ?? "") : ""
            let listed = state.stops.filter { now() - $0.at >= state.manner.stopLag && moment($0.at) >= from }
            let rows = listed.filter { wanted == "ALL" || $0.status == wanted }.map { stop in
                #"{"stopOrderId":"\#(stop.id)","lotsRequested":"\#(stop.lots)","direction":"#
                    + #""STOP_ORDER_DIRECTION_\#(stop.isBuy ? "BUY" : "SELL")","orderType":"STOP_ORDER_TYPE_"#
                    + #"\#(stop.takesProfit ? "TAKE_PROFIT" : "STOP_LOSS")","createDate":"\#(moment(stop.at))","#
                    + (stop.expires.map { #""expirationTime":"\#($0)","# } ?? "")
                    + (stop.firedAt.map { #""activationDateTime":"\#(moment($0))","# } ?? "")
                    + (stop.child.map { #""exchangeOrderId":"\#($0)","# } ?? "")
                    + #""stopPrice":\#(quotation(stop.trigger)),"instrumentUid":"\#(uid)","ticker":"","#
                    + #""status":"STOP_ORDER_STATUS_\#(stop.status)"}"#
            }
            return ok(#"{"stopOrders":[\#(rows.joined(separator: ","))]}"#)
        case "StopOrdersService/CancelStopOrder":
            guard let index = state.stops.firstIndex(where: { $0.id == body["stopOrderId"] as? String }),
                state.stops[index].status == "ACTIVE"
            else { return error(404, 5, "50006", "stop order not found") }
            state.stops[index].status = "CANCELED"
            return ok(#"{"time":"\#(moment(now()))"}"#)
        default: return .reply(status: 501, headers: [:], body: "")
        }
    }

    // MARK: Numbers

    static func quotation(_ value: FixedDecimal) -> String {
        let total = value.units / 1000
        return #"{"units":"\#(total / 1_000_000_000)","nano":\#(total % 1_000_000_000)}"#
    }

    static func number(_ value: Any?) -> FixedDecimal {
        let parts = value as? [String: Any] ?? [:]
        let units = Int128((parts["units"] as? String) ?? "0") ?? 0
        let nano = Int128((parts["nano"] as? Int) ?? 0)
        return FixedDecimal(units: units * FixedDecimal.scale + nano * 1000)
    }
}
