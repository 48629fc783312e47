import Core

// The classic dialect's objects, as requests are answered with them.

extension BitgetWorld {
    func posSide(_ key: LegKey) -> String { key.leg == .net ? "net" : key.leg.rawValue }

    func posMode(_ key: LegKey) -> String { key.leg == .net ? "one_way_mode" : "hedge_mode" }

    func marginMode(_ symbol: Symbol) -> String { isolated.contains(symbol) ? "isolated" : "crossed" }

    private func tradeSide(_ order: BitgetOrder) -> String {
        if order.draft.source == "liquidation" {
            return "burst_\(order.draft.side == .sell ? "long" : "short")\(order.key.leg == .net ? "_single" : "")"
        }
        if order.key.leg == .net {
            return order.draft.reduces && order.draft.source != "normal"
                ? "reduce_\(order.draft.side.rawValue)_single" : "\(order.draft.side.rawValue)_single"
        }
        return order.draft.reduces ? "close" : "open"
    }

    func orderSource(_ order: BitgetOrder) -> String {
        order.draft.source == "normal" && order.draft.limit == nil ? "market" : order.draft.source
    }

    /// A futures order; its status goes under `statusKey`.
    func futuresOrder(_ order: BitgetOrder, statusKey: String) -> Wire {
        let exits = order.draft.exits
        func text(_ price: Price?) -> Wire { .text(price?.description ?? "") }
        return [
            "symbol": .text(order.key.symbol.name), "size": .amount(order.size), "orderId": .text(order.id),
            "clientOid": .text(order.clientID), "baseVolume": .amount(order.filled), "fee": .amount(-order.fee),
            "price": text(order.draft.limit), "priceAvg": text(order.average),
            statusKey: .text(order.status.rawValue), "side": .text(order.draft.wireSide.rawValue),
            "force": .text(order.draft.force), "totalProfits": .amount(order.profit),
            "posSide": .text(posSide(order.key)), "marginCoin": "USDT", "quoteVolume": .amount(order.quote),
            "leverage": .text(String(order.leverage)), "marginMode": .text(marginMode(order.key.symbol)),
            "reduceOnly": .text(order.draft.reduces ? "YES" : "NO"), "enterPointSource": "API",
            "tradeSide": .text(tradeSide(order)), "posMode": .text(posMode(order.key)),
            "orderType": .text(order.draft.limit == nil ? "market" : "limit"),
            "orderSource": .text(orderSource(order)), "presetStopSurplusPrice": text(exits.takeProfit),
            "presetStopSurplusExecutePrice": text(exits.takeProfitLimit),
            "presetStopLossPrice": text(exits.stopLoss), "presetStopLossExecutePrice": text(exits.stopLossLimit),
            "cancelReason": .text(order.cancelReason), "cTime": .moment(order.createdAt),
            "uTime": .moment(order.updatedAt),
        ]
    }

    /// The same as streams tell it, with the fill that caused the news.
    func streamedFuturesOrder(_ order: BitgetOrder, fill: BitgetFill?) -> Wire {
        var wire: Wire = [
            "accBaseVolume": .amount(order.filled), "baseVolume": .text(fill?.quantity.description ?? "0"),
            "cTime": .moment(order.createdAt), "cancelReason": .text(order.cancelReason),
            "clientOid": .text(order.clientID), "enterPointSource": "API",
            "feeDetail": [["feeCoin": "USDT", "fee": .amount(-order.fee)]], "force": .text(order.draft.force),
            "instId": .text(order.key.symbol.name), "leverage": .text(String(order.leverage)), "marginCoin": "USDT",
            "marginMode": .text(marginMode(order.key.symbol)), "notionalUsd": .amount(order.quote),
            "orderId": .text(order.id), "orderType": .text(order.draft.limit == nil ? "market" : "limit"),
            "pnl": .text(fill?.profit.description ?? "0"), "posMode": .text(posMode(order.key)),
            "posSide": .text(posSide(order.key)), "price": .text(order.draft.limit?.description ?? "0"),
            "reduceOnly": .text(order.draft.reduces ? "yes" : "no"), "side": .text(order.draft.wireSide.rawValue),
            "size": .amount(order.size), "status": .text(order.status.rawValue), "stpMode": "none",
            "totalProfits": .amount(order.profit), "tradeSide": .text(tradeSide(order)),
            "uTime": .moment(order.updatedAt),
        ]
        guard let fill else { return wire }
        wire = wire.adding([
            "fillFee": .amount(-fill.fee), "fillFeeCoin": .text(fill.feeCoin),
            "fillNotionalUsd": .amount(fill.price.notional(fill.quantity)), "fillPrice": .amount(fill.price),
            "fillTime": .moment(fill.at), "priceAvg": .text(order.average?.description ?? ""),
            "tradeId": .text(fill.id), "tradeScope": .text(fill.isTaker ? "T" : "M"),
        ])
        return wire
    }

    func futuresFill(_ fill: BitgetFill, isStream: Bool) -> Wire {
        let order = orders[fill.order]
        // Streams tell the direction of the trade, requests the one the client wrote.
        let side = isStream ? order.draft.side : order.draft.wireSide
        var wire: Wire = [
            "tradeId": .text(fill.id), "symbol": .text(order.key.symbol.name), "orderId": .text(order.id),
            "price": .amount(fill.price), "baseVolume": .amount(fill.quantity),
            "feeDetail": [
                [
                    "deduction": "no", "feeCoin": .text(fill.feeCoin),
                    "totalDeductionFee": isStream ? "0" : .null, "totalFee": .amount(-fill.fee),
                ]
            ],
            "side": .text(side.rawValue), "quoteVolume": .amount(fill.price.notional(fill.quantity)),
            "profit": .amount(fill.profit), "enterPointSource": "api", "tradeSide": .text(tradeSide(order)),
            "posMode": .text(posMode(order.key)), "tradeScope": .text(fill.isTaker ? "taker" : "maker"),
            "cTime": .moment(fill.at),
        ]
        if isStream {
            wire = wire.adding([
                "clientOid": .text(order.clientID),
                "orderType": .text(order.draft.limit == nil ? "market" : "limit"), "uTime": .moment(fill.at),
            ])
        }
        return wire
    }

    /// What of a position closing orders freeze.
    func frozenSize(_ key: LegKey) -> Quantity {
        open.reduce(Quantity.zero) { sum, index in
            orders[index].key == key && orders[index].draft.reduces ? sum + orders[index].remaining : sum
        }
    }

    func position(_ position: BitgetPosition, isStream: Bool) -> Wire {
        let (key, lever) = (position.key, leverage(position.key))
        let frozen = min(frozenSize(key), position.size)
        let margin = position.average.notional(position.size).value.divided(by: FixedDecimal(lever))
        let symbol: Wire.Member = .init(key: isStream ? "instId" : "symbol", value: .text(key.symbol.name))
        let head: Wire = .object([symbol])
        var wire = head.adding([
            "marginCoin": "USDT", "holdSide": .text(position.holdSide), "openDelegateSize": "0",
            "marginSize": .text(margin.description), "available": .amount(position.size - frozen),
            (isStream ? "frozen" : "locked"): .amount(frozen), "total": .amount(position.size),
            "leverage": isStream ? .whole(Int64(lever)) : .text(String(lever)),
            "achievedProfits": .amount(position.profit), "openPriceAvg": .amount(position.average),
            "marginMode": .text(marginMode(key.symbol)), "posMode": .text(posMode(key)),
            "unrealizedPL": .amount(unrealised(position)), "liquidationPrice": "0", "keepMarginRate": "0.004",
            "markPrice": .text(market.mark(key.symbol)?.description ?? ""), "marginRatio": "0.001",
            "breakEvenPrice": .amount(position.average), "totalFee": "",
            "deductedFee": .amount(position.openFee + position.closeFee), "assetMode": "single",
            "cTime": .moment(position.createdAt), "uTime": .moment(position.updatedAt),
        ])
        if isStream {
            wire = wire.adding(["posId": .text(position.id), "marginRate": "0.001", "unrealizedPLR": "0"])
        } else {
            for (name, kind) in [("takeProfit", BitgetPlan.Kind.positionProfit), ("stopLoss", .positionLoss)] {
                let plan = livePlans.first { plans[$0].key == key && plans[$0].kind == kind }.map { plans[$0] }
                wire = wire.adding(
                    .object([
                        .init(key: name, value: .text(plan?.trigger.description ?? "")),
                        .init(key: "\(name)Id", value: .text(plan?.id ?? "")),
                    ]))
            }
        }
        return wire
    }

    func closedPosition(_ position: BitgetPosition, isStream: Bool) -> Wire {
        func average(_ quote: Money, _ quantity: Quantity) -> Wire {
            .text(quantity > .zero ? quote.value.divided(by: quantity.value).description : "0")
        }
        let net = position.profit - position.openFee - position.closeFee
        let opened = average(position.openQuote, position.opened)
        let closed = average(position.closeQuote, position.closed)
        if isStream {
            return [
                "posId": .text(position.id), "instId": .text(position.key.symbol.name), "marginCoin": "USDT",
                "marginMode": .text(marginMode(position.key.symbol)), "holdSide": .text(position.holdSide),
                "posMode": .text(posMode(position.key)), "openPriceAvg": opened, "closePriceAvg": closed,
                "openSize": .amount(position.opened), "closeSize": .amount(position.closed),
                "achievedProfits": .amount(position.profit), "settleFee": "0", "openFee": .amount(-position.openFee),
                "closeFee": .amount(-position.closeFee), "cTime": .moment(position.createdAt),
                "uTime": .moment(position.updatedAt),
            ]
        }
        return [
            "positionId": .text(position.id), "marginCoin": "USDT", "symbol": .text(position.key.symbol.name),
            "holdSide": .text(position.holdSide), "openAvgPrice": opened, "closeAvgPrice": closed,
            "marginMode": .text(marginMode(position.key.symbol)), "openTotalPos": .amount(position.opened),
            "closeTotalPos": .amount(position.closed), "pnl": .amount(position.profit), "netProfit": .amount(net),
            "totalFunding": "0", "openFee": .amount(-position.openFee), "closeFee": .amount(-position.closeFee),
            "posMode": .text(posMode(position.key)), "ctime": .moment(position.createdAt),
            "utime": .moment(position.updatedAt),
        ]
    }
}
