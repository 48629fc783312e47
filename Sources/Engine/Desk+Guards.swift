import Core

/// Stops where nothing is reduce-only: one that stands beside a close could turn the position, and one that is taken
/// back for a close that then is not placed leaves it bare. So a stop stands until a close can be placed as far as
/// anybody knows, goes then, and comes back when the venue keeps refusing the close all the same.
extension Desk {
    /// The stops that look after a position that the kill switch is to close.
    struct Guards {
        /// Those that the venue lists, ours or not.
        let listed: [OrderReport]
        /// Whether there is none, listed, on its way or in doubt.
        let isEmpty: Bool

        init(of desk: Desk, _ reported: Quantity, _ listed: [OrderReport]) {
            self.listed = listed.filter { desk.isGuard($0.kind, $0.side, of: reported) }
            isEmpty =
                self.listed.isEmpty
                && !desk.orders.executable.contains { desk.isGuard($0.request.kind, $0.request.side, of: reported) }
        }
    }

    /// Whether an order looks after a position of `held`, and a close has to take its place.
    func isGuard(_ kind: OrderKind, _ side: Side, of held: Quantity) -> Bool {
        guard !rules.asset.capabilities.reduceOnly, kind.isProtective, held != .zero else { return false }
        return side == (held > .zero ? .sell : .buy)
    }

    /// Whether an order of ours looks after the position, and a close has to take its place.
    var isGuarded: Bool {
        orders.openOrders.contains { isGuard($0.request.kind, $0.request.side, of: position.quantity) }
    }

    /// A close is sent to a broker that takes back by itself what is in its way: of a stop that ends now it is known
    /// why, and it may be placed again.
    mutating func letGuardsGo(at now: Timestamp) {
        let capabilities = rules.asset.capabilities
        guard capabilities.nativeProtections, !capabilities.reduceOnly, !capabilities.stopsBlock else { return }
        for order in orders.openOrders where order.request.kind.isProtective {
            // Dated back: when it does not go, it can be cancelled at once.
            let spacing = rules.timing.questionSpacing
            _ = orders.wish(order.request.clientID, spacing: .zero, at: now - spacing)
        }
    }

    // MARK: While everything is being closed

    /// A close that was refused so often is tried again after so long where a stop looks after the position; until then
    /// each try would take the stop away for nothing.
    private static let guardedPause = TimeSpan.seconds(15)

    /// When a close that the venue kept refusing is tried again.
    var triedAgainAt: Timestamp? { isHeld ? heldAt.map { $0 + Self.guardedPause } : nil }

    /// Leaves a position to its stop, or gives it one again, while the venue keeps refusing to close it.
    ///
    /// - Returns: What to ask for in place of closing; nil when it is to be closed.
    mutating func keepGuarded(_ reported: Quantity, _ guards: Guards, at now: Timestamp) -> [Effect]? {
        guard let again = triedAgainAt, now < again, !rules.asset.capabilities.reduceOnly else { return nil }
        guard guards.isEmpty else { return [] }
        let held = position.quantity
        guard rules.asset.capabilities.nativeProtections, !isNativeHeld, var stop = protection.stop,
            !stop.isWatchedOnly, stop.mode == .armedSynthetic, held != .zero, !held.isOpposite(to: reported)
        else { return nil }
        stop.quantity = min(held.magnitude, reported.magnitude)
        let effects = place(&stop, .stop, at: now)
        protection.stop = stop
        return effects.orders.isEmpty ? nil : effects
    }
}
