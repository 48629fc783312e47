import Core

// The classic dialect: futures accounts, modes and positions.

extension BitgetRoute {
    static let futuresAccount: [BitgetRoute] = [
        .get("/api/v2/mix/account/account", 10) { world, call throws(BitgetFault) in try world.account(call) },
        .get("/api/v2/mix/account/accounts", 10) { world, call throws(BitgetFault) in
            try world.isOurs(call) ? .list([world.accountRow()]) : []
        },
        .post("/api/v2/mix/account/set-leverage", 5) { world, call throws(BitgetFault) in try world.setLeverage(call) },
        .post("/api/v2/mix/account/set-margin-mode", 5) { world, call throws(BitgetFault) in
            try world.setMarginMode(call)
        },
        .post("/api/v2/mix/account/set-position-mode", 5) { world, call throws(BitgetFault) in
            try world.setPositionMode(call)
        },
        .post("/api/v2/mix/account/set-asset-mode", 2) { _, _ throws(BitgetFault) in "success" },
        .get("/api/v2/mix/account/bill", 10) { world, call throws(BitgetFault) in try world.futuresBills(call) },
        .get("/api/v2/mix/position/all-position", 5) { world, call throws(BitgetFault) in
            guard try world.isOurs(call) else { return [] }
            return .list(world.heldPositions.map { world.position($0, isStream: false) })
        },
        .get("/api/v2/mix/position/single-position", 10) { world, call throws(BitgetFault) in
            guard try world.isOurs(call) else { return [] }
            let symbol = try world.symbol(call)
            return .list(
                world.heldPositions.filter { $0.key.symbol == symbol }.map { world.position($0, isStream: false) })
        },
        .get("/api/v2/mix/position/history-position", 20) { world, call throws(BitgetFault) in
            let symbol = try world.optionalSymbol(call)
            let all = world.history.filter { symbol == nil || $0.key.symbol == symbol }
            let (found, end) = world.page(all, call, id: \.id, at: \.updatedAt, usual: 20)
            return [
                "list": .list(found.map { world.closedPosition($0, isStream: false) }),
                "endId": end.map(Wire.text) ?? .null,
            ]
        },
    ]
}

extension BitgetWorld {
    /// The positions that are not empty, by symbol and leg.
    var heldPositions: [BitgetPosition] { positions.sorted { $0.key < $1.key }.map(\.value) }

    /// The futures account as one row.
    func accountRow() -> Wire {
        let (worth, free) = (equity, available)
        let profit = worth - wallet
        return [
            "marginCoin": "USDT", "locked": .amount(max(worth - free, .zero)), "available": .amount(free),
            "crossedMaxAvailable": .amount(free), "isolatedMaxAvailable": .amount(free),
            "maxTransferOut": .amount(free), "accountEquity": .amount(worth), "usdtEquity": .amount(worth),
            "btcEquity": "0", "crossedRiskRate": "0", "unrealizedPL": .amount(profit), "coupon": "0",
            "unionTotalMagin": .amount(worth), "unionAvailable": .amount(free), "unionMm": "0", "assetList": [],
            "crossedUnrealizedPL": .amount(profit), "isolatedUnrealizedPL": "", "grant": "", "assetMode": "single",
            "isolatedMargin": .null, "crossedMargin": .null,
        ]
    }

    func account(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        try requireOurs(call)
        _ = try call.required("marginCoin")
        let symbol = try symbol(call)
        let levers = [BitgetLeg.net, .long, .short].map { Wire.whole(Int64(leverage(LegKey(symbol: symbol, leg: $0)))) }
        return accountRow().adding([
            "crossedMarginLeverage": levers[0], "isolatedLongLever": levers[1], "isolatedShortLever": levers[2],
            "marginMode": .text(marginMode(symbol)), "posMode": .text(holdMode.wire),
        ])
    }

    /// Whether a symbol, or any, has positions, orders or trigger orders.
    func isBusy(_ symbol: Symbol? = nil) -> Bool {
        func matches(_ key: LegKey) -> Bool { key.leg != .spot && (symbol == nil || key.symbol == symbol) }
        return positions.keys.contains(where: matches) || open.contains { matches(orders[$0].key) }
            || livePlans.contains { matches(plans[$0].key) }
    }

    mutating func setLeverage(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        try requireOurs(call)
        let symbol = try symbol(call)
        _ = try call.required("marginCoin")
        func lever(_ name: String) throws(BitgetFault) -> Int? {
            guard let text = call[name] else { return nil }
            guard let value = Int(text), (1...125).contains(value) else {
                throw BitgetFault("40893", "The leverage is out of range 1...125")
            }
            return value
        }
        let (both, long, short) = (try lever("leverage"), try lever("longLeverage"), try lever("shortLeverage"))
        let isIsolated = isolated.contains(symbol)
        if isIsolated, holdMode == .hedge, long == nil, short == nil {
            guard let side = call["holdSide"]?.lowercased(), ["long", "short"].contains(side) else {
                throw BitgetFault("40808", "Parameter verification exception double fixed, hold side is null")
            }
            guard let both else { throw .missing("leverage") }
            leverages[LegKey(symbol: symbol, leg: side == "long" ? .long : .short)] = both
        } else {
            guard both != nil || long != nil || short != nil else { throw .missing("leverage") }
            let net = both ?? long ?? short ?? setup.leverage
            leverages[LegKey(symbol: symbol, leg: .net)] = net
            leverages[LegKey(symbol: symbol, leg: .long)] = long ?? net
            leverages[LegKey(symbol: symbol, leg: .short)] = short ?? net
        }
        return leverageRow(symbol).adding([
            "crossMarginLeverage": .text(String(leverage(LegKey(symbol: symbol, leg: .net))))
        ])
    }

    private func leverageRow(_ symbol: Symbol) -> Wire {
        [
            "symbol": .text(symbol.name), "marginCoin": "USDT",
            "longLeverage": .text(String(leverage(LegKey(symbol: symbol, leg: .long)))),
            "shortLeverage": .text(String(leverage(LegKey(symbol: symbol, leg: .short)))),
            "marginMode": .text(marginMode(symbol)),
        ]
    }

    mutating func setMarginMode(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        try requireOurs(call)
        let symbol = try symbol(call)
        let mode = try call.required("marginMode").lowercased()
        guard ["isolated", "crossed"].contains(mode) else { throw .wrong("marginMode") }
        if isBusy(symbol) {
            throw BitgetFault("45117", "Currently holding positions or orders, the margin mode cannot be adjusted")
        }
        if mode == "isolated" { isolated.insert(symbol) } else { isolated.remove(symbol) }
        return leverageRow(symbol)
    }

    mutating func setPositionMode(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        try requireOurs(call)
        let wanted = try call.required("posMode")
        guard let mode = BitgetHoldMode.allCases.first(where: { $0.wire == wanted }) else { throw .wrong("posMode") }
        if isBusy() { throw BitgetFault("40920", "Position or order exists, the position mode cannot be switched") }
        holdMode = mode
        return ["posMode": .text(mode.wire)]
    }

    func futuresBills(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        guard try isOurs(call) else { return ["bills": [], "endId": .null] }
        let business = call["businessType"]
        let all = bills.filter { business == nil || $0["businessType"]?.string == business }
        let (found, end) = page(
            all, call, id: { $0["billId"]?.string ?? "" },
            at: { Timestamp($0["cTime"]?.string.flatMap(Int64.init) ?? 0) })
        return ["bills": .list(found), "endId": end.map(Wire.text) ?? .null]
    }
}
