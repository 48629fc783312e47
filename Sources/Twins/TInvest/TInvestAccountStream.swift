import Core

extension TInvestWorld {
    /// Tells the state of an order, the first time under an id of the broker's own.
    mutating func pushOrder(_ number: Int, isFirst: Bool = false) {
        let order = orders[number]
        guard now.wall >= order.hiddenUntil, !sessions.isEmpty else { return }
        let event = orderEvent(order, id: isFirst ? order.innerID : order.id)
        tell(.orders, order.draft.leg.account) { ["orderState": event] }
    }

    private func orderEvent(_ order: TInvestOrder, id: String) -> Wire {
        // Production writes currencies in upper case here.
        let currency = setup.isSandbox ? "rub" : "RUB"
        let (draft, ended) = (order.draft, order.status == .cancelled || order.status == .rejected)
        let left = draft.lots - order.lotsFilled
        let told = order.deals.map { index in
            Wire.json([
                "dateTime": .instant(deals[index].at), "price": .quotation(deals[index].price),
                "quantity": .long(deals[index].wholePieces), "tradeId": .text(deals[index].id),
            ])
        }
        var facts: Wire = [
            "orderId": .text(id), "orderRequestId": .text(draft.key), "tradeOrderId": .text(order.id),
            "clientCode": "", "createdAt": .instant(order.createdAt),
            "executionReportStatus": .text(word(order.status.rawValue)), "ticker": .text(draft.leg.symbol.name),
            "classCode": .text(TInvestSetup.classCode), "lotSize": .whole(draft.lot),
            "direction": .text(draft.side == .buy ? "ORDER_DIRECTION_BUY" : "ORDER_DIRECTION_SELL"),
            "timeInForce": .text(draft.force.rawValue), "orderType": .text(draft.kind.rawValue),
            "accountId": .text(draft.leg.account),
        ]
        facts = facts.adding([
            "initialOrderPrice": .money(order.price.notional(draft.pieces), currency),
            "orderPrice": .money(order.price, currency),
            "executedOrderPrice": .money(order.average?.value.nanos ?? Price.zero, currency),
            "currency": .text(currency), "lotsRequested": .long(draft.lots), "lotsExecuted": .long(order.lotsFilled),
            "lotsLeft": .long(ended ? 0 : left), "lotsCancelled": .long(ended ? left : 0), "trades": .list(told),
            "exchange": "MOEX", "instrumentUid": .text(listing(draft.leg.symbol)?.uid ?? ""),
        ])
        if let cause = order.cause { facts = facts.adding(["statusInfo": .text(cause)]) }
        return order.isOpen ? facts : facts.adding(["completionTime": .instant(order.updatedAt)])
    }

    /// Tells the last deal of an order.
    mutating func pushDeal(_ number: Int) {
        let order = orders[number]
        guard let index = order.deals.last, now.wall >= order.hiddenUntil else { return }
        let deal = deals[index]
        let trade: Wire = [
            "dateTime": .instant(deal.at), "price": .quotation(deal.price), "quantity": .long(deal.wholePieces),
            "tradeId": .text(deal.id),
        ]
        let listing = self.listing(deal.leg.symbol)
        let event: Wire = [
            "orderId": .text(order.id), "createdAt": .instant(order.createdAt),
            "direction": .text(deal.side == .buy ? "ORDER_DIRECTION_BUY" : "ORDER_DIRECTION_SELL"),
            "figi": .text(listing?.figi ?? ""), "trades": [trade], "accountId": .text(deal.leg.account),
            "instrumentUid": .text(listing?.uid ?? ""),
        ]
        tell(.trades, deal.leg.account) { ["orderTrades": event] }
    }

    mutating func pushStop(_ index: Int) {
        let stop = stops[index]
        let event = stopState(stop).adding(["accountId": .text(stop.draft.leg.account)])
        tell(.orders, stop.draft.leg.account) { ["stopOrderState": event] }
    }

    mutating func pushPortfolio(_ id: String) {
        guard !sessions.isEmpty, let index = account(id) else { return }
        let event = portfolio(accounts[index])
        tell(.portfolio, id) { ["portfolio": event] }
    }

    mutating func pushPositions(_ id: String) {
        guard !sessions.isEmpty, let index = account(id) else { return }
        let state = positions(accounts[index])
        let blocked = blockedMoney(id)
        let money: Wire = ["availableValue": .money(accounts[index].money - blocked), "blockedValue": .money(blocked)]
        let event: Wire = [
            "accountId": .text(id), "money": [money], "securities": state["securities"] ?? [], "futures": [],
            "options": [], "date": .instant(now.venue),
        ]
        tell(.positions, id) { ["position": event] }
    }
}
