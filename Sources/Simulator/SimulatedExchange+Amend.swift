public import Core

extension SimulatedExchange {
    /// Asks to change trigger and quantity of a protective order now; with a latency the order stands as it was until
    /// the wish has travelled. An order that was triggered meanwhile stays as it was.
    ///
    /// - Returns: The order after the wish (changed at once without latency), or why nothing can be changed.
    public mutating func amend(
        _ reference: OrderReference, trigger: Price, quantity: Quantity
    ) -> Result<OrderReport, VenueError> {
        guard let index = index(of: reference) else {
            let message = "\(configuration.broker) has no order \(reference)"
            return .failure(VenueError(.notFound, code: "UNKNOWN_ORDER", message: message))
        }
        guard isAmendable(index) else {
            let message = "order \(reference) is \(orders[index].state.rawValue) and waits for no trigger"
            return .failure(VenueError(.rejected, code: "NOT_AMENDABLE", message: message))
        }
        guard quantity > .zero else {
            let message = "order \(reference) cannot be changed to \(quantity) units"
            return .failure(VenueError(.rejected, code: "NOT_POSITIVE", message: message))
        }
        let old = orders[index].request
        let request = OrderRequest(
            clientID: old.clientID, symbol: old.symbol, side: old.side, quantity: quantity,
            kind: old.kind.waiting(for: trigger), reduceOnly: old.reduceOnly, purpose: old.purpose)
        if let refusal = refusal(of: request, in: books[orders[index].book]) { return .failure(refusal) }
        if configuration.latency == .zero {
            amend(index, to: request)
        } else {
            arrivals.append(Arrival(at: now + configuration.latency, order: index, wish: .change(request)))
        }
        return .success(orders[index].report)
    }

    private func isAmendable(_ order: Int) -> Bool {
        let order = orders[order]
        return !order.state.isFinal && order.filled == .zero && !order.isTriggered && order.request.kind.isProtective
    }

    /// Changes an order, tells so, and lets it act where the price is beyond the new trigger already.
    mutating func amend(_ order: Int, to request: OrderRequest) {
        guard isAmendable(order) else { return }
        orders[order].amend(request, at: now)
        outbox.append(.order(orders[order].report))
        if orders[order].progress == .resting { attempt(order) }
    }
}
