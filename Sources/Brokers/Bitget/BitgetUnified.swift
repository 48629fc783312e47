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

    /// The venue takes 32 characters: a UUID goes without its dashes.
    static func wireName(_ id: ClientOrderID) -> String {
        let parts = id.text.split(separator: "-", omittingEmptySubsequences: false)
        let bare = parts.joined()
        return parts.map(\.utf8.count) == uuidParts && bare.isHexadecimal ? bare : id.text
    }

    /// The name as it was given, from what the venue tells.
    static func ownName(_ text: String?) -> String? {
        guard let text, text.utf8.count == 32, text.isHexadecimal else { return text }
        var (rest, parts): (Substring, [Substring]) = (text[...], [])
        for length in uuidParts {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }

    private static let uuidParts = [8, 4, 4, 4, 12]

    package func flaw(_ id: ClientOrderID) -> String? {
        if Self.ownName(id.text) != id.text { return "32 hexadecimal digits are a UUID, which is written with dashes" }
        return (1...32).contains(Self.wireName(id).utf8.count) ? nil : "at most 32 characters, or a UUID"
    }

    /// The members that name an order.
    func naming(_ reference: OrderReference) -> [(String, String?)] {
        switch reference {
        case .client(let id): [("clientOid", Self.wireName(id))]
        case .venue(let id): [("orderId", id)]
        }
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
            ("timeInForce", force), ("posSide", side), ("clientOid", Self.wireName(request.clientID)),
            // In hedge mode side and posSide together say that it closes.
            ("reduceOnly", isSpot || stance.isHedge ? nil : (request.reduceOnly ? "yes" : "no")),
            // Left out, it would be crossed, whatever the symbol is set to.
            ("marginMode", isSpot ? nil : stance.marginMode.rawValue),
        ])
        return BitgetQuestion(
            .post("\(Self.root)/trade/place-order", body, urgency: urgency(of: request)), BitgetReading.placed)
    }

    package func cancel(
        _ reference: OrderReference, _ symbol: Symbol, list: String?
    ) -> BitgetQuestion<BitgetPlaced> {
        let body = body([("category", category), ("symbol", symbol.name)] + naming(reference))
        return BitgetQuestion(.post("\(Self.root)/trade/cancel-order", body, urgency: .vital), BitgetReading.placed)
    }

    package func cancelAll(_ symbol: Symbol?) -> BitgetQuestion<Bool> {
        let body = body([("category", category), ("symbol", symbol?.name)])
        let call = BitgetCall.post("\(Self.root)/trade/cancel-symbol-order", body, perSecond: 5, urgency: .vital)
        return BitgetQuestion(call) { data throws(VenueError) in
            let rows = BitgetReading.rows(data, "list")
            try BitgetReading.checkEach(rows, harmless: [.notFound, .ended], "cancel-symbol-order")
            return true
        }
    }

    package func order(_ reference: OrderReference, _ symbol: Symbol) -> BitgetQuestion<BitgetOrder?> {
        let path = "\(Self.root)/trade/order-info"
        let query = [("category", category), ("symbol", symbol.name)] + naming(reference)
        return BitgetQuestion(.get(path, query, urgency: .vital)) { data throws(VenueError) in
            let row = data.isObject ? data["list"]?.elements.first ?? data : data.elements.first
            guard let row, row.isObject, row["orderId"]?.nonEmpty != nil else { return nil }
            return try readOrder(row, path, symbol)
        }
    }

    package var openOrderParts: Int { 1 }

    package func openOrders(part: Int, after cursor: String?) -> BitgetQuestion<BitgetPage<BitgetOrder>> {
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
            return try BitgetReading.page(rows, next: Self.next(data, rows)) { row throws(VenueError) in
                try readOrder(row, path, nil)
            }
        }
    }

    /// The next page begins where the venue says. Waiting strategy orders come as a bare list, which says nothing:
    /// behind the last row of a full one.
    static func next(_ data: JSONValue, _ rows: [JSONValue]) -> String? {
        guard rows.count >= BitgetReading.shortestPage else { return nil }
        if data.isObject { return data["cursor"]?.nonEmpty }
        return rows.count >= BitgetReading.fullPage ? rows.last?["orderId"]?.nonEmpty : nil
    }

    /// Thirty days, less one for clocks and slow pages.
    package var longestSpan: TimeSpan { TimeSpan(milliseconds: 29 * 86_400_000) }

    package func fills(_ span: BitgetSpan, after cursor: String?) -> BitgetQuestion<BitgetPage<BitgetFill>> {
        let path = "\(Self.root)/trade/fills"
        let query: [(String, String?)] = [
            ("category", category), ("startTime", String(span.start.milliseconds)),
            ("endTime", span.end.map { String($0.milliseconds) }), ("cursor", cursor), ("limit", "100"),
        ]
        return BitgetQuestion(.get(path, query, urgency: .vital)) { data throws(VenueError) in
            let rows = BitgetReading.rows(data, "list", "fillList")
            return try BitgetReading.page(rows, next: Self.next(data, rows)) { row throws(VenueError) in
                try readFill(row, path)
            }
        }
    }

    package func flashClose(_ symbol: Symbol, isLong: Bool?) -> BitgetQuestion<[String]> {
        let body = body([
            ("category", category), ("symbol", symbol.name), ("posSide", isLong.map { $0 ? "long" : "short" }),
        ])
        let call = BitgetCall.post("\(Self.root)/trade/close-positions", body, perSecond: 1, urgency: .vital)
        return BitgetQuestion(call) { data throws(VenueError) in
            let rows = BitgetReading.rows(data, "list", "successList")
            try BitgetReading.checkEach(rows, harmless: [], "close-positions")
            return rows.compactMap { $0["orderId"]?.nonEmpty }
        }
    }
}

extension String {
    fileprivate var isHexadecimal: Bool { utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit } }
}
