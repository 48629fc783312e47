import Core

/// The questions about the account and its orders.
struct TinkoffMethods: Sendable {
    /// The account asked about.
    let account: String

    private static func rows<Row>(
        _ message: JSONValue, _ key: StaticString, _ read: (JSONValue) throws(VenueError) -> Row
    ) throws(VenueError) -> [Row] {
        var rows: [Row] = []
        for row in message[key]?.elements ?? [] { rows.append(try read(row)) }
        return rows
    }

    // MARK: Orders

    private static let statuses: JSONBody = .list(
        ["NEW", "PARTIALLYFILL", "FILL", "CANCELLED", "REJECTED"].map { .text("EXECUTION_REPORT_STATUS_\($0)") })

    /// All orders of today, ended ones included.
    func orders() -> TinkoffQuestion<[TinkoffOrder]> {
        let body = JSONBody([
            "accountId": .text(account), "advancedFilters": JSONBody(["executionStatus": Self.statuses]),
        ])
        return TinkoffQuestion(TinkoffCall("OrdersService/GetOrders", body, .reads, .vital)) {
            message throws(VenueError) in
            try Self.rows(message, "orders", TinkoffReading.order)
        }
    }

    /// One order, by the venue's name or by ours.
    func order(_ id: String, isRequest: Bool) -> TinkoffQuestion<TinkoffOrder> {
        let body = JSONBody([
            "accountId": .text(account), "orderId": .text(id), "priceType": "PRICE_TYPE_CURRENCY",
            "orderIdType": isRequest ? "ORDER_ID_TYPE_REQUEST" : "ORDER_ID_TYPE_EXCHANGE",
        ])
        return TinkoffQuestion(
            TinkoffCall("OrdersService/GetOrderState", body, .reads, .vital), TinkoffReading.order)
    }

    /// What an order is sent with.
    struct Draft: Sendable {
        let share: TinkoffShare
        let request: OrderRequest
        let lots: TinkoffLots
        let key: String
        /// Whether it may open a position that is not covered by assets.
        let isMargin: Bool
        /// Whether only orders at the best price are taken now.
        let isBestPrice: Bool
    }

    /// Sends a market or limit order; nil when its price has too many digits for the wire.
    ///
    /// - Returns: The venue's name for it and whether it was refused at once. Amounts of money in this answer mean
    ///   something else than in all others, and are not read.
    func place(_ draft: Draft) -> TinkoffQuestion<TinkoffPlaced>? {
        let request = draft.request
        var price: JSONBody?
        if case .limit(let limit) = request.kind {
            guard let written = TinkoffNumber.write(limit.value) else { return nil }
            price = written
        }
        let type = price != nil ? "LIMIT" : draft.isBestPrice ? "BESTPRICE" : "MARKET"
        let body = JSONBody([
            "accountId": .text(account), "instrumentId": .text(draft.share.uid),
            "quantity": .text("\(draft.lots.count)"), "price": price,
            "direction": .text(request.side == .buy ? "ORDER_DIRECTION_BUY" : "ORDER_DIRECTION_SELL"),
            "orderType": .text("ORDER_TYPE_\(type)"), "timeInForce": price == nil ? nil : "TIME_IN_FORCE_DAY",
            "orderId": .text(draft.key), "confirmMarginTrade": .flag(draft.isMargin),
        ])
        return TinkoffQuestion(TinkoffCall("OrdersService/PostOrder", body, .repeats, request.urgency)) {
            message throws(VenueError) in
            let done = TinkoffReading.lots(message["lotsExecuted"])
            let state = TinkoffReading.state(message["executionReportStatus"], done: done)
            // What was refused at once may have got no name.
            let orderID =
                state == .rejected
                ? message["orderId"]?.string ?? ""
                : try TinkoffReading.text(message, "the answer to an order", "orderId")
            return TinkoffPlaced(orderID: orderID, state: state, done: done, reason: message["message"]?.nonEmpty)
        }
    }

    /// Asks to cancel an order.
    func cancel(_ orderID: String) -> TinkoffQuestion<Bool> {
        let body = JSONBody(["accountId": .text(account), "orderId": .text(orderID)])
        return TinkoffQuestion(TinkoffCall("OrdersService/CancelOrder", body, .repeats, .vital)) { _ in true }
    }

    // MARK: Stop orders

    /// Stop orders of one state; for those that ended, of the last days.
    func stops(_ status: String, from: Timestamp? = nil, to: Timestamp? = nil) -> TinkoffQuestion<[TinkoffStop]> {
        let body = JSONBody([
            "accountId": .text(account), "status": .text("STOP_ORDER_STATUS_\(status)"),
            "from": .maybe(from.map(TinkoffTime.write)), "to": .maybe(to.map(TinkoffTime.write)),
        ])
        return TinkoffQuestion(TinkoffCall("StopOrdersService/GetStopOrders", body, .reads, .vital)) {
            message throws(VenueError) in
            var stops = try Self.rows(message, "stopOrders", TinkoffReading.stop)
            // Whatever it is called, what is listed as active waits.
            for index in stops.indices where status == "ACTIVE" && stops[index].state == .unclear {
                stops[index].state = .waiting
            }
            return stops
        }
    }

    /// Places a stop or take-profit that becomes an order at market; nil when its level has too many digits.
    func protect(_ draft: Draft, trigger: Price, expires: Timestamp?) -> TinkoffQuestion<String>? {
        guard let level = TinkoffNumber.write(trigger.value) else { return nil }
        var takesProfit = false
        if case .takeProfit = draft.request.kind { takesProfit = true }
        let expiry = expires == nil ? "GOOD_TILL_CANCEL" : "GOOD_TILL_DATE"
        let body = JSONBody([
            "accountId": .text(account), "instrumentId": .text(draft.share.uid),
            "quantity": .text("\(draft.lots.count)"), "stopPrice": level,
            "direction": .text(draft.request.side == .buy ? "STOP_ORDER_DIRECTION_BUY" : "STOP_ORDER_DIRECTION_SELL"),
            "expirationType": .text("STOP_ORDER_EXPIRATION_TYPE_\(expiry)"),
            "expireDate": .maybe(expires.map(TinkoffTime.write)),
            "stopOrderType": .text(takesProfit ? "STOP_ORDER_TYPE_TAKE_PROFIT" : "STOP_ORDER_TYPE_STOP_LOSS"),
            // Refused beside a stop-loss, which is at market anyway.
            "exchangeOrderType": takesProfit ? "EXCHANGE_ORDER_TYPE_MARKET" : nil,
            "takeProfitType": takesProfit ? "TAKE_PROFIT_TYPE_REGULAR" : nil, "orderId": .text(draft.key),
            "confirmMarginTrade": .flag(draft.isMargin),
        ])
        return TinkoffQuestion(TinkoffCall("StopOrdersService/PostStopOrder", body, .changes, .vital)) {
            message throws(VenueError) in
            try TinkoffReading.text(message, "the answer to a stop order", "stopOrderId")
        }
    }

    /// Asks to cancel a stop order.
    func unprotect(_ stopID: String) -> TinkoffQuestion<Bool> {
        let body = JSONBody(["accountId": .text(account), "stopOrderId": .text(stopID)])
        return TinkoffQuestion(TinkoffCall("StopOrdersService/CancelStopOrder", body, .repeats, .vital)) { _ in true }
    }

    // MARK: The account

    /// Money and holdings.
    func positions() -> TinkoffQuestion<TinkoffBalance> {
        let body = JSONBody(["accountId": .text(account)])
        return TinkoffQuestion(
            TinkoffCall("OperationsService/GetPositions", body, .reads, .vital), TinkoffReading.balance)
    }

    /// Average entry prices by uid.
    func averages() -> TinkoffQuestion<[String: Price]> {
        let body = JSONBody(["accountId": .text(account)])
        return TinkoffQuestion(TinkoffCall("OperationsService/GetPortfolio", body, .reads, .reading)) { message in
            var found: [String: Price] = [:]
            for row in message["positions"]?.elements ?? [] {
                guard let uid = row["instrumentUid"]?.nonEmpty,
                    let price = TinkoffReading.price(row["averagePositionPrice"])
                else { continue }
                found[uid] = price
            }
            return found
        }
    }

    /// Executions of some time, a page. Operations change their names with time; their trades do not.
    func executions(
        from: Timestamp, to: Timestamp, cursor: String?
    ) -> TinkoffQuestion<(rows: [TinkoffPastTrade], next: String?)> {
        let body = JSONBody([
            "accountId": .text(account), "from": .text(TinkoffTime.write(from)), "to": .text(TinkoffTime.write(to)),
            "cursor": .maybe(cursor), "limit": 500,
            "operationTypes": [
                "OPERATION_TYPE_BUY", "OPERATION_TYPE_SELL", "OPERATION_TYPE_BUY_MARGIN", "OPERATION_TYPE_SELL_MARGIN",
            ], "state": "OPERATION_STATE_EXECUTED", "withoutCommissions": true,
        ])
        return TinkoffQuestion(TinkoffCall("OperationsService/GetOperationsByCursor", body)) { message in
            let rows = (message["items"]?.elements ?? []).flatMap { TinkoffPastTrade.read($0) }
            let hasNext = message["hasNext"]?.flag ?? false
            return (rows, hasNext ? message["nextCursor"]?.string ?? "" : nil)
        }
    }
}

/// What sending an order came to.
struct TinkoffPlaced: Sendable {
    /// The venue's name for it.
    let orderID: String
    /// Where it is already.
    let state: OrderState
    /// Executed already.
    let done: TinkoffLots
    /// Why it was refused.
    let reason: String?
}

/// An execution of a day that orders are not listed of any more.
struct TinkoffPastTrade: Sendable {
    let tradeID: String
    let uid: String
    let ticker: String?
    let side: Side
    let price: Price
    let pieces: TinkoffPieces
    let fee: Money
    let at: Timestamp

    static func read(_ item: JSONValue) -> [TinkoffPastTrade] {
        let type = item["type"]?.string ?? ""
        let side: Side = type.contains("SELL") ? .sell : .buy
        guard let uid = item["instrumentUid"]?.nonEmpty ?? item["figi"]?.nonEmpty else { return [] }
        var fee = (TinkoffNumber.read(item["commission"]) ?? .zero).magnitude
        return (item["tradesInfo"]?["trades"]?.elements ?? []).compactMap { trade in
            guard let id = trade["num"]?.nonEmpty, let price = TinkoffReading.price(trade["price"]),
                let count = trade["quantity"]?.integer, count > 0
            else { return nil }
            // An operation's commission is told once, for all its trades.
            defer { fee = .zero }
            return TinkoffPastTrade(
                tradeID: id, uid: uid, ticker: item["ticker"]?.nonEmpty, side: side, price: price,
                pieces: TinkoffPieces(count), fee: Money(fee),
                at: TinkoffReading.moment(trade["date"]) ?? TinkoffReading.moment(item["date"]) ?? .epoch)
        }
    }
}

extension OrderRequest {
    /// How urgent sending it is.
    var urgency: RequestUrgency { reduceOnly || !purpose.mayOpen ? .vital : .entry }
}
