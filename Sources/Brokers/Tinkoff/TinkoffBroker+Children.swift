import Core

/// Orders that stops of ours became. They carry a name that the API invented, and only the list of stop orders says
/// where they come from; until it does, their executions are nobody's and are not told.
extension TinkoffBroker {
    /// A stop that executed is believed to be listed with its order after so long.
    private static let longestLag = Duration.seconds(5)

    private var waitingIDs: [ClientOrderID] { book.openIDs.filter { book.open[$0]?.isStop == true } }

    /// Reads the stop orders again when an execution is seen that may come from one of ours.
    func linkChildren() async throws {
        guard settings.holdsStops, today.contains(where: { $0.done > .zero && parent(of: $0) != nil }) else { return }
        forgetStops()
        for id in waitingIDs {
            if let symbol = book.open[id]?.symbol { _ = try await foundStop(id, symbol) }
        }
    }

    /// The open stop of ours that an unknown order may come from.
    private func parent(of order: TinkoffOrder) -> ClientOrderID? {
        guard book.isStranger(order) else { return nil }
        return waitingIDs.first { id in
            guard let entry = book.open[id], let share = shares[entry.symbol], share.uid == order.uid else {
                return false
            }
            // After a restart nobody here knows what was asked for.
            guard let request = entry.request, let sent = entry.sent else { return true }
            return request.side == order.side && share.lot.pieces(of: order.lots) == sent
        }
    }

    /// Whether an order's executions have to wait, because it may turn out to be ours.
    func isHeldBack(_ order: TinkoffOrder) -> Bool {
        guard order.done > .zero, let id = parent(of: order) else { return false }
        let since = suspects[order.orderID] ?? .now
        suspects[order.orderID] = since
        guard ContinuousClock.now - since >= Self.longestLag else { return true }
        suspects[order.orderID] = nil
        // The list says that the stop executed, and does not say as what: as this.
        if let stopID = book.open[id]?.venueID, case .executed(child: nil)? = endedStops[stopID] {
            book.link(order.orderID, to: id)
        }
        return false
    }
}
