import Core

// The classic dialect: what needs no key.

extension BitgetRoute {
    static let publicRoutes: [BitgetRoute] = [
        open("/api/v2/public/time") { world, _ throws(BitgetFault) in ["serverTime": .moment(world.now.wall)] },
        open("/api/v2/mix/market/contracts") { world, call throws(BitgetFault) in
            guard try world.isOurs(call) else { return [] }
            let symbol = try world.optionalSymbol(call)
            return .list(world.instruments.filter { symbol == nil || $0.symbol == symbol }.map(world.contract))
        },
        open("/api/v2/spot/public/symbols") { world, call throws(BitgetFault) in
            let symbol = try world.optionalSymbol(call)
            return .list(world.instruments.filter { symbol == nil || $0.symbol == symbol }.map(world.spotSymbol))
        },
        open("/api/v2/spot/public/coins", limit: 3) { world, _ throws(BitgetFault) in
            .list(
                (["USDT"] + world.instruments.map { world.baseCoin($0) }).map { coin in
                    ["coinId": "1", "coin": .text(coin), "transfer": "true", "chains": []]
                })
        },
        open("/api/v2/margin/currencies") { _, _ throws(BitgetFault) in [] },
        open("/api/v2/mix/market/candles") { world, call throws(BitgetFault) in
            try world.futuresCandles(call, most: 1_000, closedOnly: false)
        },
        open("/api/v2/mix/market/history-candles") { world, call throws(BitgetFault) in
            try world.futuresCandles(call, most: 200, closedOnly: true)
        },
        open("/api/v2/mix/market/history-mark-candles") { world, call throws(BitgetFault) in
            try world.futuresCandles(call, most: 200, closedOnly: true)
        },
        open("/api/v2/mix/market/history-index-candles") { world, call throws(BitgetFault) in
            try world.futuresCandles(call, most: 200, closedOnly: true)
        },
        open("/api/v2/mix/market/ticker") { world, call throws(BitgetFault) in
            try world.requireOurs(call)
            return .list([world.futuresTicker(try world.symbol(call))])
        },
        open("/api/v2/mix/market/tickers") { world, call throws(BitgetFault) in
            try world.isOurs(call) ? .list(world.instruments.map { world.futuresTicker($0.symbol) }) : []
        },
        open("/api/v2/mix/market/symbol-price") { world, call throws(BitgetFault) in
            try world.requireOurs(call)
            let symbol = try world.symbol(call)
            let mark = Wire.text(world.market.mark(symbol)?.description ?? "")
            return [
                [
                    "symbol": .text(symbol.name), "price": .text(world.market.price(symbol)?.description ?? ""),
                    "indexPrice": mark, "markPrice": mark, "ts": .moment(world.now.venue),
                ]
            ]
        },
        open("/api/v2/mix/market/merge-depth") { world, call throws(BitgetFault) in
            try world.requireOurs(call)
            return try world.futuresDepth(call)
        },
        open("/api/v2/mix/market/fills") { world, call throws(BitgetFault) in try world.publicTrades(call) },
        open("/api/v2/mix/market/fills-history", limit: 10) { world, call throws(BitgetFault) in
            try world.publicTrades(call)
        },
        open("/api/v2/mix/market/current-fund-rate") { world, call throws(BitgetFault) in
            let symbol = try world.symbol(call)
            return [
                [
                    "symbol": .text(symbol.name), "fundingRate": "0", "fundingRateInterval": "8",
                    "nextUpdate": .moment(world.nextFunding), "minFundingRate": "-0.003", "maxFundingRate": "0.003",
                ]
            ]
        },
        open("/api/v2/spot/market/candles") { world, call throws(BitgetFault) in
            try world.spotCandles(call, most: 1_000, closedOnly: false)
        },
        open("/api/v2/spot/market/history-candles") { world, call throws(BitgetFault) in
            _ = try call.required("endTime")
            return try world.spotCandles(call, most: 200, closedOnly: true)
        },
        open("/api/v2/spot/market/tickers") { world, call throws(BitgetFault) in
            let symbol = try world.optionalSymbol(call)
            return .list(
                world.instruments.filter { symbol == nil || $0.symbol == symbol }.map { world.spotTicker($0.symbol) })
        },
        open("/api/v2/spot/market/orderbook") { world, call throws(BitgetFault) in
            let symbol = try world.symbol(call)
            guard let depth = world.depth(symbol, levels: call.limit(150, most: 150)) else { throw .unknownSymbol }
            return depth.wire.adding(["ts": .moment(world.now.venue)])
        },
        open("/api/v2/spot/market/fills", limit: 10) { world, call throws(BitgetFault) in try world.publicTrades(call)
        },
        open("/api/v2/spot/market/fills-history", limit: 10) { world, call throws(BitgetFault) in
            try world.publicTrades(call)
        },
    ]

    static func open(_ path: String, limit: Int = 20, _ deed: @escaping Deed) -> BitgetRoute {
        get(path, limit, isPrivate: false, deed)
    }
}

extension BitgetWorld {
    /// When funding would be due next.
    var nextFunding: Timestamp { Timestamp(now.venue.milliseconds.floored(to: 28_800_000) + 28_800_000) }

    func contract(_ instrument: Instrument) -> Wire {
        let digits = instrument.tick.value.digitsBehindPoint
        var step = instrument.tick.value
        for _ in 0..<digits { step = step.times(FixedDecimal(10)) }
        return [
            "symbol": .text(instrument.symbol.name), "baseCoin": .text(baseCoin(instrument)),
            "quoteCoin": .text(instrument.quote.code), "buyLimitPriceRatio": "0.05", "sellLimitPriceRatio": "0.05",
            "feeRateUpRatio": "0.005", "makerFeeRate": "0.0002", "takerFeeRate": "0.0006", "openCostUpRatio": "0.01",
            "supportMarginCoins": ["USDT"], "minTradeNum": .amount(instrument.minimumQuantity),
            "priceEndStep": .text(step.description),
            "volumePlace": .text(String(instrument.lotStep.value.digitsBehindPoint)),
            "pricePlace": .text(String(digits)), "sizeMultiplier": .amount(instrument.lotStep),
            "symbolType": "perpetual", "minTradeUSDT": .amount(instrument.minimumNotional),
            "maxSymbolOrderNum": "200", "maxProductOrderNum": "400", "maxPositionNum": "150",
            "symbolStatus": isClosed ? "maintain" : "normal", "offTime": "-1", "limitOpenTime": "-1",
            "deliveryTime": "", "deliveryStartTime": "", "launchTime": "", "fundInterval": "8", "minLever": "1",
            "maxLever": "125", "posLimit": "0.05", "maintainTime": "",
            "maxMarketOrderQty": .text(setup.largestMarket?.description ?? "1000000"),
            "maxOrderQty": .text(setup.largestLimit?.description ?? "1000000"), "isRwa": "NO",
        ]
    }

    func spotSymbol(_ instrument: Instrument) -> Wire {
        [
            "symbol": .text(instrument.symbol.name), "baseCoin": .text(baseCoin(instrument)),
            "quoteCoin": .text(instrument.quote.code), "minTradeAmount": "0", "maxTradeAmount": "900000000000000",
            "takerFeeRate": "0.001", "makerFeeRate": "0.001",
            "pricePrecision": .text(String(instrument.tick.value.digitsBehindPoint)),
            "quantityPrecision": .text(String(instrument.lotStep.value.digitsBehindPoint)), "quotePrecision": "8",
            "status": isClosed ? "halt" : "online", "minTradeUSDT": .amount(instrument.minimumNotional),
            "buyLimitPriceRatio": "0.05", "sellLimitPriceRatio": "0.05", "areaSymbol": "no", "orderQuantity": "200",
            "openTime": "1532454360000", "offTime": "",
        ]
    }

    private func tickerParts(_ symbol: Symbol) -> (last: Wire, day: Candle?, depth: BitgetDepth?, change: Wire) {
        let last = market.price(symbol)
        let day = day(symbol)
        var change = "0"
        if let day, let last, let ratio = FixedDecimal(measured: last.double / day.open - 1) {
            change = ratio.quantised(to: FixedDecimal(units: 10_000_000), rounding: .halfEven).description
        }
        return (.text(last?.description ?? ""), day, depth(symbol, levels: 1), .text(change))
    }

    /// What futures, spot and streams have in common.
    private func tickerCore(_ symbol: Symbol) -> (head: Wire, open: Wire) {
        let (last, day, depth, change) = tickerParts(symbol)
        let row = day.map { candleRow($0, symbol) } ?? []
        func cell(_ index: Int) -> Wire { index < row.count ? row[index] : last }
        func edge(_ level: BitgetDepth.Level?, _ price: Bool) -> Wire {
            .text(level.map { price ? $0.price.description : $0.size.description } ?? "")
        }
        let head: Wire = [
            "lastPr": last, "askPr": edge(depth?.asks.first, true), "bidPr": edge(depth?.bids.first, true),
            "bidSz": edge(depth?.bids.first, false), "askSz": edge(depth?.asks.first, false), "high24h": cell(2),
            "low24h": cell(3), "ts": .moment(now.venue), "change24h": change, "baseVolume": cell(5),
            "quoteVolume": cell(6), "usdtVolume": cell(6), "openUtc": cell(1), "changeUtc24h": change,
        ]
        return (head, cell(1))
    }

    func futuresTicker(_ symbol: Symbol) -> Wire {
        let (head, open) = tickerCore(symbol)
        let mark = Wire.text(market.mark(symbol)?.description ?? "")
        return Wire.json(["symbol": .text(symbol.name)]).adding(head).adding([
            "indexPrice": mark, "fundingRate": "0", "holdingAmount": "1000", "deliveryStartTime": .null,
            "deliveryTime": .null, "deliveryStatus": "", "open24h": open, "markPrice": mark,
        ])
    }

    func spotTicker(_ symbol: Symbol) -> Wire {
        let (head, open) = tickerCore(symbol)
        return Wire.json(["open": open, "symbol": .text(symbol.name)]).adding(head)
    }

    func streamedTicker(_ symbol: Symbol, isUnified: Bool) -> Wire {
        if isUnified { return unifiedTicker(symbol, isStream: true) }
        return Wire.json(["instId": .text(symbol.name)]).adding(futuresTicker(symbol)).adding([
            "nextFundingTime": .moment(nextFunding), "symbolType": 1, "deliveryPrice": "0",
        ])
    }

    /// The parts of a ticker for the other dialect.
    func tickerFields(_ symbol: Symbol) -> Wire {
        let (head, open) = tickerCore(symbol)
        return head.adding(["open24h": open])
    }

    private func candles(
        _ call: BitgetCall, _ grain: BitgetGrain, most: Int, closedOnly: Bool
    ) throws(BitgetFault) -> [[Wire]] {
        let symbol = try symbol(call)
        let (start, end) = (call.moment("startTime"), call.moment("endTime"))
        if let start, let end, end - start > .milliseconds(90 * 86_400_000) {
            throw BitgetFault("00001", "startTime and endTime interval cannot be greater than 90 days")
        }
        // The window hangs on its end and goes back; its start matters to the recent candles only.
        let found = candles(
            symbol, grain, count: call.limit(100, most: most), before: end, closedOnly: closedOnly,
            from: closedOnly ? nil : start)
        return found.map { candleRow($0, symbol) }
    }

    func futuresCandles(_ call: BitgetCall, most: Int, closedOnly: Bool) throws(BitgetFault) -> Wire {
        try requireOurs(call)
        guard let grain = BitgetGrain(stream: try call.required("granularity")) else { throw .wrong("granularity") }
        return .list(try candles(call, grain, most: most, closedOnly: closedOnly).map(Wire.list))
    }

    func spotCandles(_ call: BitgetCall, most: Int, closedOnly: Bool) throws(BitgetFault) -> Wire {
        guard let grain = BitgetGrain(spot: try call.required("granularity")) else { throw .wrong("granularity") }
        return .list(
            try candles(call, grain, most: most, closedOnly: closedOnly).map { .list($0 + [$0[$0.count - 1]]) })
    }

    func futuresDepth(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        let symbol = try symbol(call)
        let wanted = call["limit"]?.lowercased() == "max" ? 500 : call.limit(100, most: 500)
        guard let depth = depth(symbol, levels: wanted), let instrument = market.instrument(symbol) else {
            throw .unknownSymbol
        }
        // Bare numbers here, unlike everywhere else.
        func rows(_ levels: [BitgetDepth.Level]) -> Wire {
            .list(levels.map { [.number($0.price.description), .number($0.size.description)] })
        }
        return [
            "asks": rows(depth.asks), "bids": rows(depth.bids), "ts": .moment(now.venue),
            "scale": .amount(instrument.tick), "precision": "scale0", "isMaxPrecision": "NO",
        ]
    }

    func publicTrades(_ call: BitgetCall) throws(BitgetFault) -> Wire {
        let symbol = try symbol(call)
        let trades = (feed.lines[symbol]?.trades ?? []).suffix(call.limit(100, most: 500)).reversed()
        return .list(
            trades.map { trade in
                [
                    "symbol": .text(symbol.name), "tradeId": .text(String(1_200_000_000_000_000_000 + trade.id)),
                    "side": .text(trade.side == .buy ? "Buy" : "Sell"), "price": .amount(trade.price),
                    "size": .amount(trade.size), "ts": .moment(trade.at),
                ]
            })
    }
}
