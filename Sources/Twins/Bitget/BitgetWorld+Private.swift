import Core

// What the private streams are told.

extension BitgetWorld {
    mutating func pushOrder(_ number: Int, fill: BitgetFill?) {
        let order = orders[number]
        tell(.privately("orders", unified: "order", isSpot: order.isSpot), symbol: order.key.symbol) {
            [self] isUnified in
            if isUnified { return .list([unifiedOrder(order, isStream: true)]) }
            return .list([
                order.isSpot
                    ? streamedSpotOrder(order, fill: fill) : streamedFuturesOrder(order, fill: fill)
            ])
        }
    }

    mutating func pushFill(_ fill: BitgetFill) {
        let order = orders[fill.order]
        tell(.privately("fill", unified: "fill", isSpot: order.isSpot), symbol: order.key.symbol) { [self] isUnified in
            if isUnified { return .list([unifiedFill(fill)]) }
            return .list([order.isSpot ? spotFill(fill) : futuresFill(fill, isStream: true)])
        }
    }

    mutating func pushPlan(_ number: Int) {
        let plan = plans[number]
        let isSpot = plan.key.leg == .spot
        tell(
            .privately("orders-algo", unified: "strategy-order", isSpot: isSpot), symbol: plan.key.symbol
        ) { [self] isUnified in
            .list([isUnified ? unifiedPlan(plan, isStream: true) : streamedPlan(plan)])
        }
    }

    /// Every push is the complete list; what is closed is missing.
    mutating func pushPositions() {
        let channel = BitgetChannel.privately("positions", unified: "position", isSpot: false)
        tell(channel, symbol: nil) { [self] isUnified in positionList(isUnified: isUnified) }
    }

    private func positionList(isUnified: Bool) -> Wire {
        .list(heldPositions.map { isUnified ? unifiedPosition($0) : position($0, isStream: true) })
    }

    mutating func pushClosed(_ closed: BitgetPosition) {
        tell(
            .privately("positions-history", unified: "positions-history", isSpot: false), symbol: closed.key.symbol
        ) { [self] _ in .list([closedPosition(closed, isStream: true)]) }
    }

    mutating func pushAccount() {
        tell(.privately("account", unified: "account", isSpot: false), symbol: nil) { [self] isUnified in
            isUnified ? .list([unifiedAssets()]) : .list([streamedAccount()])
        }
    }

    private func streamedAccount() -> Wire {
        let (worth, free) = (equity, available)
        return [
            "marginCoin": "USDT", "frozen": .amount(max(worth - free, .zero)), "available": .amount(free),
            "maxOpenPosAvailable": .amount(free), "maxTransferOut": .amount(free), "equity": .amount(worth),
            "usdtEquity": .amount(worth), "crossedRiskRate": "0", "unrealizedPL": .amount(worth - wallet),
            "unionTotalMargin": .amount(worth), "unionAvailable": .amount(free), "unionMm": "0",
            "assetsMode": "single",
        ]
    }

    /// Tells what an order changed of the spot coins.
    mutating func pushSpotAccount(_ number: Int) {
        guard let instrument = market.instrument(orders[number].key.symbol) else { return }
        pushCoins([baseCoin(instrument), instrument.quote.code])
    }

    /// Tells what there is of some coins now.
    mutating func pushCoins(_ changed: [String]) {
        tell(.privately("account", unified: "account", isSpot: true), symbol: nil) { [self] isUnified in
            isUnified ? .list([unifiedAssets()]) : .list(changed.map { spotAsset($0) })
        }
    }

    func spotAsset(_ coin: String) -> Wire {
        let held = frozen(coin)
        return [
            "coin": .text(coin), "available": .amount(total(coin) - held), "limitAvailable": "0",
            "frozen": .amount(held), "locked": "0", "uTime": .moment(now.venue),
        ]
    }

    /// What a new subscriber of a private channel gets at once.
    mutating func greetPrivately(_ session: Int, _ subscription: BitgetSession.Subscription, isUnified: Bool) {
        let isSpot = subscription.instType == "SPOT"
        switch subscription.channel {
        case "positions", "position":
            tell(session, subscription, "snapshot", positionList(isUnified: isUnified))
        case "account" where isUnified: tell(session, subscription, "snapshot", .list([unifiedAssets()]))
        case "account" where isSpot:
            tell(session, subscription, "snapshot", .list(coins.keys.sorted().map { spotAsset($0) }))
        case "account": tell(session, subscription, "snapshot", .list([streamedAccount()]))
        case "orders" where !isSpot:
            tell(
                session, subscription, "snapshot",
                .list(open.filter { !orders[$0].isSpot }.map { streamedFuturesOrder(orders[$0], fill: nil) }))
        case "orders-algo":
            let live = livePlans.filter { (plans[$0].key.leg == .spot) == isSpot }
            tell(session, subscription, "snapshot", .list(live.map { streamedPlan(plans[$0]) }))
        default: break
        }
    }
}
