import CSearchKernel

/// A held position with what marking it needs; all money in shares of the budget.
struct KernelPosition {
    let isLong: Bool
    let units: Double
    let entryPrice: Double
    let entryFee: Double
    let stop: Double
    /// The take-profit, or NaN.
    let goal: Double
    let entryRow: Int
    /// The equity at the close before the entry.
    let before: Double
    /// The profit of the positions before it.
    let realised: Double

    /// The marked equity while the position is held.
    @inline(__always) func equity(at price: Double) -> Double {
        realised + (units * (price - entryPrice) - entryFee)
    }

    @inline(__always) func equity(at price: Lanes) -> Lanes {
        Lanes(repeating: realised)
            + (Lanes(repeating: units) * (price - Lanes(repeating: entryPrice)) - Lanes(repeating: entryFee))
    }
}

/// What an entry decided at a close asks for.
struct KernelOrder {
    let isLong: Bool
    let units: Double
    let stop: Double
    let goal: Double
}
