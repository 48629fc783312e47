import Core

extension TInvestWorld {
    func listAccounts(_ call: TInvestCall) -> Wire {
        let asked = call["status"] ?? "ACCOUNT_STATUS_UNSPECIFIED"
        var told: [Wire] = []
        for account in accounts {
            let status = account.isOpen ? "ACCOUNT_STATUS_OPEN" : "ACCOUNT_STATUS_CLOSED"
            let isWanted = ["ACCOUNT_STATUS_UNSPECIFIED", "ACCOUNT_STATUS_ALL", status].contains(asked)
            guard isWanted, account.isOpen || !setup.isSandbox else { continue }
            told.append([
                "id": .text(account.id),
                "type": .text(quirks.surprises ? "ACCOUNT_TYPE_NEWEST" : "ACCOUNT_TYPE_TINKOFF"),
                "name": .text(account.name), "status": .text(status), "openedDate": .instant(account.openedAt),
                "closedDate": .instant(.epoch),
                "accessLevel": .text(
                    call.token.mayTrade ? "ACCOUNT_ACCESS_LEVEL_FULL_ACCESS" : "ACCOUNT_ACCESS_LEVEL_READ_ONLY"),
            ])
        }
        return ["accounts": .list(told)]
    }

    func margin(_ call: TInvestCall) throws(TInvestFault) -> Wire {
        let holder = try account(call)
        let half = Money(equity(holder).value.divided(by: FixedDecimal(2)).nanos.value)
        let zero = Money.zero
        return [
            "liquidPortfolio": .money(equity(holder)), "startingMargin": .money(setup.isSandbox ? zero : half),
            "minimalMargin": .money(zero), "fundsSufficiencyLevel": .quotation(Quantity(FixedDecimal(2))),
            "amountOfMissingFunds": .money(zero), "correctedMargin": .money(zero),
        ]
    }

    /// The limits in force, method by method.
    var tariff: Wire {
        var groups: [TInvestGate.Allowance: [String]] = [:]
        for route in TInvestRoute.all.values {
            groups[setup.tariff.allowance(route), default: []].append("\(TInvestRoute.space)\(route.name)")
        }
        let unary = groups.sorted { $0.key.group < $1.key.group }.map { allowance, methods in
            Wire.json([
                "limitPerMinute": .whole(allowance.seconds == 60 ? Int64(allowance.limit) : 0),
                "limitPerSecond": .whole(allowance.seconds == 1 ? Int64(allowance.limit) : 0),
                "methods": .list(methods.sorted().map(Wire.text)),
            ])
        }
        let streams = TInvestSession.Kind.allCases.map { kind in
            let open = sessions.values.filter { $0.kind == kind }.count
            return Wire.json([
                "limit": 16, "streams": .list([.text(TInvestRoute.space + kind.rawValue)]), "open": .whole(Int64(open)),
            ])
        }
        return ["unaryLimits": .list(unary), "streamLimits": .list(streams)]
    }

    /// What is held, in pieces; the balance is what is free.
    func positions(_ account: TInvestAccount) -> Wire {
        let blocked = blockedMoney(account.id)
        let late = lateDeals(account.id)
        let money = account.money - late.reduce(Money.zero) { $0 + $1.cash }
        var shares: [Wire] = []
        for listing in listings {
            let leg = TInvestLeg(account: account.id, symbol: listing.symbol)
            let held = late.reduce(self.held(leg)) { $1.leg == leg ? $0 - $1.side.signed($1.pieces) : $0 }
            guard held != .zero else { continue }
            let bound = min(blockedPieces(leg), max(held, .zero))
            shares.append(
                listing.names.adding([
                    "blocked": .long(Int64(bound.value.units / FixedDecimal.scale)),
                    "balance": .long(Int64((held - bound).value.units / FixedDecimal.scale)),
                    "positionUid": .text(listing.positionUID), "exchangeBlocked": false, "instrumentType": "share",
                ]))
        }
        return [
            "money": [.money(money - blocked)], "blocked": [.money(blocked)], "securities": .list(shares),
            "limitsLoadingInProgress": .flag(now.wall < quirks.loadingUntil), "futures": [], "options": [],
            "accountId": .text(account.id),
        ]
    }

    /// Deals of an account that positions and money do not show yet.
    private func lateDeals(_ account: String) -> [TInvestDeal] {
        guard setup.positionLag > .zero else { return [] }
        let edge = now.venue - setup.positionLag
        return deals.suffix(1000).filter { $0.leg.account == account && $0.at > edge }
    }

    func portfolio(_ account: TInvestAccount) -> Wire {
        let (all, zero) = (equity(account), Money.zero)
        var rows: [Wire] = []
        for listing in listings {
            guard let holding = account.holdings[listing.symbol] else { continue }
            let price = market.price(listing.symbol) ?? holding.average
            let gain = (price - holding.average).notional(holding.pieces)
            rows.append(
                listing.names.adding([
                    "instrumentType": "share", "quantity": .quotation(holding.pieces),
                    "averagePositionPrice": .money(holding.average.value.nanos),
                    "averagePositionPriceFifo": .money(holding.average.value.nanos),
                    "expectedYield": .quotation(gain.value.nanos), "currentPrice": .money(price), "blocked": false,
                    "blockedLots": .quotation(Quantity.zero), "positionUid": .text(listing.positionUID),
                ]))
        }
        rows.append([
            "figi": "RUB000UTSTOM", "instrumentType": "currency", "quantity": .quotation(account.money),
            "averagePositionPrice": .money(zero), "currentPrice": .money(Money(.one)), "blocked": false,
            "instrumentUid": "a92e2e25-a698-45cc-a781-167cf465257c", "ticker": "RUB000UTSTOM", "classCode": "CETS",
        ])
        return [
            "totalAmountShares": .money(all - account.money), "totalAmountBonds": .money(zero),
            "totalAmountEtf": .money(zero), "totalAmountCurrencies": .money(account.money),
            "totalAmountFutures": .money(zero), "totalAmountPortfolio": .money(all),
            "expectedYield": .quotation(zero), "positions": .list(rows), "accountId": .text(account.id),
            "virtualPositions": [],
        ]
    }

    /// Deals and their commissions, newest first.
    func operations(_ call: TInvestCall) throws(TInvestFault) -> Wire {
        let holder = try account(call)
        let (from, to) = (call.moment("from") ?? .epoch, call.moment("to") ?? .distantFuture)
        let wantsFees = !call.flag("withoutCommissions")
        let limit = min(max(call["limit"].flatMap(Int.init) ?? 100, 1), 1000)
        let start = call["cursor"].flatMap(Int.init) ?? 0
        let own = deals.reversed().filter { $0.leg.account == holder.id && $0.at >= from && $0.at <= to }
        let page = own.dropFirst(max(start, 0)).prefix(limit)
        let items = page.flatMap { deal in operation(deal, wantsFees: wantsFees) }
        let next = max(start, 0) + page.count
        return [
            "hasNext": .flag(next < own.count), "nextCursor": .text(next < own.count ? String(next) : ""),
            "items": .list(items),
        ]
    }

    private func operation(_ deal: TInvestDeal, wantsFees: Bool) -> [Wire] {
        let turnover = deal.price.notional(deal.pieces)
        let names = listing(deal.leg.symbol)?.names ?? [:]
        let common = names.adding([
            "brokerAccountId": .text(deal.leg.account), "date": .instant(deal.at),
            "state": "OPERATION_STATE_EXECUTED", "instrumentType": "share",
        ])
        let trade: Wire = [
            "id": .text("d\(deal.id)"), "cursor": .text(deal.id), "parentOperationId": "",
            "type": .text(deal.side == .buy ? "OPERATION_TYPE_BUY" : "OPERATION_TYPE_SELL"),
            "payment": .money(deal.side == .buy ? -turnover : turnover), "price": .money(deal.price),
            "commission": .money(-deal.fee), "quantity": .long(deal.wholePieces), "quantityRest": "0",
            "quantityDone": .long(deal.wholePieces),
            "tradesInfo": [
                "trades": [
                    [
                        "num": .text(deal.id), "date": .instant(deal.at), "quantity": .long(deal.wholePieces),
                        "price": .money(deal.price),
                    ]
                ]
            ],
        ]
        let fee: Wire = [
            "id": .text("f\(deal.id)"), "cursor": .text(deal.id), "parentOperationId": .text("d\(deal.id)"),
            "type": "OPERATION_TYPE_BROKER_FEE", "payment": .money(-deal.fee), "quantity": "0",
        ]
        return wantsFees ? [common.adding(trade), common.adding(fee)] : [common.adding(trade)]
    }
}
