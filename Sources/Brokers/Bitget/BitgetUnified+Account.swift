package import Core

extension BitgetUnified {
    package func probe() -> BitgetQuestion<Bool> {
        BitgetQuestion(.get("\(Self.root)/account/settings")) { _ throws(VenueError) in true }
    }

    package func modes(_ symbol: Symbol) -> BitgetQuestion<BitgetModes> {
        let path = "\(Self.root)/account/settings"
        return BitgetQuestion(.get(path)) { data throws(VenueError) in
            guard let mode = data.first("holdMode", "posMode"), mode.isWord("hedge_mode") || mode.isWord("one_way_mode")
            else { throw BitgetReading.malformed("holdMode", path) }
            let list = data.first("symbolConfigList", "symbolConfig", "symbolSettings")?.elements ?? []
            let own = list.first { $0["symbol"]?.string?.uppercased() == symbol.name }
            let isIsolated = (own ?? data)["marginMode"]?.isWord("isolated") ?? false
            return BitgetModes(
                isHedge: mode.isWord("hedge_mode"), marginMode: isIsolated ? .isolated : .crossed,
                leverage: (own ?? data)["leverage"]?.integer.map { Int($0) })
        }
    }

    /// Unified accounts take the margin mode with each order.
    package func setMarginMode(_ mode: BitgetMarginMode, _ symbol: Symbol) -> BitgetQuestion<Bool>? { nil }

    package func setLeverage(
        _ leverage: Int, _ symbol: Symbol, _ mode: BitgetMarginMode, side: String?
    ) -> BitgetQuestion<Bool> {
        let body = body([
            ("category", category), ("symbol", symbol.name), ("leverage", String(leverage)), ("posSide", side),
        ])
        let call = BitgetCall.post("\(Self.root)/account/set-leverage", body, perSecond: 5, urgency: .reading)
        return BitgetQuestion(call) { _ throws(VenueError) in true }
    }

    package func positions() -> BitgetQuestion<[BitgetPosition]> {
        let path = "\(Self.root)/position/current-position"
        return BitgetQuestion(.get(path, [("category", category)], perSecond: 5, urgency: .vital)) {
            data throws(VenueError) in
            var positions: [BitgetPosition] = []
            for row in BitgetReading.rows(data, "list") { positions.append(try readPosition(row, path)) }
            return positions.filter { $0.quantity != .zero }
        }
    }

    package func balances() -> BitgetQuestion<[BitgetBalance]> {
        let path = "\(Self.root)/account/assets"
        return BitgetQuestion(.get(path, urgency: .vital)) { data throws(VenueError) in
            var balances: [BitgetBalance] = []
            for row in BitgetReading.rows(data, "assets", "list") {
                let total = try BitgetReading.decimal(row, path, "equity", "balance", "available")
                balances.append(
                    BitgetBalance(
                        coin: try BitgetReading.text(row, path, "coin"), total: Money(total),
                        free: Money(row["available"]?.decimal ?? total)))
            }
            return balances
        }
    }
}

// MARK: Protections

extension BitgetUnified {
    package func protect(_ request: OrderRequest, _ stance: BitgetStance) -> BitgetQuestion<BitgetPlaced> {
        let isWhole = settings.stopStyle == .position
        let body = body(
            [
                ("category", category), ("symbol", request.symbol.name), ("clientOid", request.clientID.text),
                ("type", "tpsl"), ("tpslMode", isWhole ? "full" : "partial"),
                ("qty", isWhole ? nil : request.quantity.description), ("side", request.side.rawValue),
                ("posSide", stance.isHedge ? (request.side == .sell ? "long" : "short") : nil),
            ] + levels(request.kind))
        return BitgetQuestion(
            .post("\(Self.root)/trade/place-strategy-order", body, urgency: .vital), BitgetReading.placed)
    }

    private func levels(_ kind: OrderKind) -> [(String, String?)] {
        let trigger = settings.triggersByMark ? "mark" : "market"
        return switch kind {
        case .stop(let price):
            [("stopLoss", price.description), ("slTriggerBy", trigger), ("slOrderType", "market")]
        case .takeProfit(let price), .limit(let price):
            [("takeProfit", price.description), ("tpTriggerBy", trigger), ("tpOrderType", "market")]
        case .market: []
        }
    }

    package func move(_ order: BitgetOrder, trigger: Price, quantity: Quantity) -> BitgetQuestion<BitgetPlaced> {
        let kind: OrderKind =
            if case .takeProfit = order.kind { .takeProfit(trigger: trigger) } else { .stop(trigger: trigger) }
        let body = body(
            [
                ("category", category), ("symbol", order.symbol.name), ("orderId", order.orderID),
                ("qty", order.planType == "full" ? nil : quantity.description),
            ] + levels(kind))
        return BitgetQuestion(
            .post("\(Self.root)/trade/modify-strategy-order", body, urgency: .vital), BitgetReading.placed)
    }

    package func unprotect(_ order: BitgetOrder) -> BitgetQuestion<Bool> {
        let body = body([
            ("category", category), ("symbol", order.symbol.name), ("orderId", order.orderID),
        ])
        return BitgetQuestion(.post("\(Self.root)/trade/cancel-strategy-order", body, urgency: .vital)) {
            _ throws(VenueError) in true
        }
    }

    package var protectionFamilies: Int { isSpot ? 0 : 1 }

    package func protections(family: Int, after cursor: String?) -> BitgetQuestion<BitgetPage<BitgetOrder>> {
        strategies("unfilled-strategy-orders", nil, cursor)
    }

    package func endedProtections(
        _ symbol: Symbol, after cursor: String?
    ) -> BitgetQuestion<BitgetPage<BitgetOrder>> {
        strategies("history-strategy-orders", symbol, cursor)
    }

    private func strategies(
        _ name: String, _ symbol: Symbol?, _ cursor: String?
    ) -> BitgetQuestion<BitgetPage<BitgetOrder>> {
        let path = "\(Self.root)/trade/\(name)"
        let query: [(String, String?)] = [
            ("category", category), ("symbol", symbol?.name), ("cursor", cursor), ("limit", "100"),
        ]
        return BitgetQuestion(.get(path, query, urgency: .vital)) { data throws(VenueError) in
            let rows = BitgetReading.rows(data, "list")
            var orders: [BitgetOrder] = []
            for row in rows { orders.append(try readStrategy(row, path)) }
            return BitgetPage(rows: orders, next: Self.next(data, rows.count))
        }
    }
}
