import Core

extension TInvestWorld {
    /// Traps when an invariant stated at the world does not hold.
    package func checkInvariants() {
        for account in accounts {
            for listing in listings { check(account, listing) }
            let traded = deals.filter { $0.leg.account == account.id }.reduce(Money.zero) { sum, deal in
                let turnover = deal.price.notional(deal.pieces)
                return sum + (deal.side == .sell ? turnover : -turnover) - deal.fee
            }
            precondition(account.money == account.paidIn + traded, "money is what was paid in and what deals brought")
        }
        for number in orders.indices {
            let order = orders[number]
            precondition(order.filled <= order.draft.pieces, "no order is filled beyond its lots")
            precondition(order.isOpen == open.contains(number), "open orders are listed as open")
            precondition(order.isOpen || order.child == nil, "what has ended is not at the matching engine")
        }
        precondition(Set(open).count == open.count, "an order is open once")
        precondition(
            orderByKey.allSatisfy {
                Self.keyName(orders[$0.value].draft.leg.account, orders[$0.value].draft.key) == $0.key
            },
            "no key names two orders")
    }

    private func check(_ account: TInvestAccount, _ listing: TInvestListing) {
        let leg = TInvestLeg(account: account.id, symbol: listing.symbol)
        let held = account.holdings[listing.symbol]?.pieces ?? .zero
        let dealt = deals.filter { $0.leg == leg }.reduce(Quantity.zero) { $0 + $1.side.signed($1.pieces) }
        precondition(held == dealt, "a holding is the sum of its deals")
        precondition(legs[leg].map { $0.held == held } ?? (held == .zero), "a holding is what the engine holds")
    }
}
