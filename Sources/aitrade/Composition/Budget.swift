import Core
import Engine

/// The money that a target of 1 stands for, for each asset.
struct Budget {
    /// `RISK_BUDGET_QUOTE`: one number for every currency, or one for each; nil when it is not set.
    private let configured: MoneyLimit?

    /// Reads `RISK_BUDGET_QUOTE`.
    ///
    /// - Throws: ``CommandFailure`` (78) when it is malformed.
    init(_ reader: SettingReader) throws {
        configured = try reader.text(.riskBudgetQuote).map { text in
            guard let money = MoneyLimit(text) else {
                throw reader.malformed(
                    .riskBudgetQuote, text,
                    "a positive number such as 1000, or numbers by currency such as USDT:1000,RUB:100000")
            }
            return money
        }
    }

    /// The budget of an asset quoted in `currency`. The defaults are about the same worth, and enough for a lot of
    /// every bundled share.
    func amount(in currency: Currency) -> Money {
        configured?[currency] ?? Money(FixedDecimal(currency == Currency("RUB") ? 100_000 : 1000))
    }
}
