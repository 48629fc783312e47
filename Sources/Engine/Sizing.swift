package import Core

/// From a signal row to a quantity.
package enum Sizing {
    /// The signed quantity that `target` (in -1...1) of `budget` buys at `price`, rounded towards zero to the lot
    /// step; nil when the target is none of these.
    package static func quantity(target: Double, budget: Money, price: Price, instrument: Instrument) -> Quantity? {
        guard price > .zero, target >= -1, target <= 1, let money = budget.portion(target) else { return nil }
        return instrument.onLot(Quantity(money.value.divided(by: price.value, rounding: .down)))
    }
}
