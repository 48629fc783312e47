import Core

/// The road a price takes through one bar: open, first extreme, second extreme, close, straight lines in between.
///
/// The extremes lie at one and two thirds of the interval. The price only moves forward along the road; where it is
/// between two ticks it has not yet arrived at the farther one.
struct PricePath: Sendable {
    /// A point of the road at which a level is met.
    struct Touch: Hashable, Sendable {
        let segment: Int
        let level: Price
        /// The first whole millisecond at which the level has been reached.
        let at: Timestamp
    }

    private let times: InlineArray<4, Timestamp>
    private let prices: InlineArray<4, Price>
    private var segment = 0
    private(set) var price: Price

    /// A road that leads nowhere.
    init() {
        times = InlineArray(repeating: .epoch)
        prices = InlineArray(repeating: .zero)
        price = .zero
    }

    init(openTime: Timestamp, span: TimeSpan, open: Price, first: Price, second: Price, close: Price) {
        let third = TimeSpan(milliseconds: span.milliseconds / 3)
        times = [openTime, openTime + third, openTime + third + third, openTime + span]
        prices = [open, first, second, close]
        price = open
    }

    /// Where the road ends.
    var end: Price { prices[3] }

    /// Moves along the road to where the price is at `now`, on the tick grid.
    mutating func move(to now: Timestamp, tick: Price) {
        while segment < 2, now >= times[segment + 1] {
            segment += 1
            price = prices[segment]
        }
        let (start, end) = (prices[segment], prices[segment + 1])
        let elapsed = Int128((now - times[segment]).milliseconds)
        let length = Int128((times[segment + 1] - times[segment]).milliseconds)
        guard elapsed > 0, start != end else { return }
        guard elapsed < length else { return price = end }
        let way = (end.value.units - start.value.units) * elapsed / length
        let place = FixedDecimal(units: start.value.units + way)
        if end > start {
            price = max(price, Price(place.quantised(to: tick.value, rounding: .floor)))
        } else {
            price = min(price, Price(place.quantised(to: tick.value, rounding: .ceiling)))
        }
    }

    /// Moves to a level that ``nextTouch(_:)`` found.
    mutating func move(to touch: Touch) {
        precondition(touch.segment >= segment, "the price moves forward")
        (segment, price) = (touch.segment, touch.level)
    }

    /// The first level on the rest of the road.
    ///
    /// - Parameter nearest: The level that is met first on the way from one price to another, or nil.
    func nextTouch(_ nearest: (_ from: Price, _ to: Price) -> Price?) -> Touch? {
        var from = price
        for index in segment..<3 {
            let end = prices[index + 1]
            if from != end, let level = nearest(from, end) {
                return Touch(segment: index, level: level, at: time(of: level, in: index))
            }
            from = end
        }
        return nil
    }

    private func time(of level: Price, in index: Int) -> Timestamp {
        let way = (level - prices[index]).magnitude.value.units
        let whole = (prices[index + 1] - prices[index]).magnitude.value.units
        let length = (times[index + 1] - times[index]).milliseconds
        let elapsed = RoundingRule.up.divide(way * Int128(length), by: whole)
        return times[index] + TimeSpan(milliseconds: Int64(elapsed))
    }
}
