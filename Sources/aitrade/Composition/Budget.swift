import Core

/// The money that a target of 1 stands for, for each asset.
struct Budget {
    /// `RISK_BUDGET_QUOTE`: the same number in every currency; nil when it is not set.
    var configured: Money?

    /// The budget of an asset quoted in `currency`. The defaults are about the same worth, and enough for a lot of
    /// every bundled share.
    func amount(in currency: Currency) -> Money {
        configured ?? Money(FixedDecimal(currency == Currency("RUB") ? 100_000 : 1000))
    }
}
