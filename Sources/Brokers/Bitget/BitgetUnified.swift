package import Core

/// Version 3, for unified accounts.
///
/// Sides are those of the trade in every mode, fees are positive, and lists come as `{list, cursor}`.
package struct BitgetUnified: BitgetDialect {
    package let family = BitgetFamily.unified
    let market: BitgetMarket
    let settings: BitgetSettings

    /// The language as a client of these settings speaks it.
    package init(_ settings: BitgetSettings) {
        (market, self.settings) = (settings.market, settings)
    }

    var isSpot: Bool { market == .spot }
    var category: String { isSpot ? "SPOT" : BitgetSettings.productType }
    static let root = "/api/v3"

    func body(_ members: [(String, String?)]) -> BitgetBody {
        .object(members.map { ($0.0, BitgetBody.maybe($0.1)) })
    }

    /// The member that names the position in hedge mode: what a reducing sale closes is long.
    func posSide(_ request: OrderRequest, _ stance: BitgetStance) -> String? {
        guard stance.isHedge, !isSpot else { return nil }
        let isLong = (request.side == .buy) != request.reduceOnly
        return isLong ? "long" : "short"
    }
}

// MARK: Orders

extension BitgetUnified {
    package func place(
        _ request: OrderRequest, _ stance: BitgetStance, cap: Price?
    ) -> BitgetQuestion<BitgetPlaced> {
        var (type, price, force): (String, Price?, String?) = ("market", nil, nil)
        if case .limit(let limit) = request.kind { (type, price, force) = ("limit", limit, "gtc") }
        if let cap { (type, price, force) = ("limit", cap, "ioc") }
        let side = posSide(request, stance)
        let body = body([
            ("category", category), ("symbol", request.symbol.name), ("qty", request.quantity.description),
            ("price", price?.description), ("side", request.side.rawValue), ("orderType", type),
            ("timeInForce", force), ("posSide", side), ("clientOid", request.clientID.text),
            ("reduceOnly", isSpot ? nil : (request.reduceOnly ? "yes" : "no")),
            ("marginMode", isSpot ? nil : settings.marginMode?.rawValue),
        ])
        return BitgetQuestion(
            .post("\(Self.root)/trade/place-order", body, urgency: urgency(of: request)), BitgetReading.placed)
    }

    package func cancel(_ reference: OrderReference, _ symbol: Symbol) -> BitgetQuestion<BitgetPlaced> {
        let body = body([
            ("category", category), ("symbol", symbol.name), ("orderId", reference.named("orderId")),
            ("clientOid", reference.named("clientOid")),
        ])
        return BitgetQuestion(.post("\(Self.root)/trade/cancel-order", body, urgency: .vital), BitgetReading.placed)
    }

    package func cancelAll(_ symbol: Symbol?) -> BitgetQuestion<Bool> {
        let body = body([("category", category), ("symbol", symbol?.name)])
        let call = BitgetCall.post("\(Self.root)/trade/cancel-symbol-order", body, perSecond: 5, urgency: .vital)
        return BitgetQuestion(call) { _ throws(VenueError) in true }
    }

    package func order(_ reference: OrderReference, _ symbol: Symbol) -> BitgetQuestion<BitgetOrder?> {
        let path = "\(Self.root)/trade/order-info"
        let query: [(String, String?)] = [
            ("category", category), ("symbol", symbol.name), ("orderId", reference.named("orderId")),
            ("clientOid", reference.named("clientOid")),
        ]
        return BitgetQuestion(.get(path, query, urgency: .vital)) { data throws(VenueError) in
            let row = data.isObject ? data["list"]?.elements.first ?? data : data.elements.first
            guard let row, row.isObject, row["orderId"]?.nonEmpty != nil else { return nil }
            return try readOrder(row, path, symbol)
        }
    }

    package func openOrders(after cursor: String?) -> BitgetQuestion<BitgetPage<BitgetOrder>> {
        orders("\(Self.root)/trade/unfilled-orders", nil, cursor)
    }

    package func endedOrders(_ symbol: Symbol, after cursor: String?) -> BitgetQuestion<BitgetPage<BitgetOrder>> {
        orders("\(Self.root)/trade/history-orders", symbol, cursor)
    }

    private func orders(
        _ path: String, _ symbol: Symbol?, _ cursor: String?
    ) -> BitgetQuestion<BitgetPage<BitgetOrder>> {
        let query: [(String, String?)] = [
            ("category", category), ("symbol", symbol?.name), ("cursor", cursor), ("limit", "100"),
        ]
        return BitgetQuestion(.get(path, query)) { data throws(VenueError) in
            let rows = BitgetReading.rows(data, "list")
            var orders: [BitgetOrder] = []
            for row in rows { orders.append(try readOrder(row, path, nil)) }
            return BitgetPage(rows: orders, next: Self.next(data, rows.count))
        }
    }

    static func next(_ data: JSONValue, _ count: Int) -> String? {
        count >= 100 ? data["cursor"]?.nonEmpty : nil
    }

    package func fills(since: Timestamp, after cursor: String?) -> BitgetQuestion<BitgetPage<BitgetFill>> {
        let path = "\(Self.root)/trade/fills"
        let query: [(String, String?)] = [
            ("category", category), ("startTime", String(since.milliseconds)), ("cursor", cursor), ("limit", "100"),
        ]
        return BitgetQuestion(.get(path, query, urgency: .vital)) { data throws(VenueError) in
            let rows = BitgetReading.rows(data, "list", "fillList")
            var fills: [BitgetFill] = []
            for row in rows { fills.append(try readFill(row, path)) }
            return BitgetPage(rows: fills, next: Self.next(data, rows.count))
        }
    }

    package func flashClose(_ symbol: Symbol, isLong: Bool?) -> BitgetQuestion<[String]> {
        let body = body([
            ("category", category), ("symbol", symbol.name), ("posSide", isLong.map { $0 ? "long" : "short" }),
        ])
        let call = BitgetCall.post("\(Self.root)/trade/close-positions", body, perSecond: 1, urgency: .vital)
        return BitgetQuestion(call) { data throws(VenueError) in
            BitgetReading.rows(data, "list", "successList").compactMap { $0["orderId"]?.nonEmpty }
        }
    }
}

// MARK: Rows

extension BitgetUnified {
    /// An order of any list or of a stream.
    func readOrder(_ row: JSONValue, _ what: String, _ asked: Symbol?) throws(VenueError) -> BitgetOrder {
        let filled = Quantity(row.first("cumExecQty", "filledQty")?.decimal ?? .zero)
        return BitgetOrder(
            orderID: try BitgetReading.text(row, what, "orderId"), clientText: row["clientOid"]?.nonEmpty,
            symbol: try asked.orRead(row, what), side: try BitgetReading.side(row["side"], what),
            kind: BitgetReading.kind(row, price: row["price"]),
            quantity: Quantity(try BitgetReading.decimal(row, what, "qty", "size")), filled: filled,
            state: BitgetReading.state(row.first("orderStatus", "status", "state"), filled: filled),
            reason: row["cancelReason"]?.nonEmpty, at: BitgetReading.moment(row),
            reducesOnly: row["reduceOnly"]?.flag ?? false)
    }

    /// An execution.
    func readFill(_ row: JSONValue, _ what: String) throws(VenueError) -> BitgetFill {
        let price = try BitgetReading.decimal(row, what, "execPrice", "price", "priceAvg")
        let quantity = try BitgetReading.decimal(row, what, "execQty", "qty", "size", "baseVolume")
        guard price > .zero, quantity > .zero else { throw BitgetReading.malformed("execPrice or execQty", what) }
        return BitgetFill(
            tradeID: try BitgetReading.text(row, what, "execId", "tradeId"),
            orderID: try BitgetReading.text(row, what, "orderId"), clientText: row["clientOid"]?.nonEmpty,
            symbol: try BitgetReading.symbol(row, what), side: try BitgetReading.side(row["side"], what),
            price: Price(price), quantity: Quantity(quantity),
            fees: BitgetReading.fees(row["feeDetail"], chargedIsNegative: false), at: BitgetReading.moment(row))
    }

    /// A strategy order that protects a position.
    func readStrategy(_ row: JSONValue, _ what: String) throws(VenueError) -> BitgetOrder {
        let stop = row["stopLoss"]?.decimal.flatMap { $0 > .zero ? Price($0) : nil }
        let profit = row["takeProfit"]?.decimal.flatMap { $0 > .zero ? Price($0) : nil }
        let other = row["triggerPrice"]?.decimal.flatMap { $0 > .zero ? Price($0) : nil }
        let filled = Quantity(row.first("cumExecQty", "filledQty")?.decimal ?? .zero)
        let kind: OrderKind =
            if let stop { .stop(trigger: stop) } else if let profit {
                .takeProfit(trigger: profit)
            } else { .stop(trigger: other ?? Price(.zero)) }
        return BitgetOrder(
            orderID: try BitgetReading.text(row, what, "orderId"), clientText: row["clientOid"]?.nonEmpty,
            symbol: try BitgetReading.symbol(row, what), side: try strategySide(row, what), kind: kind,
            quantity: Quantity(row.first("qty", "size")?.decimal ?? .zero), filled: filled,
            state: BitgetReading.state(row.first("status", "orderStatus", "planStatus"), filled: filled),
            reason: nil, at: BitgetReading.moment(row), reducesOnly: stop != nil || profit != nil, isPlan: true,
            planType: row["tpslMode"]?.nonEmpty, executedAs: row.first("executeOrderId", "execOrderId")?.nonEmpty)
    }

    private func strategySide(_ row: JSONValue, _ what: String) throws(VenueError) -> Side {
        if let hold = row["posSide"] {
            if hold.isWord("long") { return .sell }
            if hold.isWord("short") { return .buy }
        }
        return try BitgetReading.side(row["side"], what)
    }

    /// A position. The sign is in `posSide`, or in the amount where there is only one side.
    func readPosition(_ row: JSONValue, _ what: String) throws(VenueError) -> BitgetPosition {
        let total = try BitgetReading.decimal(row, what, "total", "qty", "size")
        let hold = row.first("posSide", "holdSide")
        let isShort = hold?.isWord("short") == true || hold?.isWord("sell") == true
        let price = row.first("avgPrice", "openPriceAvg")?.decimal
        return BitgetPosition(
            symbol: try BitgetReading.symbol(row, what),
            quantity: Quantity(isShort ? -total.magnitude : total),
            available: Quantity((row["available"]?.decimal ?? total).magnitude),
            averagePrice: price.flatMap { $0 > .zero ? Price($0) : nil })
    }
}
