import Core

extension BitgetClassic {
    /// An order of any list, of detail or of a stream.
    func readOrder(_ row: JSONValue, _ what: String, _ asked: Symbol?) throws(VenueError) -> BitgetOrder {
        let id = try BitgetReading.text(row, what, "orderId")
        let symbol = try asked.orRead(row, what)
        let side = try side(row, what)
        // A stream counts the last execution in `baseVolume` and all of them in `accBaseVolume`.
        let filled = Quantity(row.first("accBaseVolume", "baseVolume")?.decimal ?? .zero)
        // Open spot orders call their limit price `priceAvg`.
        let price = row["price"] ?? (isSpot ? row["priceAvg"] : nil)
        let size = try BitgetReading.decimal(row, what, "newSize", "size")
        let kind = BitgetReading.kind(row, price: price)
        // A spot order to buy at market is sized in money; what it bought is the only quantity it has.
        let isMoney = isSpot && kind == .market && side == .buy
        let reason = row["cancelReason"]?.nonEmpty
        return BitgetOrder(
            orderID: id, clientText: row["clientOid"]?.nonEmpty, symbol: symbol, side: side, kind: kind,
            quantity: isMoney ? filled : Quantity(size), filled: filled,
            state: BitgetReading.state(row.first("state", "status"), filled: filled), reason: reason,
            at: BitgetReading.moment(row),
            reducesOnly: row["reduceOnly"]?.flag ?? false || row["tradeSide"]?.holds("close") ?? false,
            source: row["orderSource"]?.nonEmpty)
    }

    private func tradeSide(_ row: JSONValue) -> String? { row["tradeSide"]?.string?.lowercased() }

    /// The real side. In hedge mode orders and REST fills carry the side of the position instead.
    func side(_ row: JSONValue, _ what: String) throws(VenueError) -> Side {
        let wire = try BitgetReading.side(row["side"], what)
        guard !isSpot, row["posMode"]?.isWord("one_way_mode") != true, let trade = tradeSide(row) else { return wire }
        let closes = trade.contains("close")
        guard closes || trade == "open" else { return wire }
        if let hold = row["posSide"], hold.isWord("long") || hold.isWord("short") {
            return hold.isWord("long") == closes ? .sell : .buy
        }
        return closes ? wire.opposite : wire
    }

    /// An execution of the REST lists.
    func readFill(_ row: JSONValue, _ what: String) throws(VenueError) -> BitgetFill {
        let trade = try BitgetReading.text(row, what, "tradeId")
        let order = try BitgetReading.text(row, what, "orderId")
        let price = try BitgetReading.decimal(row, what, "price", "priceAvg")
        let quantity = try BitgetReading.decimal(row, what, "baseVolume", "size")
        guard price > .zero, quantity > .zero else { throw BitgetReading.malformed("price or size", what) }
        return BitgetFill(
            tradeID: trade, orderID: order, clientText: row["clientOid"]?.nonEmpty,
            symbol: try BitgetReading.symbol(row, what), side: try side(row, what), price: Price(price),
            quantity: Quantity(quantity),
            fees: BitgetReading.fees(row["feeDetail"], chargedIsNegative: true), at: BitgetReading.moment(row))
    }

    /// The names that streams give to types of trigger orders.
    private static let streamTypes: [String: String] = [
        "pl": "normal_plan", "tp": "profit_plan", "sl": "loss_plan", "ptp": "pos_profit", "psl": "pos_loss",
        "track": "track_plan", "mtpsl": "moving_plan",
    ]

    /// A trigger order of any list or of a stream. One that may open stays the order that it becomes: nobody is to take
    /// it for a protection.
    func readPlan(_ row: JSONValue, _ what: String) throws(VenueError) -> BitgetOrder {
        let id = try BitgetReading.text(row, what, "orderId")
        let symbol = try BitgetReading.symbol(row, what)
        let word = try BitgetReading.text(row, what, "planType")
        let type = Self.streamTypes[word] ?? word
        let closes = type != "normal_plan" && type != "track_plan"
        let trigger = Price(
            row.first("triggerPrice", "stopLossTriggerPrice", "stopSurplusTriggerPrice")?.decimal ?? .zero)
        let filled = Quantity(row["baseVolume"]?.decimal ?? .zero)
        let reduces = closes || row["reduceOnly"]?.flag ?? false || row["tradeSide"]?.holds("close") ?? false
        let kind: OrderKind =
            if !reduces {
                BitgetReading.kind(row, price: row.first("executePrice", "price"))
            } else if type == "profit_plan" || type == "pos_profit" {
                .takeProfit(trigger: trigger)
            } else { .stop(trigger: trigger) }
        return BitgetOrder(
            orderID: id, clientText: row["clientOid"]?.nonEmpty, symbol: symbol,
            side: try planSide(row, closes: closes, what), kind: kind,
            quantity: Quantity(row["size"]?.decimal ?? .zero), filled: filled,
            state: BitgetReading.state(row.first("planStatus", "status"), filled: filled), reason: nil,
            at: BitgetReading.moment(row), reducesOnly: reduces, isPlan: true, planType: type,
            executedAs: row["executeOrderId"]?.nonEmpty)
    }

    /// What a trigger order does to the position: protections sell longs and buy shorts.
    private func planSide(_ row: JSONValue, closes: Bool, _ what: String) throws(VenueError) -> Side {
        guard closes else { return try side(row, what) }
        if let hold = row.first("posSide", "holdSide") {
            if hold.isWord("long") { return .sell }
            if hold.isWord("short") { return .buy }
        }
        let wire = try BitgetReading.side(row["side"], what)
        // One-way: the side is the trade's own. Hedge: it is the position's.
        return row["posMode"]?.isWord("hedge_mode") == true ? wire.opposite : wire
    }

    /// A position of the REST list.
    func readPosition(_ row: JSONValue, _ what: String) throws(VenueError) -> BitgetPosition {
        let total = try BitgetReading.decimal(row, what, "total")
        guard let hold = row["holdSide"], hold.isWord("long") || hold.isWord("short") else {
            throw BitgetReading.malformed("holdSide", what)
        }
        let price = row.first("openPriceAvg", "averageOpenPrice")?.decimal
        return BitgetPosition(
            symbol: try BitgetReading.heldSymbol(row, what),
            quantity: Quantity(hold.isWord("long") ? total : -total),
            available: Quantity(row["available"]?.decimal ?? total),
            averagePrice: price.flatMap { $0 > .zero ? Price($0) : nil })
    }
}
