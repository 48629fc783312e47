import Core

/// One symbol of the simulated exchange: where its price is, and the orders that wait for it.
///
/// Invariant: no resting level and no watched level is met by the current price while a bar is open.
struct SimulatedBook: Sendable {
    /// A resting order's level.
    struct Level: Hashable, Sendable {
        let order: Int
        let price: Price
        /// Acts at or below the price; else at or above.
        let below: Bool
        let isStop: Bool

        @inline(__always) func isMet(by price: Price) -> Bool { below ? price <= self.price : price >= self.price }
    }

    let instrument: Instrument
    /// The open bar, or nil between bars.
    private(set) var bar: Bar?
    private(set) var closeTime = Timestamp.epoch
    /// The road through the open bar, once it was chosen.
    private var path = PricePath() { didSet { isTouchKnown = false } }
    /// Whether it was. Apart from the road itself: to forget an optional road costs as much as to lay one.
    private var hasPath = false
    /// The next touch as last worked out.
    private var touch: PricePath.Touch?
    /// Whether nothing has changed since that it follows from.
    private var isTouchKnown = false
    /// The price now, or the last one known.
    private(set) var price: Price?
    /// The moment the price was brought to.
    private var pricedAt = Timestamp.epoch
    /// No bar will come any more: the last close stays tradable for flattening.
    private(set) var isEnded = false
    /// What is left of the volume that may be taken in this bar; nil is no limit.
    var capacity: Quantity?
    /// Ascending by order.
    var resting: [Level] = [] { didSet { isTouchKnown = false } }
    /// Orders that wait for an open or for their next part, ascending.
    var executing: [Int] = []
    var watches: [Price] = [] { didSet { isTouchKnown = false } }

    init(instrument: Instrument) {
        self.instrument = instrument
    }

    /// The price at which an order can trade now, if there is one.
    func tradable(for request: OrderRequest, _ convention: FillConvention, at now: Timestamp) -> Price? {
        if bar != nil || (isEnded && request.purpose == .flatten) { return price }
        return convention.betweenBars == .lastClose && request.kind == .market && now == closeTime ? price : nil
    }

    /// Whether the price has not left the open yet.
    func isAtOpen(_ now: Timestamp) -> Bool { bar?.openTime == now && !hasPath }

    mutating func open(_ bar: Bar, span: TimeSpan, share: FixedDecimal?) -> Price {
        precondition(self.bar == nil && !isEnded, "a bar opens after the one before it closed")
        let open = exact(bar.open)
        (self.bar, closeTime, hasPath, price) = (bar, bar.openTime + span, false, open)
        pricedAt = bar.openTime
        capacity = share.flatMap { share in
            FixedDecimal(measured: bar.volume).map { instrument.onLot(Quantity($0.times(share, rounding: .down))) }
        }
        return open
    }

    mutating func close() -> Bar {
        guard let bar else { preconditionFailure("only an open bar closes") }
        price = hasPath ? path.end : exact(bar.close)
        (self.bar, hasPath) = (nil, false)
        return bar
    }

    mutating func end() {
        precondition(bar == nil, "the market ends after its last bar")
        (isEnded, capacity) = (true, nil)
    }

    /// Whether the road through the open bar still has to be chosen.
    var needsPath: Bool { bar != nil && !hasPath }

    /// Chooses the road through the open bar.
    mutating func choosePath(lowFirst: Bool) {
        guard let bar, let price, !hasPath else { preconditionFailure("a road is chosen once per bar") }
        let (low, high) = (exact(bar.low), exact(bar.high))
        path = PricePath(
            openTime: bar.openTime, span: closeTime - bar.openTime, open: price, first: lowFirst ? low : high,
            second: lowFirst ? high : low, close: exact(bar.close))
        hasPath = true
    }

    /// Brings the price of an open bar to `now`, but never past a level that was not told yet: who reacts to a level
    /// trades at that level.
    mutating func move(to now: Timestamp) {
        guard now > pricedAt, bar != nil else { return }
        if let touch = nextTouch(), touch.at <= now { return }
        let tick = instrument.tick
        guard hasPath else { return }
        path.move(to: now, tick: tick)
        (price, pricedAt) = (path.price, now)
    }

    mutating func move(to touch: PricePath.Touch, at now: Timestamp) {
        path.move(to: touch)
        (price, pricedAt) = (touch.level, now)
    }

    /// Whether `price` has reached the level of a resting order.
    @inline(__always) func isMet(by price: Price) -> Bool {
        let levels = resting.span
        for place in levels.indices where levels[place].isMet(by: price) { return true }
        return false
    }

    /// Whether there are levels to meet.
    var awaitsPrice: Bool { !resting.isEmpty || !watches.isEmpty }

    /// The next point of the road at which a resting or watched level is met.
    mutating func nextTouch() -> PricePath.Touch? {
        guard hasPath, awaitsPrice else { return nil }
        if !isTouchKnown { (touch, isTouchKnown) = (computedTouch(), true) }
        return touch
    }

    /// Whether a level is met at `moment` or earlier.
    mutating func isTouched(at moment: Timestamp) -> Bool {
        guard hasPath, awaitsPrice else { return false }
        if !isTouchKnown { (touch, isTouchKnown) = (computedTouch(), true) }
        return touch.map { $0.at <= moment } ?? false
    }

    private func computedTouch() -> PricePath.Touch? {
        path.nextTouch { from, to in
            let falls = to < from
            var nearest: Price?
            for level in resting where level.below == falls && Self.meets(level.price, from, to) {
                nearest = Self.nearer(level.price, nearest, falls: falls)
            }
            for level in watches where level != from && Self.meets(level, from, to) {
                nearest = Self.nearer(level, nearest, falls: falls)
            }
            return nearest
        }
    }

    /// A measured price of a bar on the tick grid. Prices that round to nothing count as one tick. In line, because a
    /// call would copy the book.
    @inline(__always) private func exact(_ measured: Double) -> Price {
        instrument.grid.price(measured: measured) ?? instrument.tick
    }

    private static func meets(_ level: Price, _ from: Price, _ to: Price) -> Bool {
        from < to ? from <= level && level <= to : to <= level && level <= from
    }

    private static func nearer(_ level: Price, _ other: Price?, falls: Bool) -> Price {
        guard let other else { return level }
        return falls ? max(level, other) : min(level, other)
    }
}
