import Core

// The classic dialect's spot objects.

extension BitgetWorld {
    /// What was ordered, in the unit it was ordered in: a market purchase in the quote coin.
    private func ordered(_ order: BitgetOrder) -> Wire {
        .text(order.draft.spend?.description ?? order.size.description)
    }

    private func feeText(_ order: BitgetOrder) -> Wire {
        guard order.filled > .zero else { return "" }
        let fee = (-order.fee).description
        return .text(
            "{\"newFees\":{\"c\":0,\"d\":0,\"deduction\":false,\"r\":\(fee),\"t\":\(fee),\"totalDeductionFee\":0},"
                + "\"\(order.feeCoin)\":{\"deduction\":false,\"feeCoinCode\":\"\(order.feeCoin)\","
                + "\"totalDeductionFee\":0,\"totalFee\":\(fee)}}")
    }

    private func spotStatus(_ order: BitgetOrder) -> Wire {
        .text(order.status == .cancelled ? "cancelled" : order.status.rawValue)
    }

    private func spotHead(_ order: BitgetOrder) -> Wire {
        [
            "userId": "1", "symbol": .text(order.key.symbol.name), "orderId": .text(order.id),
            "clientOid": .text(order.clientID), "size": ordered(order),
            "orderType": .text(order.draft.limit == nil ? "market" : "limit"),
            "side": .text(order.draft.side.rawValue), "status": spotStatus(order),
            "baseVolume": .amount(order.filled), "quoteVolume": .amount(order.quote), "enterPointSource": "API",
            "orderSource": .text(orderSource(order)), "cTime": .moment(order.createdAt),
            "uTime": .moment(order.updatedAt),
        ]
    }

    /// An order as `orderInfo` and `history-orders` tell it.
    func spotOrder(_ order: BitgetOrder) -> Wire {
        spotHead(order).adding([
            "price": .text(order.draft.limit?.description ?? "0"),
            "priceAvg": .text(order.average?.description ?? "0"), "feeDetail": feeText(order),
            "cancelReason": .text(order.cancelReason), "tpslType": "normal",
        ])
    }

    /// An open order: here `priceAvg` is the limit and `basePrice` the average of what was filled.
    func openSpotOrder(_ order: BitgetOrder) -> Wire {
        spotHead(order).adding([
            "priceAvg": .text(order.draft.limit?.description ?? "0"),
            "basePrice": .text(order.average?.description ?? "0"), "tpslType": "normal",
        ])
    }

    func spotFill(_ fill: BitgetFill) -> Wire {
        let order = orders[fill.order]
        return [
            "userId": "1", "symbol": .text(order.key.symbol.name), "orderId": .text(order.id),
            "clientOid": .text(order.clientID), "tradeId": .text(fill.id),
            "orderType": .text(order.draft.limit == nil ? "market" : "limit"),
            "side": .text(order.draft.side.rawValue), "priceAvg": .amount(fill.price), "size": .amount(fill.quantity),
            "amount": .amount(fill.price.notional(fill.quantity)),
            "feeDetail": [
                "deduction": "no", "feeCoin": .text(fill.feeCoin), "totalDeductionFee": "",
                "totalFee": .amount(-fill.fee),
            ],
            "tradeScope": .text(fill.isTaker ? "taker" : "maker"), "cTime": .moment(fill.at), "uTime": .moment(fill.at),
        ]
    }

    func streamedSpotOrder(_ order: BitgetOrder, fill: BitgetFill?) -> Wire {
        var wire: Wire = [
            "instId": .text(order.key.symbol.name), "orderId": .text(order.id), "clientOid": .text(order.clientID),
            "size": ordered(order), "newSize": ordered(order),
            "notional": .text((order.draft.spend ?? order.quote).description),
            "orderType": .text(order.draft.limit == nil ? "market" : "limit"), "force": .text(order.draft.force),
            "side": .text(order.draft.side.rawValue), "price": .text(order.draft.limit?.description ?? "0"),
            "fillPrice": .text(fill?.price.description ?? ""), "tradeId": .text(fill?.id ?? ""),
            "baseVolume": .text(fill?.quantity.description ?? "0"),
            "fillTime": .text(fill.map { String($0.at.milliseconds) } ?? ""),
            "accBaseVolume": .amount(order.filled), "priceAvg": .text(order.average?.description ?? "0"),
            "status": spotStatus(order), "cTime": .moment(order.createdAt), "uTime": .moment(order.updatedAt),
            "stpMode": "none", "enterPointSource": "API",
            "feeDetail": [["feeCoin": .text(order.feeCoin), "fee": .amount(-order.fee)]],
        ]
        if let fill {
            wire = wire.adding([
                "fillFee": .amount(-fill.fee), "fillFeeCoin": .text(fill.feeCoin),
                "tradeScope": .text(fill.isTaker ? "T" : "M"),
            ])
        }
        return wire
    }
}
