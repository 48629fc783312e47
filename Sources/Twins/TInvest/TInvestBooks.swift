import Core

extension TInvestWorld {
    /// Everything the venue knows, for the control endpoint.
    package var books: Wire {
        let told = accounts.map { account in
            let held = listings.compactMap { listing -> Wire? in
                let leg = TInvestLeg(account: account.id, symbol: listing.symbol)
                guard let holding = account.holdings[listing.symbol] else { return nil }
                return [
                    "symbol": .text(listing.ticker), "pieces": .amount(holding.pieces),
                    "average": .amount(holding.average), "engine": .text(legs[leg]?.held.description ?? ""),
                ]
            }
            return Wire.json([
                "id": .text(account.id), "isOpen": .flag(account.isOpen), "money": .amount(account.money),
                "blocked": .amount(blockedMoney(account.id)), "equity": .amount(equity(account)),
                "positions": .list(held),
            ])
        }
        let states = listings.map { Wire.Member(key: $0.ticker, value: .text(status($0.symbol).rawValue)) }
        return [
            "environment": .text(setup.isSandbox ? "sandbox" : "production"), "accounts": .list(told),
            "statuses": .object(states), "orders": .list(orders.indices.map { orderState($0, isPlain: true) }),
            "stops": .list(stops.map(bookedStop)),
            "deals": .list(deals.map(bookedDeal)),
        ]
    }

    private func bookedStop(_ stop: TInvestStop) -> Wire {
        stopState(stop).adding([
            "status": .text(stop.status.rawValue), "key": .text(stop.key), "reason": .text(stop.reason),
        ])
    }

    private func bookedDeal(_ deal: TInvestDeal) -> Wire {
        [
            "id": .text(deal.id), "orderId": .text(orders[deal.order].id), "symbol": .text(deal.leg.symbol.name),
            "side": .text(deal.side.rawValue), "price": .amount(deal.price), "pieces": .amount(deal.pieces),
            "commission": .amount(deal.fee), "at": .instant(deal.at),
        ]
    }

    /// Commands of the control endpoint that only this venue knows.
    package mutating func control(_ command: String, _ body: Wire, at now: TwinMoment) -> Wire? {
        self.now = now
        switch command {
        case "price": return setPrice(body)
        case "session": return setStatus(body)
        case "end-day":
            endAllOrders()
            return ["done": true]
        case "quirks": return setQuirks(body)
        case "trade": return placeByHand(body)
        case "close":
            let code = body["code"]?.string ?? "80005"
            for session in sessions.keys.sorted() { fail(session, code, "The stream was closed by the server") }
            return ["done": true]
        case "wallet":
            guard let amount = body["change"]?.string.flatMap(FixedDecimal.init), let first = accounts.indices.first
            else { return ["error": "wallet takes {\"change\": \"-10.5\"}, and wants an account"] }
            accounts[first].pay(Money(amount))
            pushPositions(accounts[first].id)
            return ["money": .amount(accounts[first].money)]
        default: return nil
        }
    }

    private func traded(_ body: Wire) -> TInvestListing? {
        body["symbol"]?.string.flatMap { Symbol($0) }.flatMap { self.listing($0) }
    }

    private mutating func setPrice(_ body: Wire) -> Wire {
        guard let listing = traded(body),
            let price = body["price"]?.string.flatMap(FixedDecimal.init).map(Price.init), price > .zero
        else { return ["error": "price takes {\"symbol\": \"SBER\", \"price\": \"305.12\", \"gap\": false}"] }
        market.hold(listing.symbol)
        let target = max(listing.instrument.onTick(price), listing.instrument.tick)
        let step = PriceStep(symbol: listing.symbol, price: target, volume: 1, gap: body["gap"] == .flag(true))
        if status(listing.symbol).isContinuous { move(step) } else { missed[listing.symbol] = step }
        return ["price": .amount(target)]
    }

    /// Sets what may be done with a share, or with all; without a status the calendar rules again.
    private mutating func setStatus(_ body: Wire) -> Wire {
        let wanted = body["symbol"] == nil ? listings : traded(body).map { [$0] } ?? []
        let name = body["status"]?.string
        let status = name.flatMap { TInvestStatus(rawValue: $0) }
        guard !wanted.isEmpty, name == nil || status != nil else {
            let names = TInvestStatus.allCases.map(\.rawValue).joined(separator: ", ")
            return ["error": .text("session takes {\"symbol\": \"SBER\", \"status\": one of \(names)}")]
        }
        for listing in wanted { overrides[listing.symbol] = status }
        changeStatuses()
        return ["done": true]
    }

    private mutating func setQuirks(_ body: Wire) -> Wire {
        func count(_ name: String, _ old: Int) -> Int { body[name]?.string.flatMap(Int.init) ?? old }
        func flag(_ name: String, _ old: Bool) -> Bool { body[name].map { $0 == .flag(true) } ?? old }
        if let name = body["duplicates"]?.string {
            guard let kind = TInvestDuplicates(rawValue: name) else { return ["error": "duplicates: refuse or state"] }
            quirks.duplicates = kind
        }
        quirks.lateOrders = count("lateOrders", quirks.lateOrders)
        let late = count("lateMs", Int(quirks.lateFor.milliseconds))
        quirks.lateFor = .milliseconds(Int64(min(max(late, 0), 86_400_000)))
        quirks.failedReplaces = count("failedReplaces", quirks.failedReplaces)
        quirks.quietRejections = count("quietRejections", quirks.quietRejections)
        quirks.nullErrors = count("nullErrors", quirks.nullErrors)
        quirks.refusedStreams = count("refusedStreams", quirks.refusedStreams)
        quirks.lateStops = count("lateStops", quirks.lateStops)
        quirks.childlessStops = count("childlessStops", quirks.childlessStops)
        quirks.keylessStops = flag("keylessStops", quirks.keylessStops)
        quirks.stagesInPieces = flag("stagesInPieces", quirks.stagesInPieces)
        quirks.onlyBestPrice = flag("onlyBestPrice", quirks.onlyBestPrice)
        quirks.surprises = flag("surprises", quirks.surprises)
        quirks.strangeWords = flag("strangeWords", quirks.strangeWords)
        quirks.missingPrices = flag("missingPrices", quirks.missingPrices)
        quirks.internalIDs = flag("internalIDs", quirks.internalIDs)
        quirks.dealerMarket = flag("dealerMarket", quirks.dealerMarket)
        quirks.closeCodes = flag("closeCodes", quirks.closeCodes)
        quirks.bareDescriptions = flag("bareDescriptions", quirks.bareDescriptions)
        let loading = min(max(count("loadingMs", 0), 0), 86_400_000)
        if loading > 0 { quirks.loadingUntil = now.wall + .milliseconds(Int64(loading)) }
        return ["done": true]
    }

    /// Somebody else's hands on the same account.
    private mutating func placeByHand(_ body: Wire) -> Wire {
        guard let listing = traded(body), let side = body["side"]?.string.flatMap(Side.init(rawValue:)),
            let lots = body["lots"]?.string.flatMap(Int64.init), (1...1_000_000).contains(lots),
            let holder = accounts.first(where: \.isOpen)
        else { return ["error": "trade takes {\"symbol\": \"SBER\", \"side\": \"buy\", \"lots\": 1}"] }
        let leg = TInvestLeg(account: holder.id, symbol: listing.symbol)
        var draft = TInvestDraft(leg: leg, side: side, lots: lots, lot: listing.lot, kind: .market, key: newUUID())
        draft.mayBeUncovered = true
        do {
            let number = try accept(draft)
            execute(number)
            return ["orderId": .text(orders[number].id)]
        } catch {
            return ["error": .text("\(error.code) \(error.message)")]
        }
    }
}
