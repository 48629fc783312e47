package import Core

extension BitgetClassic {
    package func probe() -> BitgetQuestion<Bool> {
        let call: BitgetCall =
            isSpot
            ? .get("\(Self.spot)/account/assets", [("coin", BitgetSettings.marginCoin)])
            : .get("\(Self.mix)/account/accounts", [("productType", product)])
        return BitgetQuestion(call) { _ throws(VenueError) in true }
    }

    package func permission() -> BitgetQuestion<Bool?> {
        // The words of futures and spot; older keys have one for both.
        let words: [StaticString] = [isSpot ? "stow" : "coow", "trade"]
        let call = BitgetCall.get("\(Self.spot)/account/info", perSecond: 1)
        return BitgetQuestion(call) { data throws(VenueError) in
            guard let list = data["authorities"]?.elements, !list.isEmpty else { return nil }
            // A list without them says too little to refuse a key by: the venue knows more words than we do.
            return list.contains { given in words.contains { given.isWord($0) } } ? true : nil
        }
    }

    package func modes(_ symbol: Symbol) -> BitgetQuestion<BitgetModes> {
        let path = "\(Self.mix)/account/account"
        let query: [(String, String?)] = [("symbol", symbol.name), ("productType", product), ("marginCoin", coin)]
        return BitgetQuestion(.get(path, query)) { data throws(VenueError) in
            guard let mode = data["posMode"], mode.isWord("hedge_mode") || mode.isWord("one_way_mode") else {
                throw BitgetReading.malformed("posMode", path)
            }
            let isIsolated = data["marginMode"]?.isWord("isolated") ?? false
            // Each side of an isolated symbol has a leverage of its own: only one that both have is the symbol's.
            let sides =
                isIsolated
                ? [
                    data.first("isolatedLongLever", "fixedLongLeverage"),
                    data.first("isolatedShortLever", "fixedShortLeverage"),
                ] : [data.first("crossedMarginLeverage")]
            return BitgetModes(
                isHedge: mode.isWord("hedge_mode"), marginMode: isIsolated ? .isolated : .crossed,
                leverage: BitgetModes.common(sides))
        }
    }

    package func setMarginMode(_ mode: BitgetMarginMode, _ symbol: Symbol) -> BitgetQuestion<Bool>? {
        let body = body([
            ("symbol", symbol.name), ("productType", product), ("marginCoin", coin), ("marginMode", mode.rawValue),
        ])
        let call = BitgetCall.post("\(Self.mix)/account/set-margin-mode", body, perSecond: 5, urgency: .reading)
        return BitgetQuestion(call) { _ throws(VenueError) in true }
    }

    package func leverageSides(_ modes: BitgetModes) -> [String?] {
        modes.isHedge && modes.marginMode == .isolated ? ["long", "short"] : [nil]
    }

    package func setLeverage(
        _ leverage: Int, _ symbol: Symbol, _ mode: BitgetMarginMode, side: String?
    ) -> BitgetQuestion<Bool> {
        let body = body([
            ("symbol", symbol.name), ("productType", product), ("marginCoin", coin),
            ("leverage", String(leverage)), ("holdSide", side),
        ])
        let call = BitgetCall.post("\(Self.mix)/account/set-leverage", body, perSecond: 5, urgency: .reading)
        return BitgetQuestion(call) { _ throws(VenueError) in true }
    }

    package func positions() -> BitgetQuestion<[BitgetPosition]> {
        let path = "\(Self.mix)/position/all-position"
        let call = BitgetCall.get(
            path, [("productType", product), ("marginCoin", coin)], perSecond: 5, urgency: .vital)
        return BitgetQuestion(call) { data throws(VenueError) in
            var positions: [BitgetPosition] = []
            for row in BitgetReading.rows(data, "list") { positions.append(try readPosition(row, path)) }
            return positions.filter { $0.quantity != .zero }
        }
    }

    package func balances() -> BitgetQuestion<[BitgetBalance]> {
        if isSpot {
            let path = "\(Self.spot)/account/assets"
            return BitgetQuestion(.get(path, urgency: .vital)) { data throws(VenueError) in
                var balances: [BitgetBalance] = []
                for row in data.elements {
                    let free = try BitgetReading.decimal(row, path, "available")
                    let bound = (row["frozen"]?.decimal ?? .zero) + (row["locked"]?.decimal ?? .zero)
                    balances.append(
                        BitgetBalance(
                            coin: try BitgetReading.text(row, path, "coin"), total: Money(free + bound),
                            free: Money(free)))
                }
                return balances
            }
        }
        let path = "\(Self.mix)/account/accounts"
        return BitgetQuestion(.get(path, [("productType", product)], urgency: .vital)) { data throws(VenueError) in
            var balances: [BitgetBalance] = []
            for row in data.elements {
                let equity = try BitgetReading.decimal(row, path, "accountEquity", "available")
                balances.append(
                    BitgetBalance(
                        coin: try BitgetReading.text(row, path, "marginCoin"), total: Money(equity),
                        free: Money(row.first("crossedMaxAvailable", "available")?.decimal ?? equity)))
            }
            return balances
        }
    }
}
