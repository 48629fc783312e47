import Core

// The unified dialect's objects: other names, fees positive, sides as they are.

extension BitgetWorld {
    func category(_ order: BitgetOrder) -> String { order.isSpot ? "SPOT" : "USDT-FUTURES" }

    func unifiedStatus(_ order: BitgetOrder) -> String {
        order.status == .cancelled ? "cancelled" : order.status.rawValue
    }

    /// Which position an order is about: named in hedge mode, told by its direction otherwise.
    private func side(of order: BitgetOrder) -> String {
        switch order.key.leg {
        case .long: "long"
        case .short: "short"
        case .net, .spot: (order.draft.side == .buy) != order.draft.reduces ? "long" : "short"
        }
    }

    /// What made an order, in the words of the unified dialect.
    private static func delegateType(_ draft: OrderDraft) -> String {
        let word = draft.source.replacing("pos_", with: "position_").replacing("profit", with: "stop_profit")
            .replacing("loss", with: "stop_loss")
        return word == "normal" && draft.limit == nil ? "market" : word
    }

    func unifiedOrder(_ order: BitgetOrder, isStream: Bool) -> Wire {
        let (draft, exits) = (order.draft, order.draft.exits)
        func text(_ price: Price?) -> Wire { .text(price?.description ?? "") }
        var wire: Wire = [
            "orderId": .text(order.id), "clientOid": .text(order.clientID),
            "category": .text(isStream ? category(order).lowercased() : category(order)),
            "symbol": .text(order.key.symbol.name), "orderType": .text(draft.limit == nil ? "market" : "limit"),
            "side": .text(draft.side.rawValue), "price": text(draft.limit),
            "qty": draft.spend == nil ? .amount(order.size) : "0", "amount": .text(draft.spend?.description ?? "0"),
            "cumExecQty": .amount(order.filled), "cumExecValue": .amount(order.quote),
            "avgPrice": .text(order.average?.description ?? "0"), "timeInForce": .text(draft.force),
            "orderStatus": .text(unifiedStatus(order)), "holdMode": .text(posMode(order.key)),
            "marginMode": .text(draft.isIsolated ? "isolated" : "crossed"),
            "reduceOnly": .text(draft.reduces && order.key.leg == .net ? "yes" : "no"),
            "feeDetail": [["feeCoin": .text(order.feeCoin), "fee": .amount(order.fee)]],
            "createdTime": .moment(order.createdAt), "updatedTime": .moment(order.updatedAt),
            "cancelReason": .text(order.cancelReason), "execType": "normal", "stpMode": "none",
            "delegateType": .text(Self.delegateType(draft)),
            "takeProfit": text(exits.takeProfit), "stopLoss": text(exits.stopLoss),
            "tpLimitPrice": text(exits.takeProfitLimit), "slLimitPrice": text(exits.stopLossLimit),
        ]
        if !order.isSpot {
            wire = wire.adding([
                (isStream ? "holdSide" : "posSide"): .text(side(of: order)),
                "tradeSide": .text(draft.reduces ? "close" : "open"), "marginCoin": "USDT",
                "totalProfit": .amount(order.profit), "leverage": .text(String(order.leverage)),
            ])
        }
        return wire
    }

    func unifiedFill(_ fill: BitgetFill) -> Wire {
        let order = orders[fill.order]
        return [
            "execId": .text(fill.id), "execLinkId": .text(fill.id), "orderId": .text(order.id),
            "clientOid": .text(order.clientID), "category": .text(category(order)),
            "symbol": .text(order.key.symbol.name),
            "orderType": .text(order.draft.limit == nil ? "market" : "limit"),
            "side": .text(order.draft.side.rawValue), "holdSide": .text(order.isSpot ? "" : side(of: order)),
            "tradeSide": .text(order.draft.reduces ? "close" : "open"), "holdMode": .text(posMode(order.key)),
            "execPrice": .amount(fill.price), "execQty": .amount(fill.quantity),
            "execValue": .amount(fill.price.notional(fill.quantity)),
            "tradeScope": .text(fill.isTaker ? "taker" : "maker"), "execPnl": .amount(fill.profit),
            "feeDetail": [["feeCoin": .text(fill.feeCoin), "fee": .amount(fill.fee)]],
            "createdTime": .moment(fill.at), "updatedTime": .moment(fill.at), "execTime": .moment(fill.at),
        ]
    }

    func unifiedPosition(_ position: BitgetPosition) -> Wire {
        let (key, lever) = (position.key, leverage(position.key))
        let frozen = min(frozenSize(key), position.size)
        let margin = position.average.notional(position.size).value.divided(by: FixedDecimal(lever))
        return [
            "posId": .text(position.id), "category": "USDT-FUTURES", "symbol": .text(key.symbol.name),
            "marginCoin": "USDT", "holdMode": .text(posMode(key)), "posSide": .text(position.holdSide),
            "marginMode": .text(marginMode(key.symbol)), "positionBalance": .text(margin.description),
            "marginSize": .text(margin.description), "available": .amount(position.size - frozen),
            "frozen": .amount(frozen), "total": .amount(position.size), "size": .amount(position.size),
            "leverage": .text(String(lever)), "curRealisedPnl": .amount(position.profit),
            "avgPrice": .amount(position.average), "positionStatus": .text(position.size == .zero ? "ended" : "normal"),
            "unrealisedPnl": .amount(unrealised(position)), "liquidationPrice": "", "mmr": "0.004", "profitRate": "0",
            "markPrice": .text(market.mark(key.symbol)?.description ?? ""),
            "breakEvenPrice": .amount(position.average), "totalFunding": "0", "totalFundingFee": "0",
            "openFeeTotal": .amount(-position.openFee), "closeFeeTotal": .amount(-position.closeFee),
            "createdTime": .moment(position.createdAt), "updatedTime": .moment(position.updatedAt),
        ]
    }

    /// Every coin of a unified account.
    func unifiedAssets() -> Wire {
        let names = ["USDT"] + coins.keys.sorted().filter { $0 != "USDT" && total($0) != .zero }
        let (worth, free) = (equity, available)
        let rows = names.map { coin -> Wire in
            let held = frozen(coin)
            let isQuote = coin == "USDT"
            return [
                "coin": .text(coin), "equity": .amount(isQuote ? worth : total(coin)),
                "usdValue": .amount(isQuote ? worth : total(coin)),
                "balance": .amount(total(coin)), "available": .amount(isQuote ? free : total(coin) - held),
                "debt": "0", "debts": "0", "borrow": "0", "locked": .amount(isQuote ? worth - free : held),
            ]
        }
        return [
            "accountEquity": .amount(worth), "totalEquity": .amount(worth), "usdtEquity": .amount(worth),
            "btcEquity": "0", "unrealisedPnl": .amount(worth - wallet),
            "usdtUnrealisedPnl": .amount(worth - wallet), "effEquity": .amount(worth), "mmr": "0", "imr": "0",
            "mgnRatio": "0", "positionMgnRatio": "0", "assets": .list(rows), "coin": .list(rows),
        ]
    }

    func unifiedTicker(_ symbol: Symbol, isStream: Bool) -> Wire {
        let fields = tickerFields(symbol)
        func field(_ name: String) -> Wire { fields[name] ?? "" }
        let mark = Wire.text(market.mark(symbol)?.description ?? "")
        return [
            "symbol": .text(symbol.name), "lastPrice": field("lastPr"), "openPrice24h": field("open24h"),
            "highPrice24h": field("high24h"), "lowPrice24h": field("low24h"), "ask1Price": field("askPr"),
            "bid1Price": field("bidPr"), "bid1Size": field("bidSz"), "ask1Size": field("askSz"),
            "price24hPcnt": field("change24h"), "volume24h": field("baseVolume"),
            "turnover24h": field("quoteVolume"), "indexPrice": mark, "markPrice": mark, "fundingRate": "0",
            "openInterest": "1000", "ts": .moment(now.venue),
        ]
    }

    /// A strategy order as it is documented: neither its mode nor the order that it became is told.
    func unifiedPlan(_ plan: BitgetPlan, isStream: Bool) -> Wire {
        let draft = plan.draft
        func text(_ isMine: Bool, _ price: Price?) -> Wire { .text(isMine ? price?.description ?? "" : "") }
        let (isProfit, isLoss) = (plan.isProfit, plan.isLoss)
        let by: Wire = .text(plan.byMark ? "mark" : "market")
        let style: Wire = .text(draft.limit == nil ? "market" : "limit")
        let isLong = plan.key.leg == .long || (plan.key.leg == .net && (draft.side == .sell) == draft.reduces)
        let category = plan.key.leg == .spot ? "SPOT" : "USDT-FUTURES"
        let wire: Wire = [
            "orderId": .text(plan.id), "clientOid": .text(plan.clientID), "symbol": .text(plan.key.symbol.name),
            "category": .text(isStream ? category.lowercased() : category), "qty": .amount(draft.size),
            "posSide": plan.key.leg == .spot ? "" : .text(isLong ? "long" : "short"),
            "status": .text(plan.status.unified),
            "triggerType": .text(isProfit ? "takeProfit" : isLoss ? "stopLoss" : ""), "tpTriggerBy": by,
            "slTriggerBy": by, "takeProfit": text(isProfit, plan.trigger), "stopLoss": text(isLoss, plan.trigger),
            "tpOrderType": style, "slOrderType": style, "tpLimitPrice": text(isProfit, draft.limit),
            "slLimitPrice": text(isLoss, draft.limit), "triggerBy": by,
            "triggerPrice": text(!isProfit && !isLoss, plan.trigger), "triggerOrderType": style,
            "triggerOrderPrice": text(!isProfit && !isLoss, draft.limit),
            "createdTime": .moment(plan.createdAt), "updatedTime": .moment(plan.updatedAt),
        ]
        guard isStream else { return wire }
        return wire.adding([
            "side": .text(draft.side.rawValue), "type": .text(plan.isExit ? "tpsl" : "trigger"),
            "reduceOnly": .text(draft.reduces ? "yes" : "no"),
        ])
    }
}
