import Core

/// A broker before a venue where nothing is reduce-only, as where shares trade: it keeps what closes from turning a
/// position. It takes back the stops that a close would stand beside, once it knows that the close can be placed, and
/// sends no more than is held and not spoken for; an order that was cut to that ends short.
extension FaultyVenue {
    /// Makes way for an order that is to reduce.
    ///
    /// - Returns: How much of it can be placed, or why nothing can.
    mutating func makeWay(for order: OrderRequest) -> Result<Quantity, VenueError> {
        guard takesStopsBack, order.reduceOnly, market.order(.client(order.clientID)) == nil else {
            return .success(order.quantity)
        }
        let truth = market.snapshot()
        let signed = truth.positions.first { $0.symbol == order.symbol }?.quantity ?? .zero
        let held = order.side == .sell ? signed : -signed
        guard held > .zero else {
            return .failure(VenueError(.rejected, code: "NOTHING_TO_CLOSE", message: "\(signed) \(order.symbol) held"))
        }
        let beside = truth.openOrders.filter { $0.symbol == order.symbol && $0.side == order.side }
        let stops = beside.filter { $0.kind.isProtective && $0.filled == .zero }
        let waiting = stops.reduce(Quantity.zero) { $0 + $1.quantity }
        var free = beside.reduce(held) { $0 - ($1.quantity - $1.filled) }
        if !order.kind.isProtective, free < order.quantity {
            for stop in stops { _ = market.cancel(.venue(stop.venueOrderID)) }
            free += waiting
        }
        let size = min(order.quantity, free)
        guard size > .zero else {
            let message = "all \(signed) \(order.symbol) are spoken for by orders on their way"
            return .failure(VenueError(.retryable, code: "CLOSE_IN_THE_WAY", message: message))
        }
        return .success(size)
    }
}
