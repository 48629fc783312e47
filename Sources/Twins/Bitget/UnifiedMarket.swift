import Core

// The unified dialect: market data and the account.

extension BitgetRoute {
    static let unifiedMarket: [BitgetRoute] = [
        open("/api/v3/market/instruments") { world, call throws(BitgetFault) in
            let (symbol, kind) = (try world.optionalSymbol(call), try world.category(call))
            guard kind != .other else { return [] }
            return .list(
                world.instruments.filter { symbol == nil || $0.symbol == symbol }.map {
                    world.unifiedInstrument($0, isSpot: kind == .spot)
                })
        },
        open("/api/v3/market/tickers") { world, call throws(BitgetFault) in
            let (symbol, kind) = (try world.optionalSymbol(call), try world.category(call))
            guard kind != .other else { return [] }
            return .list(
                world.instruments.filter { symbol == nil || $0.symbol == symbol }.map {
                    world.unifiedTicker($0.symbol, isStream: false).adding([
                        "category": kind == .spot ? "SPOT" : "USDT-FUTURES"
                    ])
                })
        },
        open("/api/v3/market/orderbook") { world, call throws(BitgetFault) in
            let symbol = try world.symbol(call)
            guard let depth = world.depth(symbol, levels: call.limit(50, most: 200)) else { throw .unknownSymbol }
            return [
                "a": depth.wire["asks"] ?? [], "b": depth.wire["bids"] ?? [], "ts": .moment(world.now.venue),
            ]
        },
        open("/api/v3/market/candles") { world, call throws(BitgetFault) in
            try world.unifiedCandles(call, most: 1_000, closedOnly: false)
        },
        open("/api/v3/market/history-candles") { world, call throws(BitgetFault) in
            try world.unifiedCandles(call, most: 100, closedOnly: true)
        },
        open("/api/v3/market/fills") { world, call throws(BitgetFault) in
            let symbol = try world.symbol(call)
            let trades = (world.feed.lines[symbol]?.trades ?? []).suffix(call.limit(100, most: 100)).reversed()
            return .list(
                trades.map { trade in
                    [
                        "execId": .text(String(1_200_000_000_000_000_000 + trade.id)), "price": .amount(trade.price),
                        "size": .amount(trade.size), "side": .text(trade.side.rawValue), "ts": .moment(trade.at),
                    ]
                })
        },
        open("/api/v3/market/current-fund-rate") { world, call throws(BitgetFault) in
            [
                [
                    "symbol": .text(try world.symbol(call).name), "fundingRate": "0", "fundingRateInterval": "8",
                    "nextUpdate": .moment(world.nextFunding),
                ]
            ]
        },
        .get("/api/v3/account/assets", 10) { world, _ throws(BitgetFault) in world.unifiedAssets() },
        .get("/api/v3/account/funding-assets", 10) { _, _ throws(BitgetFault) in [] },
        .get("/api/v3/account/settings", 10) { world, _ throws(BitgetFault) in world.unifiedSettings() },
        .get("/api/v3/account/info", 5) { world, call throws(BitgetFault) in
            [
                "userId": "1", "permType": world.mayTrade(call) ? "read-and-write" : "read-only",
                "permissions": ["uta_mgt", "uta_trade"], "ips": "", "parentId": "", "inviterId": "",
            ]
        },
        .post("/api/v3/account/set-leverage", 10) { world, call throws(BitgetFault) in
            try world.setUnifiedLeverage(call)
        },
        .post("/api/v3/account/set-hold-mode", 10) { world, call throws(BitgetFault) in
            let wanted = try call.required("holdMode")
            guard let mode = BitgetHoldMode.allCases.first(where: { $0.wire == wanted }) else {
                throw .wrong("holdMode")
            }
            if world.isBusy() {
                throw world.positions.isEmpty
                    ? BitgetFault("25570", "There are pending orders, the holding mode cannot be switched")
                    : BitgetFault("25107", "There is currently a position, please close the position")
            }
            world.holdMode = mode
            return "success"
        },
    ]
}

/// What a call of the unified dialect is about.
enum UnifiedCategory: Sendable {
    case spot, futures, other
}

extension BitgetWorld {
    func category(_ call: BitgetCall) throws(BitgetFault) -> UnifiedCategory {
        switch try call.required("category").uppercased() {
        case "SPOT": return .spot
        case "USDT-FUTURES": return .futures
        case "MARGIN", "COIN-FUTURES", "USDC-FUTURES": return .other
        default: throw BitgetFault("400172", "Parameter verification failed category")
        }
    }

    func unifiedInstrument(_ instrument: Instrument, isSpot: Bool) -> Wire {
        let shared: Wire = [
            "symbol": .text(instrument.symbol.name), "category": isSpot ? "SPOT" : "USDT-FUTURES",
            "baseCoin": .text(baseCoin(instrument)), "quoteCoin": .text(instrument.quote.code),
            "buyLimitPriceRatio": "0.05", "sellLimitPriceRatio": "0.05",
            "minOrderQty": .amount(instrument.minimumQuantity),
            "maxOrderQty": .text(setup.largestLimit?.description ?? (isSpot ? "0" : "1000000")),
            "pricePrecision": .text(String(instrument.tick.value.digitsBehindPoint)),
            "quantityPrecision": .text(String(instrument.lotStep.value.digitsBehindPoint)),
            "minOrderAmount": .amount(instrument.minimumNotional), "maxSymbolOrderNum": "400",
            "maxProductOrderNum": "400", "status": isClosed ? (isSpot ? "halt" : "maintain") : "online",
            "maintainTime": "", "maxPositionNum": "150",
        ]
        if isSpot { return shared.adding(["quotePrecision": "8", "areaSymbol": "no"]) }
        return shared.adding([
            "feeRateUpRatio": "0.005", "makerFeeRate": "0.0002", "takerFeeRate": "0.0006", "openCostUpRatio": "0.01",
            "priceMultiplier": .amount(instrument.tick), "quantityMultiplier": .amount(instrument.lotStep),
            "type": "perpetual", "offTime": "-1", "limitOpenTime": "-1", "deliveryTime": "",
            "deliveryStartTime": "", "deliveryPeriod": "", "launchTime": "", "fundInterval": "8", "minLeverage": "1",
            "maxLeverage": "125", "maxMarketOrderQty": .text(setup.largestMarket?.description ?? "1000000"),
        ])
    }

    func unifiedCandles(_ call: BitgetCall, most: Int, closedOnly: Bool) throws(BitgetFault) -> Wire {
        _ = try category(call)
        let symbol = try symbol(call)
        guard let grain = BitgetGrain(unified: try call.required("interval")) else { throw .wrong("interval") }
        let found = candles(
            symbol, grain, count: call.limit(100, most: most), before: call.moment("endTime"), closedOnly: closedOnly,
            from: closedOnly ? nil : call.moment("startTime"))
        return .list(found.map { .list(candleRow($0, symbol)) })
    }

    func unifiedSettings() -> Wire {
        let symbols = instruments.map { instrument -> Wire in
            let symbol = instrument.symbol
            return [
                "category": "USDT-FUTURES", "symbol": .text(symbol.name), "marginMode": .text(marginMode(symbol)),
                "leverage": levers(symbol),
            ]
        }
        return [
            "uid": "1", "accountMode": "unified", "assetMode": "multi_assets", "accountLevel": "advanced",
            "holdMode": .text(holdMode.wire), "stpMode": "none", "symbolConfigList": .list(symbols),
            "coinConfigList": [], "symbolConfig": .list(symbols), "coinConfig": [],
        ]
    }

    /// The leverage of a symbol; where its sides differ, both.
    private func levers(_ symbol: Symbol) -> Wire {
        guard isolated.contains(symbol) else { return .text(String(leverage(LegKey(symbol: symbol, leg: .net)))) }
        let sides = [BitgetLeg.long, .short].map { Wire.text(String(leverage(LegKey(symbol: symbol, leg: $0)))) }
        return sides[0] == sides[1] ? sides[0] : .list(sides)
    }

    mutating func setUnifiedLeverage(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        guard try category(call) == .futures else { throw .wrong("category") }
        let symbol = try symbol(call)
        guard let lever = Int(try call.required("leverage")), (1...125).contains(lever) else {
            throw BitgetFault("40893", "The leverage is out of range 1...125")
        }
        let isIsolated = try isIsolated(call)
        let legs: [BitgetLeg]
        switch call["posSide"]?.lowercased() {
        // One-way isolated positions are of either side.
        case "long": legs = holdMode == .oneWay ? [.net, .long] : [.long]
        case "short": legs = holdMode == .oneWay ? [.net, .short] : [.short]
        case nil where isIsolated: throw .missing("posSide")
        default: legs = [.net, .long, .short]
        }
        if isIsolated != isolated.contains(symbol) {
            if isBusy(symbol) {
                throw BitgetFault("25570", "There are positions or orders of another margin mode")
            }
            setIsolated(isIsolated, symbol)
        }
        for leg in legs { leverages[LegKey(symbol: symbol, leg: leg)] = lever }
        return "success"
    }
}
