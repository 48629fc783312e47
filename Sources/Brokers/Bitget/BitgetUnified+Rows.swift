import Core

extension BitgetUnified {
    /// An order of any list or of a stream.
    func readOrder(_ row: JSONValue, _ what: String, _ asked: Symbol?) throws(VenueError) -> BitgetOrder {
        let filled = Quantity(row.first("cumExecQty", "filledQty")?.decimal ?? .zero)
        return BitgetOrder(
            orderID: try BitgetReading.text(row, what, "orderId"), clientText: Self.ownName(row["clientOid"]?.nonEmpty),
            symbol: try asked.orRead(row, what), side: try BitgetReading.side(row["side"], what),
            kind: BitgetReading.kind(row, price: row["price"]),
            quantity: Quantity(try BitgetReading.decimal(row, what, "qty", "size")), filled: filled,
            state: BitgetReading.state(row.first("orderStatus", "status", "state"), filled: filled),
            reason: row["cancelReason"]?.nonEmpty, at: BitgetReading.moment(row),
            reducesOnly: row["reduceOnly"]?.flag ?? false, source: row["delegateType"]?.nonEmpty)
    }

    /// An execution.
    func readFill(_ row: JSONValue, _ what: String) throws(VenueError) -> BitgetFill {
        let price = try BitgetReading.decimal(row, what, "execPrice", "price", "priceAvg")
        let quantity = try BitgetReading.decimal(row, what, "execQty", "qty", "size", "baseVolume")
        guard price > .zero, quantity > .zero else { throw BitgetReading.malformed("execPrice or execQty", what) }
        return BitgetFill(
            tradeID: try BitgetReading.text(row, what, "execId", "tradeId"),
            orderID: try BitgetReading.text(row, what, "orderId"), clientText: Self.ownName(row["clientOid"]?.nonEmpty),
            symbol: try BitgetReading.symbol(row, what), side: try BitgetReading.side(row["side"], what),
            price: Price(price), quantity: Quantity(quantity),
            fees: BitgetReading.fees(row["feeDetail"], chargedIsNegative: false), at: BitgetReading.moment(row))
    }

    /// A strategy order. Of what one that protects a position was made with, rows have no more than the position's side
    /// and its levels; one without levels that may open stays the order that it becomes.
    ///
    /// - Parameter isWaiting: Whether it comes from the list of those that wait: without a status it waits, too.
    func readStrategy(_ row: JSONValue, _ what: String, isWaiting: Bool) throws(VenueError) -> BitgetOrder {
        let isProfit = row["triggerType"]?.isWord("takeProfit") == true
        let stop = isProfit ? nil : row["stopLoss"]?.decimal.flatMap { $0 > .zero ? Price($0) : nil }
        let profit = row["takeProfit"]?.decimal.flatMap { $0 > .zero ? Price($0) : nil }
        let other = row["triggerPrice"]?.decimal.flatMap { $0 > .zero ? Price($0) : nil }
        let filled = Quantity(row.first("cumExecQty", "filledQty")?.decimal ?? .zero)
        let reduces = stop != nil || profit != nil || row["reduceOnly"]?.flag ?? false || row["side"] == nil
        let kind: OrderKind =
            if let stop { .stop(trigger: stop) } else if let profit { .takeProfit(trigger: profit) } else if reduces {
                .stop(trigger: other ?? Price(.zero))
            } else { BitgetReading.kind(row, price: row.first("executePrice", "price")) }
        let status = row.first("status", "orderStatus", "planStatus")
        return BitgetOrder(
            orderID: try BitgetReading.text(row, what, "orderId"), clientText: Self.ownName(row["clientOid"]?.nonEmpty),
            symbol: try BitgetReading.symbol(row, what),
            side: try strategySide(row, what, protects: stop != nil || profit != nil), kind: kind,
            quantity: Quantity(row.first("qty", "size")?.decimal ?? .zero), filled: filled,
            state: isWaiting && status == nil ? .working : BitgetReading.state(status, filled: filled), reason: nil,
            at: BitgetReading.moment(row), reducesOnly: reduces, isPlan: true,
            planType: row["tpslMode"]?.nonEmpty, executedAs: row.first("executeOrderId", "execOrderId")?.nonEmpty)
    }

    private func strategySide(_ row: JSONValue, _ what: String, protects: Bool) throws(VenueError) -> Side {
        if !protects, row["side"] != nil { return try BitgetReading.side(row["side"], what) }
        if let hold = row["posSide"] {
            if hold.isWord("long") { return .sell }
            if hold.isWord("short") { return .buy }
        }
        // On spot nothing is held short, and rows of strategy orders need not name a side.
        if isSpot, row["side"] == nil { return .sell }
        return try BitgetReading.side(row["side"], what)
    }

    /// A position. The sign is in `posSide`, or in the amount where there is only one side.
    func readPosition(_ row: JSONValue, _ what: String) throws(VenueError) -> BitgetPosition {
        let total = try BitgetReading.decimal(row, what, "total", "qty", "size")
        let hold = row.first("posSide", "holdSide")
        let isShort = hold?.isWord("short") == true || hold?.isWord("sell") == true
        let price = row.first("avgPrice", "openPriceAvg")?.decimal
        return BitgetPosition(
            symbol: try BitgetReading.heldSymbol(row, what),
            quantity: Quantity(isShort ? -total.magnitude : total),
            available: Quantity((row["available"]?.decimal ?? total).magnitude),
            averagePrice: price.flatMap { $0 > .zero ? Price($0) : nil })
    }
}
