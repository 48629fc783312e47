import Core
import Simulator

extension TInvestWorld {
    /// Books an execution of the matching engine.
    mutating func book(_ fill: Fill) {
        guard let text = fill.clientID?.text.prefix(while: { $0 != "." }), let number = Int(text),
            orders.indices.contains(number)
        else { return }
        let draft = orders[number].draft
        let fee = commission(fill.notional)
        deals.append(
            TInvestDeal(
                id: newID(), order: number, leg: draft.leg, side: draft.side, price: fill.price, pieces: fill.quantity,
                fee: fee, at: now.venue))
        orders[number].deals.append(deals.count - 1)
        orders[number].filled += fill.quantity
        orders[number].turnover += fill.notional
        orders[number].fee += fee
        orders[number].updatedAt = now.venue
        if let holder = accounts.firstIndex(where: { $0.id == draft.leg.account }) {
            var holding = accounts[holder].holdings[draft.leg.symbol] ?? TInvestHolding()
            holding.book(draft.side, fill.quantity, at: fill.price)
            accounts[holder].holdings[draft.leg.symbol] = holding.pieces == .zero ? nil : holding
            accounts[holder].money += (draft.side == .buy ? -fill.notional : fill.notional) - fee
        }
        goOn(number, fill)
    }

    /// What becomes of an order after one of its fills.
    private mutating func goOn(_ number: Int, _ fill: Fill) {
        orders[number].childRest -= fill.quantity
        if orders[number].childRest == .zero { orders[number].child = nil }
        if orders[number].remaining == .zero {
            orders[number].status = .filled
            open.removeAll { $0 == number }
        } else {
            orders[number].status = .partly
        }
        pushOrder(number)
        pushDeal(number)
        pushPortfolio(orders[number].draft.leg.account)
        pushPositions(orders[number].draft.leg.account)
        guard orders[number].isOpen, orders[number].child == nil else { return }
        if orders[number].draft.force == .kill {
            end(number, cause: "CAUSE_CANCELLED_BY_EXCHANGE")
        } else if !orders[number].parts.isEmpty {
            agenda.add(.nextPart(number), at: now.wall + (faults.time(of: .partialFills) ?? .milliseconds(200)))
        }
    }

    /// Takes the wish to cancel an order.
    ///
    /// - Throws: 30059 when there is nothing left to cancel.
    mutating func cancel(_ number: Int) throws(TInvestFault) {
        guard orders[number].isOpen else { throw TInvestFault("30059", "Cancel order error: the order is not active") }
        var lag = setup.cancelLag
        if faults.happens(.fillAfterCancel, at: now.wall) {
            lag = faults.time(of: .fillAfterCancel) ?? .seconds(1)
        }
        if lag == .zero {
            end(number, cause: "CAUSE_CANCELLED_BY_CLIENT")
        } else {
            agenda.add(.cancel(number), at: now.wall + lag)
        }
    }

    /// Ends an order that is not filled, and tells.
    mutating func end(_ number: Int, cause: String) {
        guard orders[number].isOpen else { return }
        let child = orders[number].child
        orders[number].status = cause.contains("REJECTED") ? .rejected : .cancelled
        (orders[number].cause, orders[number].updatedAt) = (cause, now.venue)
        (orders[number].child, orders[number].parts) = (nil, [])
        open.removeAll { $0 == number }
        if let child, var leg = legs[orders[number].draft.leg] {
            _ = leg.cancel(child)
            legs[orders[number].draft.leg] = leg
        }
        pushOrder(number)
        pushPositions(orders[number].draft.leg.account)
    }
}
