import Core

extension BitgetWorld {
    /// Everything the venue knows, for the control endpoint.
    package var books: Wire {
        [
            "family": .text(setup.family.rawValue), "positionMode": .text(holdMode.rawValue),
            "wallet": .amount(wallet), "equity": .amount(equity), "available": .amount(available),
            "coins": .object(coins.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: .amount($0.value)) }),
            "positions": .list(
                heldPositions.map { position in
                    [
                        "symbol": .text(position.key.symbol.name), "leg": .text(position.key.leg.rawValue),
                        "quantity": .amount(position.quantity), "average": .amount(position.average),
                        "profit": .amount(position.profit), "engine": .text(legs[position.key]?.held.description ?? ""),
                    ]
                }),
            "orders": .list(orders.map { unifiedOrder($0, isStream: false) }),
            "plans": .list(
                plans.map { plan in
                    unifiedPlan(plan, isStream: true).adding([
                        "status": .text(plan.status.rawValue), "executeOrderId": .text(plan.orderID),
                        "planType": .text(plan.kind.rawValue), "dead": .flag(plan.isDead),
                        "reason": .text(plan.reason),
                    ])
                }),
            "fills": .list(fills.map(unifiedFill)),
        ]
    }

    /// Commands of the control endpoint that concern prices and the account.
    package mutating func control(_ command: String, _ body: Wire, at now: TwinMoment) -> Wire? {
        self.now = now
        switch command {
        case "price": return setPrice(body)
        case "mark": return setMark(body)
        case "trade":
            return placeByHand(body)
        case "wallet":
            guard let amount = body["change"]?.string.flatMap(FixedDecimal.init) else {
                return ["error": "wallet takes {\"change\": \"-10.5\"}"]
            }
            wallet += Money(amount)
            pushAccount()
            return ["wallet": .amount(wallet)]
        default: return nil
        }
    }

    private func traded(_ body: Wire) -> Symbol? {
        body["symbol"]?.string.flatMap { Symbol($0) }.flatMap { market.instrument($0) == nil ? nil : $0 }
    }

    private mutating func setPrice(_ body: Wire) -> Wire {
        guard let symbol = traded(body), let instrument = market.instrument(symbol),
            let price = body["price"]?.string.flatMap(FixedDecimal.init).map(Price.init), price > .zero
        else { return ["error": "price takes {\"symbol\": \"BTCUSDT\", \"price\": \"61000\", \"gap\": false}"] }
        market.hold(symbol)
        let target = max(instrument.onTick(price), instrument.tick)
        move(PriceStep(symbol: symbol, price: target, volume: 1, gap: body["gap"] == .flag(true)))
        return ["price": .amount(target)]
    }

    private mutating func setMark(_ body: Wire) -> Wire {
        guard let symbol = traded(body), let offset = body["offset"]?.string.flatMap(FixedDecimal.init) else {
            return ["error": "mark takes {\"symbol\": \"BTCUSDT\", \"offset\": \"-12.5\"}"]
        }
        market.setMarkOffset(symbol, Price(offset))
        fire(symbol)
        return ["mark": .text(market.mark(symbol)?.description ?? "")]
    }

    /// Somebody else's hands on the same account.
    private mutating func placeByHand(_ body: Wire) -> Wire {
        guard let symbol = traded(body), let side = body["side"]?.string.flatMap(Side.init(rawValue:)),
            let size = body["size"]?.string.flatMap(FixedDecimal.init)
        else { return ["error": "trade takes {\"symbol\": \"BTCUSDT\", \"side\": \"buy\", \"size\": \"0.01\"}"] }
        let leg: BitgetLeg =
            body["market"]?.string == "spot" ? .spot : holdMode == .oneWay ? .net : side == .buy ? .long : .short
        let key = LegKey(symbol: symbol, leg: leg)
        let draft = OrderDraft(key: key, side: side, reduces: false, wireSide: side, size: Quantity(size))
        do {
            let number = try accept(draft)
            execute(number)
            return ["orderId": .text(orders[number].id)]
        } catch {
            return ["error": .text("\(error.code) \(error.message)")]
        }
    }
}
