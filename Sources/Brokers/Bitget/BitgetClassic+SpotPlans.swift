import Core

// Trigger orders of spot. None of them is ours, since they protect no position; but they execute, so whoever wants to
// be flat has to see them and to take them away.

extension BitgetClassic {
    /// A page of those that wait.
    func spotPlans(after cursor: String?) -> BitgetQuestion<BitgetPage<BitgetOrder>> {
        let path = "\(Self.spot)/trade/current-plan-order"
        let call = BitgetCall.get(path, [("idLessThan", cursor), ("limit", "100")], perSecond: 20, urgency: .vital)
        return BitgetQuestion(call) { data throws(VenueError) in
            let rows = BitgetReading.rows(data, "orderList")
            let next = Self.next(data, rows.count, rows.last?["orderId"]?.nonEmpty)
            return try BitgetReading.page(rows, next: next) { row throws(VenueError) in try readSpotPlan(row, path) }
        }
    }

    /// Cancels one.
    func cancelSpotPlan(_ order: BitgetOrder) -> BitgetQuestion<Bool> {
        let path = "\(Self.spot)/trade/cancel-plan-order"
        let call = BitgetCall.post(path, body([("orderId", order.orderID)]), perSecond: 20, urgency: .vital)
        return BitgetQuestion(call) { data throws(VenueError) in data["result"]?.isWord("failure") != true }
    }

    private func readSpotPlan(_ row: JSONValue, _ what: String) throws(VenueError) -> BitgetOrder {
        // By money, and not by amount: how much it will be shows when it executes.
        let isMoney = row["planType"]?.isWord("total") == true
        return BitgetOrder(
            orderID: try BitgetReading.text(row, what, "orderId"), clientText: row["clientOid"]?.nonEmpty,
            symbol: try BitgetReading.symbol(row, what), side: try BitgetReading.side(row["side"], what),
            kind: BitgetReading.kind(row, price: row["executePrice"]),
            quantity: isMoney ? .zero : Quantity(row["size"]?.decimal ?? .zero), filled: .zero, state: .working,
            reason: nil, at: BitgetReading.moment(row), reducesOnly: false, isPlan: true,
            planType: row["planType"]?.nonEmpty, trigger: BitgetReading.price(row["triggerPrice"]))
    }
}

extension BitgetBroker {
    /// Spot orders with a trigger as what they are for: one that sells protects what is held, as a stop below the price
    /// and as a take-profit above it; one that buys opens, and stays the order that it becomes.
    func spoken(_ orders: [BitgetOrder]) async -> [BitgetOrder] {
        guard settings.market == .spot else { return orders }
        let selling = orders.filter { $0.trigger != nil && $0.side == .sell }.map(\.symbol)
        await lookUpPrices(of: Set(selling))
        var spoken = orders
        for place in orders.indices {
            let order = orders[place]
            guard let trigger = order.trigger, order.side == .sell else { continue }
            // Without a price it is a stop: what matters is that it protects.
            let last = prices[order.symbol]?.last ?? spotPrices[order.symbol] ?? trigger
            spoken[place].kind = trigger > last ? .takeProfit(trigger: trigger) : .stop(trigger: trigger)
        }
        return spoken
    }

    /// Looks up the prices of what nobody watches, once. What proves that nothing is held is read through here, so it
    /// waits for a moment only; what comes later is there the next time.
    private func lookUpPrices(of symbols: Set<Symbol>) async {
        let unknown = symbols.filter { prices[$0]?.last == nil && spotPrices[$0] == nil }.sorted()
        guard !unknown.isEmpty, !isPricing else { return }
        isPricing = true
        let bell = Bell()
        Task {
            for symbol in unknown {
                guard let price = try? await lastPrice(symbol) else { break }
                spotPrices[symbol] = price
            }
            isPricing = false
            bell.ring()
        }
        await bell.wait(atMost: .milliseconds(500))
    }
}
