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
            kind: .stop(trigger: Price(row["triggerPrice"]?.decimal ?? .zero)),
            quantity: isMoney ? .zero : Quantity(row["size"]?.decimal ?? .zero), filled: .zero, state: .working,
            reason: nil, at: BitgetReading.moment(row), reducesOnly: false, isPlan: true,
            planType: row["planType"]?.nonEmpty)
    }
}
