import Core
import Simulator

// OrdersService.

extension TInvestRoute {
    static let orders: [TInvestRoute] = [
        TInvestRoute("OrdersService/PostOrder", limit: 300, own: true, trades: true) {
            world, call throws(TInvestFault) in
            try world.postOrder(call)
        },
        TInvestRoute("OrdersService/PostOrderAsync", limit: 450, own: true, trades: true) {
            world, call throws(TInvestFault) in
            let answer = try world.postOrder(call)
            return [
                "orderRequestId": answer["orderRequestId"] ?? "",
                "executionReportStatus": answer["executionReportStatus"] ?? "", "tradeIntentId": "",
            ]
        },
        TInvestRoute("OrdersService/CancelOrder", limit: 100, own: true, trades: true) {
            world, call throws(TInvestFault) in
            try world.cancel(world.order(call))
            return ["time": .instant(world.now.venue), "responseMetadata": world.metadata]
        },
        TInvestRoute("OrdersService/ReplaceOrder", limit: 300, own: true, trades: true) {
            world, call throws(TInvestFault) in
            try world.replaceOrder(call)
        },
        TInvestRoute("OrdersService/GetOrders", limit: 200, own: true) { world, call throws(TInvestFault) in
            try world.listOrders(call)
        },
        TInvestRoute("OrdersService/GetOrderState", limit: 100) { world, call throws(TInvestFault) in
            world.orderState(try world.order(call, forReading: true))
        },
        TInvestRoute("OrdersService/GetMaxLots", limit: 100) { world, call throws(TInvestFault) in
            try world.maxLots(call)
        },
        TInvestRoute("OrdersService/GetOrderPrice", limit: 100) { world, call throws(TInvestFault) in
            try world.orderPrice(call)
        },
    ]
}

extension TInvestWorld {
    /// The number of the order that a call names, by the exchange's id or by the client's key.
    func order(_ call: TInvestCall, forReading: Bool = false) throws(TInvestFault) -> Int {
        let holder = try account(call)
        let id = try call.required("orderId", "30027")
        let isKey = call["orderIdType"] == "ORDER_ID_TYPE_REQUEST"
        guard let number = isKey ? self.number(account: holder.id, key: id.lowercased()) : orderByID[id],
            orders[number].draft.leg.account == holder.id, now.wall >= orders[number].hiddenUntil
        else { throw .noOrder }
        // States older than a day are not kept for reading.
        guard !forReading || orders[number].isOpen || now.wall - orders[number].acceptedAt <= .seconds(86_400) else {
            throw .noOrder
        }
        return number
    }

    mutating func postOrder(_ call: TInvestCall) throws(TInvestFault) -> Wire {
        let holder = try account(call)
        let key = try call.key("orderId")
        if let number = self.number(account: holder.id, key: key) {
            guard quirks.duplicates == .state, now.wall >= orders[number].hiddenUntil else { throw .duplicate }
            return posted(number)
        }
        let draft = try self.draft(call, key: key, account: holder.id)
        if quirks.quietRejections > 0 {
            quirks.quietRejections -= 1
            return rejected(draft)
        }
        let number = try accept(draft)
        if quirks.lateOrders > 0 {
            quirks.lateOrders -= 1
            hide(number)
            throw .network
        }
        return posted(number)
    }

    /// The order is there, and nobody finds it for a while.
    private mutating func hide(_ number: Int) {
        orders[number].hiddenUntil = now.wall + quirks.lateFor
        let key = orders[number].draft.key
        outbox.removeAll { message in
            guard message.channel == "orders", case .text(let text) = message.content else { return false }
            return text.contains(key)
        }
        agenda.add(.reveal(number), at: orders[number].hiddenUntil)
    }

    private func draft(_ call: TInvestCall, key: String, account: String) throws(TInvestFault) -> TInvestDraft {
        let listing = try self.listing(call)
        let lots = try call.lots()
        let side = try self.side(call, "ORDER_DIRECTION_")
        let named = try call.required("orderType", "30025")
        guard let kind = TInvestDraft.Kind(rawValue: named) else {
            throw TInvestFault("30026", "The 'order_type' is incorrect")
        }
        guard kind == .best || !quirks.onlyBestPrice else {
            throw TInvestFault("30103", "Only best price orders are available for this instrument")
        }
        let price = kind == .limit ? try call.price("price") : nil
        guard kind != .limit || price != nil else { throw TInvestFault("30017", "Missing parameter: 'price'") }
        var draft = TInvestDraft(
            leg: TInvestLeg(account: account, symbol: listing.symbol), side: side, lots: lots, lot: listing.lot,
            kind: kind, limit: price, key: key)
        draft.force = call["timeInForce"].flatMap(TInvestDraft.Force.init(rawValue:)) ?? .day
        draft.mayBeUncovered = call.flag("confirmMarginTrade")
        return draft
    }

    func side(_ call: TInvestCall, _ prefix: String) throws(TInvestFault) -> Side {
        switch try call.required("direction", "30019") {
        case "\(prefix)BUY": return .buy
        case "\(prefix)SELL": return .sell
        default: throw TInvestFault("30020", "The 'direction' is incorrect")
        }
    }

    mutating func replaceOrder(_ call: TInvestCall) throws(TInvestFault) -> Wire {
        let number = try order(call)
        let key = try call.key("idempotencyKey", missing: "30029", wrong: "30030")
        let account = orders[number].draft.leg.account
        guard self.number(account: account, key: key) == nil else { throw .duplicate }
        var draft = orders[number].draft
        draft.key = key
        draft.lots = try call.lots()
        draft.limit = try call.price("price") ?? draft.limit
        draft.mayBeUncovered = call.flag("confirmMarginTrade")
        guard orders[number].isOpen else { throw TInvestFault("30059", "Cancel order error: the order is not active") }
        // From here on the old order is gone, whatever becomes of the new one.
        end(number, cause: "CAUSE_CANCELLED_BY_CLIENT")
        if quirks.failedReplaces > 0 {
            quirks.failedReplaces -= 1
            throw TInvestFault("30049", "Post order error: the new order was not accepted")
        }
        return posted(try accept(draft))
    }

    private func listOrders(_ call: TInvestCall, _ holder: TInvestAccount, _ states: Set<String>) -> [Wire] {
        let (today, _) = TInvestCalendar.local(now.venue)
        return orders.indices.compactMap { number in
            let order = orders[number]
            guard order.draft.leg.account == holder.id, now.wall >= order.hiddenUntil,
                TInvestCalendar.local(order.createdAt).day == today || order.isOpen,
                states.isEmpty ? order.isOpen : states.contains(order.status.rawValue)
            else { return nil }
            return orderState(number)
        }
    }

    func listOrders(_ call: TInvestCall) throws(TInvestFault) -> Wire {
        let holder = try account(call)
        let names = call.fields["advancedFilters"]?["executionStatus"]?.elements.compactMap(\.string) ?? []
        return ["orders": .list(listOrders(call, holder, Set(names)))]
    }

    func maxLots(_ call: TInvestCall) throws(TInvestFault) -> Wire {
        let (holder, listing) = (try account(call), try self.listing(call))
        let asked = try call.price("price")
        let price = asked ?? market.price(listing.symbol) ?? listing.instrument.tick
        let leg = TInvestLeg(account: holder.id, symbol: listing.symbol)
        let lotCost = price.notional(Quantity(FixedDecimal(Int(listing.lot))))
        func lots(_ money: Money) -> Wire {
            let cost = lotCost + commission(lotCost)
            let count = max(money, .zero).value.divided(by: cost.value, rounding: .down)
            return .long(Int64(count.units / FixedDecimal.scale))
        }
        let free = holder.money - blockedMoney(holder.id)
        let (credit, own) = (free + equity(holder), max(held(leg), .zero) - blockedPieces(leg))
        let owned = Int64(own.value.units / FixedDecimal.scale) / listing.lot
        return [
            "currency": "rub",
            "buyLimits": [
                "buyMoneyAmount": .quotation(free), "buyMaxLots": lots(free), "buyMaxMarketLots": lots(free),
            ],
            "buyMarginLimits": [
                "buyMoneyAmount": .quotation(credit), "buyMaxLots": lots(credit), "buyMaxMarketLots": lots(credit),
            ],
            "sellLimits": ["sellMaxLots": .long(owned)],
            "sellMarginLimits": ["sellMaxLots": setup.allowsShort ? lots(equity(holder)) : .long(owned)],
        ]
    }

    func orderPrice(_ call: TInvestCall) throws(TInvestFault) -> Wire {
        let (listing, lots) = (try self.listing(call), try call.lots())
        let asked = try call.price("price")
        let price = asked ?? market.price(listing.symbol) ?? listing.instrument.tick
        let value = price.notional(Quantity(FixedDecimal(Int(lots * listing.lot))))
        let fee = commission(value)
        return [
            "totalOrderAmount": .money(value + fee), "lotsRequested": .long(lots), "initialOrderAmount": .money(value),
            "executedCommission": .money(fee), "executedCommissionRub": .money(fee),
            "serviceCommission": .money(Money.zero), "dealCommission": .money(fee),
        ]
    }
}
