public import Core

/// Stop and take-profits of one asset's position.
///
/// Invariants: a leg in `placing` or `armedNative` names its order; a leg changes its mode only by the table in
/// ``ProtectionMode/after(_:)``.
public struct Protection: Hashable, Codable, Sendable {
    /// A stop, or one step of the take-profits.
    public struct Leg: Hashable, Codable, Sendable {
        /// Where it is to trigger.
        public internal(set) var price: Price
        /// How it stands.
        public internal(set) var mode: ProtectionMode
        /// The native order.
        public internal(set) var order: ClientOrderID?
        /// How much of the position it is to cover.
        public internal(set) var quantity: Quantity
        /// Where the native order triggers, as far as the venue confirmed it.
        public internal(set) var heldPrice: Price?
        /// Which price triggers it.
        public internal(set) var triggerPrice = TriggerPrice.last
        /// Which step of the ladder it is; 0 where there is none.
        var rung = 0
        /// Whether the venue would not hold it: we watch it until the position is gone.
        var isWatchedOnly = false
        /// Since when its level has been passed, or its order been filled in part, while it still stands.
        var reachedAt: Timestamp?
        /// Whether a native order did not fill in time, so that it has to be gone before we close at market.
        var isEscalated = false
        /// When the native order was last placed or changed.
        var changedAt: Timestamp?

        /// A leg as it stands.
        package init(price: Price, mode: ProtectionMode, order: ClientOrderID?, quantity: Quantity) {
            (self.price, self.mode, self.order, self.quantity) = (price, mode, order, quantity)
        }

        /// Whether we ourselves have to watch the price: the venue does not hold the leg, or not at this level.
        @inline(__always) var isWatched: Bool {
            switch mode {
            case .armedSynthetic, .placing: true
            case .armedNative: heldPrice != price
            case .none, .triggered, .closed: false
            }
        }

        /// Lets `event` happen; an illegal one changes nothing.
        ///
        /// - Returns: Whether it was legal.
        @discardableResult
        mutating func apply(_ event: ProtectionEvent) -> Bool {
            guard let next = try? mode.after(event) else { return false }
            mode = next
            return true
        }
    }

    /// The stop.
    public internal(set) var stop: Leg?
    /// The take-profits, nearest first.
    public internal(set) var takeProfits: [Leg] = []
    /// What happened to the position since it was opened; nil when flat.
    public internal(set) var excursion: Excursion?
    /// Whether the position has to go: it was held or bare for too long. Lasts until it is gone.
    public internal(set) var isLeaving = false
    /// How much was without protection, and for how long.
    public internal(set) var exposure = ExposureMeter()

    package init() {}

    /// The nearest take-profit that has not done its part.
    public var takeProfit: Leg? { takeProfits.first { $0.mode != .closed } }
    /// Since when a part of the position has had no armed stop.
    @inline(__always) public var exposedSince: Timestamp? { exposure.since }
    /// ``Leg/isWatched`` of the stop, field by field: a leg is not copied to look at it.
    @inline(__always) private var isStopWatched: Bool {
        switch stop?.mode {
        case .armedSynthetic?, .placing?: true
        case .armedNative?: stop?.heldPrice != stop?.price
        case nil, ProtectionMode.none?, .triggered?, .closed?: false
        }
    }
    /// Whether we watch a level ourselves.
    @inline(__always) var isWatching: Bool {
        if isStopWatched { return true }
        let steps = takeProfits.span
        for place in steps.indices where steps[place].isWatched { return true }
        return false
    }
    /// The levels that we watch ourselves.
    @inline(never) public var watchLevels: [Price] { legs.filter(\.isWatched).map(\.price) }

    /// All legs, the stop first.
    var legs: [Leg] { (stop.map { [$0] } ?? []) + takeProfits }

    /// Whether a leg names `order`.
    func knows(_ order: ClientOrderID) -> Bool {
        stop?.order == order || takeProfits.contains { $0.order == order }
    }

    /// One leg by what it is for.
    subscript(purpose: OrderPurpose, rung: Int) -> Leg? {
        get { purpose == .stop ? stop : takeProfits.first { $0.rung == rung } }
        set {
            if purpose == .stop { return stop = newValue }
            takeProfits.removeAll { $0.rung == rung }
            guard let newValue else { return }
            takeProfits.insert(newValue, at: takeProfits.firstIndex { $0.rung > rung } ?? takeProfits.endIndex)
        }
    }

    /// Lets `change` happen to the leg that `order` belongs to.
    mutating func update(_ order: ClientOrderID, _ change: (inout Leg) -> Void) {
        if stop?.order == order, var leg = stop {
            change(&leg)
            stop = leg
        }
        for place in takeProfits.indices where takeProfits[place].order == order { change(&takeProfits[place]) }
    }

    /// Which watched leg `price` triggers for a position of this sign; the stop wins.
    @inline(__always) package func triggered(by price: Price, position: Quantity) -> (purpose: OrderPurpose, rung: Int)?
    {
        let long = position > .zero
        if isStopWatched, let level = stop?.price, long ? price <= level : price >= level {
            return (.stop, 0)
        }
        let legs = takeProfits.span
        for place in legs.indices where legs[place].isWatched {
            if long ? price >= legs[place].price : price <= legs[place].price { return (.takeProfit, legs[place].rung) }
        }
        return nil
    }

    /// The leg whose level was reached and that has not closed its part yet.
    @inline(__always) package var fired: (purpose: OrderPurpose, rung: Int)? {
        if stop?.mode == .triggered { return (.stop, 0) }
        let legs = takeProfits.span
        for place in legs.indices where legs[place].mode == .triggered { return (.takeProfit, legs[place].rung) }
        return nil
    }

    /// Whether the position has to go, or a level of it was reached.
    @inline(__always) var isOver: Bool {
        if isLeaving { return true }
        return fired != nil
    }

    /// Whether the price is beyond the stop, where its native order should have acted.
    @inline(__always) func isBeyondStop(_ price: Price, position: Quantity) -> Bool {
        guard let level = stop?.heldPrice ?? stop?.price else { return false }
        return position > .zero ? price <= level : price >= level
    }

    /// Nothing is protected any more.
    mutating func drop() { (stop, takeProfits, excursion, isLeaving) = (nil, [], nil, false) }
}
