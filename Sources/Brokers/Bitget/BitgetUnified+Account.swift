package import Core

extension BitgetUnified {
    package func probe() -> BitgetQuestion<Bool> {
        BitgetQuestion(.get("\(Self.root)/account/settings")) { _ throws(VenueError) in true }
    }

    package func permission() -> BitgetQuestion<Bool?> {
        BitgetQuestion(.get("\(Self.root)/account/info", perSecond: 5)) { data throws(VenueError) in
            if data["permType"]?.holds("only") == true { return false }
            guard let list = data["permissions"]?.elements, !list.isEmpty else { return nil }
            return list.contains { $0.isWord("uta_trade") } ? true : nil
        }
    }

    package func modes(_ symbol: Symbol) -> BitgetQuestion<BitgetModes> {
        let path = "\(Self.root)/account/settings"
        return BitgetQuestion(.get(path)) { data throws(VenueError) in
            guard let mode = data.first("holdMode", "posMode"), mode.isWord("hedge_mode") || mode.isWord("one_way_mode")
            else { throw BitgetReading.malformed("holdMode", path) }
            let list = data.first("symbolConfigList", "symbolConfig", "symbolSettings")?.elements ?? []
            // A symbol may be listed for each margin mode.
            let rows = list.filter {
                $0["symbol"]?.string?.uppercased() == symbol.name
                    && ($0["category"].map { $0.string?.uppercased() == category } ?? true)
            }
            let own = rows.first { $0["marginMode"]?.string?.lowercased() == settings.marginMode?.rawValue }
            let row = own ?? rows.first ?? data
            let isIsolated = row["marginMode"]?.isWord("isolated") ?? false
            let leverage = row["leverage"]
            return BitgetModes(
                isHedge: mode.isWord("hedge_mode"), marginMode: isIsolated ? .isolated : .crossed,
                leverage: BitgetModes.common(
                    leverage?.elements.isEmpty == false ? leverage?.elements ?? [] : [leverage]))
        }
    }

    /// Unified accounts take the margin mode with each order.
    package func setMarginMode(_ mode: BitgetMarginMode, _ symbol: Symbol) -> BitgetQuestion<Bool>? { nil }

    package func leverageSides(_ modes: BitgetModes) -> [String?] {
        modes.marginMode == .isolated ? ["long", "short"] : [nil]
    }

    package func setLeverage(
        _ leverage: Int, _ symbol: Symbol, _ mode: BitgetMarginMode, side: String?
    ) -> BitgetQuestion<Bool> {
        let body = body([
            ("category", category), ("symbol", symbol.name), ("leverage", String(leverage)),
            // Left out, it would be that of crossed margin.
            ("marginMode", mode.rawValue), ("posSide", side),
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
                ("category", category), ("symbol", request.symbol.name), ("clientOid", Self.wireName(request.clientID)),
                ("type", "tpsl"), ("tpslMode", isWhole ? "full" : "partial"),
                ("qty", isWhole ? nil : request.quantity.description), ("side", request.side.rawValue),
                ("posSide", stance.isHedge ? (request.side == .sell ? "long" : "short") : nil),
                ("reduceOnly", stance.isHedge ? nil : "yes"),
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
                // Asked for in every case, and of no effect on the order of a whole position.
                ("qty", quantity.description),
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

    /// Protections and plain triggers are asked for apart: which of them a list without a type holds is not documented.
    /// The other types are never ours; but they execute, so whoever wants to be flat has to see them.
    private static let families = ["tpsl", "trigger", "oco", "trailing_stop", "iceberg", "twap"]
    private static let documentedLong = 2

    package var protectionFamilies: Int { Self.families.count }

    package func mayLack(family: Int) -> Bool { isSpot || family >= Self.documentedLong }

    package func mayLack(topic: JSONValue) -> Bool { topic.first("topic", "channel")?.isWord("strategy-order") == true }

    package func protections(family: Int, after cursor: String?) -> BitgetQuestion<BitgetPage<BitgetOrder>> {
        strategies("unfilled-strategy-orders", Self.families[family], nil, cursor, isWaiting: true)
    }

    package func endedProtections(
        _ symbol: Symbol, after cursor: String?
    ) -> BitgetQuestion<BitgetPage<BitgetOrder>> {
        strategies("history-strategy-orders", Self.families[0], symbol, cursor, isWaiting: false)
    }

    private func strategies(
        _ name: String, _ type: String, _ symbol: Symbol?, _ cursor: String?, isWaiting: Bool
    ) -> BitgetQuestion<BitgetPage<BitgetOrder>> {
        let path = "\(Self.root)/trade/\(name)"
        let query: [(String, String?)] = [
            ("category", category), ("type", type), ("symbol", symbol?.name), ("cursor", cursor), ("limit", "100"),
        ]
        return BitgetQuestion(.get(path, query, perSecond: 20, urgency: .vital)) { data throws(VenueError) in
            let rows = BitgetReading.rows(data, "list")
            return try BitgetReading.page(rows, next: Self.next(data, rows)) { row throws(VenueError) in
                try readStrategy(row, path, isWaiting: isWaiting)
            }
        }
    }
}
