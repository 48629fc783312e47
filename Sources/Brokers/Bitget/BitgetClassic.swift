package import Core

/// Version 2, for classic accounts.
package struct BitgetClassic: BitgetDialect {
    package let family = BitgetFamily.classic
    let market: BitgetMarket
    let settings: BitgetSettings

    /// The language as a client of these settings speaks it.
    package init(_ settings: BitgetSettings) {
        (market, self.settings) = (settings.market, settings)
    }

    var isSpot: Bool { market == .spot }
    static let mix = "/api/v2/mix"
    static let spot = "/api/v2/spot"

    /// The members that name the product in futures calls.
    var product: String? { isSpot ? nil : BitgetSettings.productType }
    var coin: String? { isSpot ? nil : BitgetSettings.marginCoin }

    package func flaw(_ id: ClientOrderID) -> String? {
        (1...49).contains(id.text.utf8.count) ? nil : "at most 49 characters"
    }

    func body(_ members: [(String, String?)]) -> BitgetBody {
        .object(members.map { ($0.0, BitgetBody.maybe($0.1)) })
    }
}

// MARK: Orders

extension BitgetClassic {
    package func place(
        _ request: OrderRequest, _ stance: BitgetStance, cap: Price?
    ) -> BitgetQuestion<BitgetPlaced> {
        var (type, price, force): (String, Price?, String?) = ("market", nil, nil)
        if case .limit(let limit) = request.kind { (type, price, force) = ("limit", limit, "gtc") }
        if let cap { (type, price, force) = ("limit", cap, "ioc") }
        let body: BitgetBody
        if isSpot {
            body = self.body([
                ("symbol", request.symbol.name), ("side", request.side.rawValue), ("orderType", type),
                ("force", force ?? "gtc"), ("size", request.quantity.description), ("price", price?.description),
                ("clientOid", request.clientID.text),
            ])
        } else {
            let closes = request.reduceOnly
            // In hedge mode the side names the position, not the trade: a long is closed by "buy".
            let side = stance.isHedge && closes ? request.side.opposite : request.side
            body = self.body([
                ("symbol", request.symbol.name), ("productType", product),
                ("marginMode", stance.marginMode.rawValue), ("marginCoin", coin),
                ("size", request.quantity.description), ("price", price?.description), ("side", side.rawValue),
                ("tradeSide", stance.isHedge ? (closes ? "close" : "open") : nil), ("orderType", type),
                ("force", force), ("clientOid", request.clientID.text),
                ("reduceOnly", stance.isHedge ? nil : (closes ? "YES" : "NO")),
            ])
        }
        let path = isSpot ? "\(Self.spot)/trade/place-order" : "\(Self.mix)/order/place-order"
        return BitgetQuestion(.post(path, body, urgency: urgency(of: request)), BitgetReading.placed)
    }

    package func cancel(
        _ reference: OrderReference, _ symbol: Symbol, list: String?
    ) -> BitgetQuestion<BitgetPlaced> {
        let body = body([
            ("symbol", symbol.name), ("productType", product), ("marginCoin", coin),
            ("orderId", reference.named("orderId")), ("clientOid", reference.named("clientOid")),
            ("tpslType", isSpot ? list : nil),
        ])
        let path = isSpot ? "\(Self.spot)/trade/cancel-order" : "\(Self.mix)/order/cancel-order"
        return BitgetQuestion(.post(path, body, urgency: .vital), BitgetReading.placed)
    }

    package func cancelAll(_ symbol: Symbol?) -> BitgetQuestion<Bool> {
        if isSpot {
            let body = body([("symbol", symbol?.name)])
            let call = BitgetCall.post("\(Self.spot)/trade/cancel-symbol-order", body, perSecond: 5, urgency: .vital)
            return BitgetQuestion(call) { _ throws(VenueError) in true }
        }
        let body = body([("symbol", symbol?.name), ("productType", product), ("marginCoin", coin)])
        let path = symbol == nil ? "\(Self.mix)/order/cancel-all-orders" : "\(Self.mix)/order/batch-cancel-orders"
        return BitgetQuestion(.post(path, body, urgency: .vital)) { data throws(VenueError) in
            try BitgetReading.allSucceeded(data, harmless: [.ended, .notFound], path)
        }
    }

    package func order(_ reference: OrderReference, _ symbol: Symbol) -> BitgetQuestion<BitgetOrder?> {
        let path = isSpot ? "\(Self.spot)/trade/orderInfo" : "\(Self.mix)/order/detail"
        let query: [(String, String?)] = [
            ("symbol", isSpot ? nil : symbol.name), ("productType", product),
            ("orderId", reference.named("orderId")), ("clientOid", reference.named("clientOid")),
        ]
        let call = BitgetCall.get(path, query, perSecond: isSpot ? 20 : 10, urgency: .vital)
        return BitgetQuestion(call) { data throws(VenueError) in
            let row = data.isObject ? data : data.elements.first
            guard let row, row.isObject else { return nil }
            return try readOrder(row, path, symbol)
        }
    }

    /// What a list of open orders is asked for besides: without a word each tells one kind alone, futures those that
    /// nothing of was filled, spot those without a trigger.
    private var lists: [(name: String, value: String?)] {
        isSpot ? [("tpslType", nil), ("tpslType", "tpsl")] : [("status", nil), ("status", "partially_filled")]
    }

    package var openOrderParts: Int { lists.count }

    package func openOrders(part: Int, after cursor: String?) -> BitgetQuestion<BitgetPage<BitgetOrder>> {
        let path = isSpot ? "\(Self.spot)/trade/unfilled-orders" : "\(Self.mix)/order/orders-pending"
        return orders(
            path,
            [
                ("productType", product), ("idLessThan", cursor), ("limit", "100"),
                (lists[part].name, lists[part].value),
            ],
            list: isSpot ? lists[part].value : nil)
    }

    package func endedOrders(_ symbol: Symbol, after cursor: String?) -> BitgetQuestion<BitgetPage<BitgetOrder>> {
        let path = isSpot ? "\(Self.spot)/trade/history-orders" : "\(Self.mix)/order/orders-history"
        return orders(
            path, [("productType", product), ("symbol", symbol.name), ("idLessThan", cursor), ("limit", "100")])
    }

    private func orders(
        _ path: String, _ query: [(String, String?)], list: String? = nil
    ) -> BitgetQuestion<BitgetPage<BitgetOrder>> {
        let call = BitgetCall.get(path, query, perSecond: isSpot ? 20 : 10)
        return BitgetQuestion(call) { data throws(VenueError) in
            let rows = BitgetReading.rows(data, "entrustedList", "orderList")
            let next = Self.next(data, rows.count, rows.last?["orderId"]?.nonEmpty)
            return try BitgetReading.page(rows, next: next) { row throws(VenueError) in
                var order = try readOrder(row, path, nil)
                order.list = list
                if list != nil { order.trigger = BitgetReading.price(row["triggerPrice"]) }
                return order
            }
        }
    }

    /// The next page begins where the venue says, or behind the last row of a full one.
    static func next(_ data: JSONValue, _ count: Int, _ last: String?) -> String? {
        guard count >= BitgetReading.shortestPage else { return nil }
        return data["endId"]?.nonEmpty ?? (count >= BitgetReading.fullPage ? last : nil)
    }

    /// Three months, of which the shortest has eighty-nine days.
    package var longestSpan: TimeSpan { BitgetSpan.reach }

    package func fills(_ span: BitgetSpan, after cursor: String?) -> BitgetQuestion<BitgetPage<BitgetFill>> {
        let path = isSpot ? "\(Self.spot)/trade/fills" : "\(Self.mix)/order/fills"
        let query: [(String, String?)] = [
            ("productType", product), ("startTime", String(span.start.milliseconds)),
            ("endTime", span.end.map { String($0.milliseconds) }), ("idLessThan", cursor), ("limit", "100"),
        ]
        return BitgetQuestion(.get(path, query, urgency: .vital)) { data throws(VenueError) in
            let rows = BitgetReading.rows(data, "fillList")
            let next = Self.next(data, rows.count, rows.last?["tradeId"]?.nonEmpty)
            return try BitgetReading.page(rows, next: next) { row throws(VenueError) in try readFill(row, path) }
        }
    }

    package func flashClose(_ symbol: Symbol, isLong: Bool?) -> BitgetQuestion<[String]> {
        // Never without the symbol: that would close every position of the account.
        let body = body([
            ("productType", product), ("symbol", symbol.name),
            ("holdSide", isLong.map { $0 ? "long" : "short" }),
        ])
        let path = "\(Self.mix)/order/close-positions"
        return BitgetQuestion(.post(path, body, perSecond: 1, urgency: .vital)) { data throws(VenueError) in
            _ = try BitgetReading.allSucceeded(data, path)
            return (data["successList"]?.elements ?? []).compactMap { $0["orderId"]?.nonEmpty }
        }
    }
}
