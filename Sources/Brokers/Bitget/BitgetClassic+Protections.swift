package import Core

extension BitgetClassic {
    package func protect(_ request: OrderRequest, _ stance: BitgetStance) -> BitgetQuestion<BitgetPlaced> {
        let (trigger, isStop): (Price, Bool) =
            switch request.kind {
            case .stop(let trigger): (trigger, true)
            case .takeProfit(let trigger), .limit(let trigger): (trigger, false)
            case .market: (.zero, true)
            }
        let isWhole = settings.stopStyle == .position
        let type = isWhole ? (isStop ? "pos_loss" : "pos_profit") : (isStop ? "loss_plan" : "profit_plan")
        // The word names the position: a long is protected by a sale.
        let protectsLong = request.side == .sell
        let hold = stance.isHedge ? (protectsLong ? "long" : "short") : (protectsLong ? "buy" : "sell")
        let body = body([
            ("marginCoin", coin), ("productType", product), ("symbol", request.symbol.name), ("planType", type),
            ("triggerPrice", trigger.description), ("triggerType", triggerType), ("holdSide", hold),
            ("size", isWhole ? nil : request.quantity.description), ("clientOid", request.clientID.text),
        ])
        return BitgetQuestion(
            .post("\(Self.mix)/order/place-tpsl-order", body, urgency: .vital), BitgetReading.placed)
    }

    private var triggerType: String { settings.triggersByMark ? "mark_price" : "fill_price" }

    package func move(_ order: BitgetOrder, trigger: Price, quantity: Quantity) -> BitgetQuestion<BitgetPlaced> {
        let isWhole = order.planType?.hasPrefix("pos_") ?? false
        let body = body([
            ("orderId", order.orderID), ("marginCoin", coin), ("productType", product),
            ("symbol", order.symbol.name), ("triggerPrice", trigger.description), ("triggerType", triggerType),
            ("size", isWhole ? "" : quantity.description),
        ])
        return BitgetQuestion(
            .post("\(Self.mix)/order/modify-tpsl-order", body, urgency: .vital), BitgetReading.placed)
    }

    package func unprotect(_ order: BitgetOrder) -> BitgetQuestion<Bool> {
        if isSpot { return cancelSpotPlan(order) }
        // Without the right type the answer is a success that cancelled nothing.
        let body: BitgetBody = [
            "productType": BitgetBody.maybe(product), "symbol": .text(order.symbol.name),
            "marginCoin": BitgetBody.maybe(coin), "planType": .text(order.planType ?? "normal_plan"),
            "orderIdList": .list([["orderId": .text(order.orderID)]]),
        ]
        let path = "\(Self.mix)/order/cancel-plan-order"
        return BitgetQuestion(.post(path, body, urgency: .vital)) { data throws(VenueError) in
            _ = try BitgetReading.allSucceeded(data, path)
            return !(data["successList"]?.elements.isEmpty ?? true)
        }
    }

    /// Protections, plain triggers and trailing ones are asked for apart.
    private static let families = ["profit_loss", "normal_plan", "track_plan"]

    /// On spot trigger orders protect nothing, but they execute: they are listed, too.
    package var protectionFamilies: Int { isSpot ? 1 : Self.families.count }

    package func mayLack(family: Int) -> Bool { false }

    package func mayLack(topic: JSONValue) -> Bool { false }

    package func protections(family: Int, after cursor: String?) -> BitgetQuestion<BitgetPage<BitgetOrder>> {
        isSpot ? spotPlans(after: cursor) : plans("orders-plan-pending", Self.families[family], nil, cursor)
    }

    package func endedProtections(
        _ symbol: Symbol, after cursor: String?
    ) -> BitgetQuestion<BitgetPage<BitgetOrder>> {
        plans("orders-plan-history", "profit_loss", symbol, cursor)
    }

    private func plans(
        _ name: String, _ type: String, _ symbol: Symbol?, _ cursor: String?
    ) -> BitgetQuestion<BitgetPage<BitgetOrder>> {
        let path = "\(Self.mix)/order/\(name)"
        let query: [(String, String?)] = [
            ("planType", type), ("productType", product), ("symbol", symbol?.name), ("idLessThan", cursor),
            ("limit", "100"),
        ]
        return BitgetQuestion(.get(path, query, urgency: .vital)) { data throws(VenueError) in
            let rows = BitgetReading.rows(data, "entrustedList")
            let next = Self.next(data, rows.count, rows.last?["orderId"]?.nonEmpty)
            return try BitgetReading.page(rows, next: next) { row throws(VenueError) in try readPlan(row, path) }
        }
    }
}
