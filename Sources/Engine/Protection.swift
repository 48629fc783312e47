public import Core

/// How one leg of a protection stands.
public enum ProtectionMode: String, Codable, Sendable, CaseIterable {
    /// There is nothing to protect, or no such leg.
    case none
    /// A native order is on its way; meanwhile we watch the price ourselves.
    case placing
    /// The venue holds the order.
    case armedNative
    /// We watch the price and close ourselves.
    case armedSynthetic
    /// The level was reached and a closing order is on its way.
    case triggered
}

/// Stop and take-profit of one asset's position.
///
/// Invariants: a leg in `placing` or `armedNative` names its order; `exposedSince` is set exactly while there is a
/// position whose stop is not armed.
public struct Protection: Hashable, Sendable {
    /// Stop or take-profit.
    public struct Leg: Hashable, Sendable {
        /// Where it triggers.
        public let price: Price
        /// Who guards it.
        public internal(set) var mode: ProtectionMode
        /// The native order.
        public internal(set) var order: ClientOrderID?
        /// How much of the position it covers.
        public internal(set) var quantity: Quantity
    }

    /// The stop.
    public internal(set) var stop: Leg?
    /// The take-profit.
    public internal(set) var takeProfit: Leg?
    /// Since when the position has had no armed stop.
    public private(set) var exposedSince: Timestamp?
    /// How long positions were without an armed stop so far.
    public private(set) var unprotected: TimeSpan = .zero

    package init() {}

    /// Whether we ourselves have to watch the price for `leg`.
    private func isWatched(_ leg: Leg) -> Bool {
        leg.mode == .armedSynthetic || leg.mode == .placing
    }

    /// Which watched leg `price` triggers for a position of this sign; the stop wins.
    package func triggered(by price: Price, position: Quantity) -> OrderPurpose? {
        let long = position > .zero
        if let stop, isWatched(stop), long ? price <= stop.price : price >= stop.price { return .stop }
        if let takeProfit, isWatched(takeProfit), long ? price >= takeProfit.price : price <= takeProfit.price {
            return .takeProfit
        }
        return nil
    }

    /// The levels that we watch ourselves.
    public var watchLevels: [Price] {
        var levels: [Price] = []
        if let stop, isWatched(stop) { levels.append(stop.price) }
        if let takeProfit, isWatched(takeProfit) { levels.append(takeProfit.price) }
        return levels
    }

    /// A level that we watch was reached: its leg waits for the closing order.
    package mutating func trigger(_ purpose: OrderPurpose) {
        if purpose == .stop { stop?.mode = .triggered } else { takeProfit?.mode = .triggered }
    }

    /// The leg that was triggered and has not closed the position yet.
    package var fired: OrderPurpose? {
        if stop?.mode == .triggered { return .stop }
        return takeProfit?.mode == .triggered ? .takeProfit : nil
    }

    /// A native order of ours was accepted or refused.
    package mutating func placed(_ id: ClientOrderID, accepted: Bool) {
        let mode: ProtectionMode = accepted ? .armedNative : .armedSynthetic
        if stop?.order == id, stop?.mode == .placing { stop?.mode = mode }
        if takeProfit?.order == id, takeProfit?.mode == .placing { takeProfit?.mode = mode }
    }

    /// A native order of ours ended without closing the position: we watch the level ourselves from now on.
    package mutating func lost(_ id: ClientOrderID) {
        if stop?.order == id, stop?.mode != .triggered { stop?.mode = .armedSynthetic }
        if takeProfit?.order == id, takeProfit?.mode != .triggered { takeProfit?.mode = .armedSynthetic }
    }

    /// Keeps the account of exposed time up to `now`.
    package mutating func account(position: Quantity, at now: Timestamp) {
        let armed = stop.map { $0.mode != .none && $0.mode != .placing } ?? false
        if position != .zero, !armed {
            exposedSince = exposedSince ?? now
        } else if let since = exposedSince {
            unprotected = unprotected + (now - since)
            exposedSince = nil
        }
    }
}
