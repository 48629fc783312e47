import Core

extension TInvestWorld {
    var metadata: Wire { ["trackingId": .text(trackingID), "serverTime": .instant(now.venue)] }

    /// What placing an order is answered with: the executed price is of one piece here.
    func posted(_ number: Int) -> Wire {
        let order = orders[number]
        let facts = common(order)
        return facts.adding([
            "executedOrderPrice": .money(order.average?.value.nanos ?? Price.zero),
            "aciValue": .money(Money.zero), "message": "", "initialOrderPricePt": .quotation(Price.zero),
            "responseMetadata": metadata,
        ])
    }

    /// The state of an order: the executed price is of all pieces here.
    ///
    /// - Parameter isPlain: Whether it is told in words that everybody knows, whatever the quirks.
    func orderState(_ number: Int, isPlain: Bool = false) -> Wire {
        let order = orders[number]
        let told = setup.isSandbox ? [] : order.deals
        let stages: [Wire] = told.map { index in
            let deal = deals[index]
            return [
                "price": .money(deal.price),
                "quantity": .long(quirks.stagesInPieces ? deal.wholePieces : deal.wholePieces / order.draft.lot),
                "tradeId": .text(deal.id), "executionTime": .instant(deal.at),
            ]
        }
        let state: Wire = [
            "executionReportStatus": .text(isPlain ? order.status.rawValue : word(order.status.rawValue))
        ]
        return common(order).adding(state).adding([
            "executedOrderPrice": .money(order.turnover),
            "averagePositionPrice": .money(order.average?.value.nanos ?? Price.zero),
            "stages": .list(stages), "serviceCommission": .money(Money.zero), "currency": "rub",
            "orderDate": .instant(order.createdAt),
        ])
    }

    /// A name of the contract, or one of a contract to come.
    func word(_ name: String) -> String { quirks.strangeWords ? "\(name)_OF_TOMORROW" : name }

    private func common(_ order: TInvestOrder) -> Wire {
        let initial = order.price.notional(order.draft.pieces)
        let facts: Wire = [
            "orderId": .text(order.id), "executionReportStatus": .text(order.status.rawValue),
            "lotsRequested": .long(order.draft.lots), "lotsExecuted": .long(order.lotsFilled),
            "initialOrderPrice": .money(initial),
            "totalOrderAmount": .money(order.filled > .zero ? order.turnover + order.fee : initial),
            "initialCommission": .money(commission(initial)), "executedCommission": .money(order.fee),
            "direction": .text(order.draft.side == .buy ? "ORDER_DIRECTION_BUY" : "ORDER_DIRECTION_SELL"),
            "initialSecurityPrice": .money(order.price), "orderType": .text(order.draft.kind.rawValue),
            "orderRequestId": .text(order.draft.key),
        ]
        return facts.adding(listing(order.draft.leg.symbol)?.names ?? [:])
    }

    /// A refusal within an answer of success.
    func rejected(_ draft: TInvestDraft) -> Wire {
        let order = TInvestOrder(
            id: "", innerID: "", draft: draft, price: draft.limit ?? market.price(draft.leg.symbol) ?? .zero,
            createdAt: now.venue, acceptedAt: now.wall, status: .rejected, updatedAt: now.venue)
        return common(order).adding([
            "executedOrderPrice": .money(Money.zero), "aciValue": .money(Money.zero),
            "message": "The order was rejected by the exchange", "responseMetadata": metadata,
        ])
    }
}

extension FixedDecimal {
    /// An average price, to the nine digits that fit into a `Quotation`.
    var nanos: Price { Price(quantised(to: FixedDecimal(units: 1000), rounding: .halfEven)) }
}
