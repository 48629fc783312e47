import Core

// InstrumentsService and MarketDataService.

extension TInvestRoute {
    static let instruments: [TInvestRoute] = [
        TInvestRoute("InstrumentsService/ShareBy", limit: 200) { world, call throws(TInvestFault) in
            ["instrument": world.share(try world.named(call))]
        },
        TInvestRoute("InstrumentsService/GetInstrumentBy", limit: 200) { world, call throws(TInvestFault) in
            let share = world.share(try world.named(call))
            let kind: Wire = ["instrumentType": "share", "instrumentKind": "INSTRUMENT_TYPE_SHARE"]
            return ["instrument": share.adding(kind)]
        },
        TInvestRoute("InstrumentsService/Shares", limit: 15, own: true) { world, _ throws(TInvestFault) in
            let shares = world.listings.map { world.share($0) }
            return ["instruments": .list(shares)]
        },
        TInvestRoute("InstrumentsService/FindInstrument", limit: 200) { world, call throws(TInvestFault) in
            let text = try call.required("query", "30102").uppercased()
            let found = world.listings.filter { $0.ticker.contains(text) || $0.isNamed(text.lowercased()) }
            // A namesake of another board comes first, as users report.
            let told = found.flatMap { listing -> [Wire] in
                let namesake: Wire = [
                    "figi": "", "ticker": .text(listing.ticker), "classCode": "SPEQ",
                    "uid": .text(TInvestName.uuid("SPEQ/\(listing.ticker)")), "name": .text(listing.ticker),
                    "lot": .whole(listing.lot), "apiTradeAvailableFlag": false,
                ]
                return [namesake, world.share(listing)]
            }
            return ["instruments": .list(told)]
        },
        TInvestRoute("InstrumentsService/TradingSchedules", limit: 200) { world, call throws(TInvestFault) in
            try world.schedules(call)
        },
    ]

    static let quotes: [TInvestRoute] = [
        TInvestRoute("MarketDataService/GetCandles", limit: 600) { world, call throws(TInvestFault) in
            try world.candles(call)
        },
        TInvestRoute("MarketDataService/GetLastPrices", limit: 600) { world, call throws(TInvestFault) in
            let names = (call.fields["instrumentId"] ?? call.fields["figi"] ?? []).elements.compactMap(\.string)
            let found = world.listings.filter { listing in
                names.isEmpty || names.contains { listing.isNamed($0) }
            }
            let told = found.enumerated().map { index, listing in
                world.lastPrice(
                    listing, isBare: index == 0 && world.quirks.missingPrices,
                    ofExchange: call["lastPriceType"] == "LAST_PRICE_EXCHANGE")
            }
            return ["lastPrices": .list(told)]
        },
        TInvestRoute("MarketDataService/GetOrderBook", limit: 600) { world, call throws(TInvestFault) in
            let listing = try world.listing(call)
            guard let depth = call["depth"].flatMap(Int.init), [1, 10, 20, 30, 40, 50].contains(depth) else {
                throw TInvestFault("30032", "The 'depth' is incorrect")
            }
            return world.book(listing, depth: depth)
        },
        TInvestRoute("MarketDataService/GetTradingStatus", limit: 600) { world, call throws(TInvestFault) in
            world.tradingStatus(try world.listing(call))
        },
        TInvestRoute("MarketDataService/GetTradingStatuses", limit: 600) { world, call throws(TInvestFault) in
            let names = (call.fields["instrumentId"] ?? []).elements.compactMap(\.string)
            let found = world.listings.filter { listing in names.contains { listing.isNamed($0) } }
            let told = found.map { world.tradingStatus($0) }
            return ["tradingStatuses": .list(told)]
        },
    ]
}

extension TInvestWorld {
    /// The share that an instrument request names.
    func named(_ call: TInvestCall) throws(TInvestFault) -> TInvestListing {
        let id = try call.required("id", "30007")
        let isTicker = call["idType"] == "INSTRUMENT_ID_TYPE_TICKER"
        if isTicker, call["classCode"] == nil { throw TInvestFault("30013", "Missing parameter: 'class_code'") }
        let found = listings.first { listing in
            isTicker
                ? listing.ticker == id.uppercased() && call["classCode"] == TInvestSetup.classCode : listing.isNamed(id)
        }
        guard let found else { throw .noInstrument }
        return found
    }

    func share(_ listing: TInvestListing) -> Wire {
        [
            "figi": .text(listing.figi), "ticker": .text(listing.ticker), "classCode": .text(TInvestSetup.classCode),
            "isin": .text("RU000TWIN\(listing.ticker)"), "lot": .whole(listing.lot), "currency": "rub",
            "shortEnabledFlag": .flag(setup.allowsShort), "name": .text(listing.ticker),
            "exchange": "moex_mrng_evng_e_wknd_dlr", "countryOfRisk": "RU",
            "tradingStatus": .text(status(listing.symbol).wire), "otcFlag": false, "buyAvailableFlag": true,
            "sellAvailableFlag": true, "minPriceIncrement": .quotation(listing.instrument.tick),
            "apiTradeAvailableFlag": true, "uid": .text(listing.uid), "positionUid": .text(listing.positionUID),
            "realExchange": .text(quirks.surprises ? "REAL_EXCHANGE_NEWEST" : "REAL_EXCHANGE_MOEX"),
            "forQualInvestorFlag": false, "weekendFlag": true, "liquidityFlag": true, "requiredTests": [],
            "first1minCandleDate": .instant(market.firstTime(listing.symbol)),
            "first1dayCandleDate": .instant(market.firstTime(listing.symbol)),
        ]
    }

    func schedules(_ call: TInvestCall) throws(TInvestFault) -> Wire {
        let (from, to) = (call.moment("from") ?? now.venue, call.moment("to") ?? now.venue)
        guard to >= from else { throw TInvestFault("30003", "The 'from' is after the 'to'") }
        guard to - from <= .seconds(14 * 86_400) else { throw TInvestFault("30002", "The period is too long") }
        let first = TInvestCalendar.local(from).day
        guard first >= TInvestCalendar.local(now.venue).day else {
            throw TInvestFault("30003", "The 'from' is in the past")
        }
        let days = (first...TInvestCalendar.local(to).day).map(schedule)
        return ["exchanges": [["exchange": .text(call["exchange"] ?? "MOEX_PLUS_WEEKEND"), "days": .list(days)]]]
    }

    private func schedule(_ day: Int64) -> Wire {
        let phases = setup.calendar.phases(on: day)
        let trading = phases.filter { $0.status.isContinuous }
        func at(_ minute: Int64) -> Wire { .instant(TInvestCalendar.moment(day: day, minute: minute)) }
        var facts: Wire = ["date": at(180), "isTradingDay": .flag(!trading.isEmpty)]
        guard let main = trading.first else { return facts }
        facts = facts.adding(["startTime": at(main.start), "endTime": at(main.end)])
        if let auction = phases.first(where: { $0.status == .openingAuction && $0.end <= main.start }) {
            facts = facts.adding([
                "openingAuctionStartTime": at(auction.start), "openingAuctionEndTime": at(auction.end),
            ])
        }
        if let auction = phases.first(where: { $0.status == .closingAuction }) {
            facts = facts.adding([
                "closingAuctionStartTime": at(auction.start), "closingAuctionEndTime": at(auction.end),
            ])
        }
        if trading.count > 1, let evening = trading.last {
            facts = facts.adding(["eveningStartTime": at(evening.start), "eveningEndTime": at(evening.end)])
        }
        let intervals = trading.map { phase in
            let kind = phase.status == .dealer ? "dealer_regular_trading_session" : "regular_trading_session"
            let span: Wire = ["startTs": at(phase.start), "endTs": at(phase.end)]
            return Wire.json(["type": .text(kind), "interval": span])
        }
        return facts.adding(["intervals": .list(intervals)])
    }

    /// The last price with the time of its trade.
    func lastPrice(_ listing: TInvestListing, isBare: Bool = false, ofExchange: Bool = false) -> Wire {
        let isDealer = status(listing.symbol) == .dealer && !ofExchange
        let facts = listing.names.adding([
            "time": .instant(isDealer ? now.venue : tradedAt[listing.symbol] ?? now.venue),
            "lastPriceType": isDealer ? "LAST_PRICE_DEALER" : "LAST_PRICE_EXCHANGE",
        ])
        guard !isBare, let price = market.price(listing.symbol) else { return facts }
        return facts.adding(["price": .quotation(price)])
    }

    func tradingStatus(_ listing: TInvestListing) -> Wire {
        let status = self.status(listing.symbol)
        let takesMarket = status == .normal || (status == .dealer && quirks.dealerMarket)
        return listing.names.adding([
            "tradingStatus": .text(word(status.wire)), "limitOrderAvailableFlag": .flag(status.takesLimits),
            "marketOrderAvailableFlag": .flag(takesMarket), "apiTradeAvailableFlag": true,
            "bestpriceOrderAvailableFlag": .flag(status.takesLimits), "onlyBestPrice": .flag(quirks.onlyBestPrice),
        ])
    }

    /// A book around the last price: a step between levels, lots drawn from the seed.
    func book(_ listing: TInvestListing, depth: Int) -> Wire {
        let tick = listing.instrument.tick
        let last = market.price(listing.symbol) ?? tick
        var random = SeededRandom(seed: faults.seed, stream: "\(listing.ticker)/\(now.venue.milliseconds / 1000)")
        func side(_ step: Price) -> Wire {
            var (price, levels): (Price, [Wire]) = (last, [])
            for _ in 0..<depth {
                price += step
                guard price > .zero else { break }
                levels.append(["price": .quotation(price), "quantity": .long(Int64(random.below(500)) + 1)])
            }
            return .list(levels)
        }
        let (down, up) = limits(listing)
        let (bids, asks) = (side(-tick), side(tick))
        return listing.names.adding([
            "depth": .whole(Int64(depth)), "bids": bids, "asks": asks, "lastPrice": .quotation(last),
            "limitUp": .quotation(up), "limitDown": .quotation(down), "lastPriceTs": .instant(now.venue),
            "orderbookTs": .instant(now.venue),
        ])
    }
}
