import Core

/// Orders of which nobody knows whether they are there, in the way of a close.
extension Desk {
    /// Whether an order, should it arrive, would only keep a close waiting that is under way: where the venue knows no
    /// reduce-only, a protective order has to be gone before. A close that waits for its market, or that was given up,
    /// is none: then the stop is better than nothing.
    func isObstacle(_ request: OrderRequest) -> Bool {
        guard request.kind.isProtective, !rules.asset.capabilities.reduceOnly else { return false }
        return risk.isOpen && !isHeld && (wantsOut || protection.isOver)
    }

    /// An obstacle that the venue never heard of is cancelled all the same: a venue that lists it late takes that, and
    /// a stop that outlives its position would open another one.
    mutating func cancelUnseen(_ id: ClientOrderID, at now: Timestamp) -> [Effect] {
        guard let order = orders[id], !order.state.isFinal, isObstacle(order.request),
            orders.wish(id, spacing: rules.timing.questionSpacing, at: now)
        else { return [] }
        return [.cancel(.client(id), symbol, broker)]
    }

    /// However old a picture is: an order that it lists, and that was taken for refused, was there after all.
    func withdrawRefused(_ listed: [OrderReport]) -> [Effect] {
        listed.flatMap { report -> [Effect] in
            let state = report.clientID.flatMap { orders[$0]?.state }
            return state == .rejected ? foreign(report, state) : []
        }
    }
}
