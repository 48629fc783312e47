/// The grid that the prices of an instrument lie on: the multiples of its tick.
///
/// Small enough to be handed over in registers, where an ``Instrument`` would be copied: prices of every bar come
/// through here.
public struct PriceGrid: Hashable, Sendable {
    /// The step; positive.
    public let tick: Price

    /// The same in parts of 10^-12 where prices can be found by one multiplication, else 0.
    @usableFromInline let step: Int64
    /// How many steps are in one; 0 where ``step`` is.
    @usableFromInline let perUnit: Double

    /// The grid of a positive `tick`.
    @inlinable public init(tick: Price) {
        self.tick = tick
        // A tick that is a whole part of one.
        let step = Int64(exactly: tick.value.units).map { $0 >= 1_000 ? $0 : 0 } ?? 0
        let perUnit = step > 0 ? 1e12 / Double(step) : 0
        (self.step, self.perUnit) = Double(Int64(perUnit)) == perUnit ? (step, perUnit) : (0, 0)
    }

    /// `price` rounded to the grid.
    public func nearest(_ price: Price, rounding rule: RoundingRule = .halfEven) -> Price {
        Price(price.value.quantised(to: tick.value, rounding: rule))
    }

    /// A measured price rounded to the nearest tick; nil when it is not a positive finite number.
    @inlinable public func price(measured value: Double) -> Price? {
        // Beyond doubt, and one multiplication: a value closer to one tick than to any other by far more than a product
        // of doubles can be off.
        let ticks = value * perUnit
        if value <= 1e13, ticks >= 0.75, ticks < 0x1p50 {
            // Next to a half it does not matter which way this rounds: that is in doubt anyhow.
            let nearest = (ticks + 0x1p52) - 0x1p52
            if (ticks - nearest).magnitude <= 0.25 {
                return Price(FixedDecimal(product: Int64(nearest), step))
            }
        }
        return doubtfulPrice(measured: value)
    }

    /// The same by exact arithmetic.
    @inline(never) @usableFromInline func doubtfulPrice(measured value: Double) -> Price? {
        guard value > 0, let exact = FixedDecimal(measured: value) else { return nil }
        let price = nearest(Price(exact))
        return price > .zero ? price : nil
    }
}
