import Core
import Logging

extension BitgetBroker {
    /// A stop for the whole position stands already, placed by somebody else: a position has one of each kind, so it is
    /// moved to where ours was to be, and is ours from now on.
    func takenOver(_ request: OrderRequest) async -> SubmitOutcome? {
        guard settings.stopStyle == .position, let trigger = request.kind.trigger, let dialect = try? await language(),
            let waiting = try? await protections().filter({ isInPlace(of: request, $0) }), waiting.count == 1,
            let standing = waiting.first,
            (try? await client.ask(dialect.move(standing, trigger: trigger, quantity: request.quantity))) != nil
        else { return nil }
        if let text = standing.clientText { book.forget(ClientOrderID(text)) }
        book.link(standing.orderID, to: request.clientID)
        book.placed(request.clientID, as: standing.orderID)
        bell.ring()
        log.warning(
            "a stop of the whole position stood already: it was moved and is ours now",
            metadata: ["broker": "\(name)", "order": "\(standing.orderID)", "trigger": "\(trigger)"])
        return .accepted(report(request, standing.orderID, .working, await now()))
    }

    /// Whether a waiting order, none that this process sent, may be what keeps a protection of a whole position from
    /// being placed: unified lists do not tell which are for all of it.
    private func isInPlace(of request: OrderRequest, _ order: BitgetOrder) -> Bool {
        let type = order.planType?.lowercased() ?? ""
        let isSent = book.clientID(of: order).flatMap { book.request($0) } != nil
        return order.symbol == request.symbol && order.side == request.side && !isSent
            && (type.isEmpty || type.hasPrefix("pos_") || type == "full") && order.kind.isStop == request.kind.isStop
    }
}

extension OrderKind {
    fileprivate var isStop: Bool { if case .stop = self { true } else { false } }
}
