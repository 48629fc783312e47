/// The grid that the prices of an instrument lie on: the multiples of its tick.
///
/// Small enough to be handed over in registers, where an ``Instrument`` would be copied: prices of every bar come
/// through here.
public struct PriceGrid: Hashable, Sendable {
    /// The step; positive.
    public let tick: Price

    /// The grid of a positive `tick`.
    @inlinable public init(tick: Price) {
        self.tick = tick
    }

    /// `price` rounded to the grid.
    public func nearest(_ price: Price, rounding rule: RoundingRule = .halfEven) -> Price {
        Price(price.value.quantised(to: tick.value, rounding: rule))
    }

    /// A measured price rounded to the nearest tick; nil when it is not a positive finite number.
    public func price(measured value: Double) -> Price? {
        if let price = fastPrice(measured: value) { return price }
        guard value > 0, let exact = FixedDecimal(measured: value) else { return nil }
        let price = nearest(Price(exact))
        return price > .zero ? price : nil
    }

    /// The same where it is beyond doubt and one multiplication: a tick that is a whole part of one, and a value closer
    /// to one tick than to any other by far more than a product of doubles can be off.
    private func fastPrice(measured value: Double) -> Price? {
        guard value <= 1e13, let tick = Int64(exactly: tick.value.units), tick >= 1_000 else { return nil }
        let perUnit = 1e12 / Double(tick)
        guard Double(Int64(perUnit)) == perUnit else { return nil }
        let ticks = value * perUnit
        guard ticks >= 0.75, ticks < 0x1p50 else { return nil }
        // Next to a half it does not matter which way this rounds: that is in doubt anyhow.
        let nearest = (ticks + 0x1p52) - 0x1p52
        guard (ticks - nearest).magnitude <= 0.25 else { return nil }
        return Price(FixedDecimal(units: Int128(Int64(nearest)) * Int128(tick)))
    }
}
