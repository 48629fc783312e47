public import Core

/// What one instrument earned on one day.
public struct LedgerProfit: Hashable, Codable, Sendable {
    /// The day in UTC, as `2026-11-21`.
    public let day: String
    /// The instrument.
    public let symbol: Symbol
    /// How many lots were closed, in part or whole.
    public let closedLots: Int
    /// Profit of what was closed that day by first in, first out, before fees.
    public let profit: Money
    /// Fees of all executions of that day.
    public let fees: Money

    /// Profit less fees.
    public var net: Money { profit - fees }
}

extension LedgerReader {
    /// Profit by first in, first out and fees, by day and instrument, in that order.
    public func profits() throws(LedgerError) -> [LedgerProfit] {
        struct Key: Hashable {
            let day: Int64
            let symbol: Symbol
        }
        var positions: [Symbol: Position] = [:]
        var sums: [Key: (lots: Int, profit: Money, fees: Money)] = [:]
        for fill in try fills() {
            let closed = positions[fill.symbol, default: Position(symbol: fill.symbol)].book(fill)
            let key = Key(day: CivilDay.number(of: fill.at), symbol: fill.symbol)
            var sum = sums[key] ?? (0, .zero, .zero)
            sum.lots += closed.count
            sum.profit += closed.reduce(.zero) { $0 + $1.profit }
            sum.fees += fill.fee
            sums[key] = sum
        }
        return sums.sorted { ($0.key.day, $0.key.symbol) < ($1.key.day, $1.key.symbol) }.map { key, sum in
            LedgerProfit(
                day: CivilDay.text(key.day), symbol: key.symbol, closedLots: sum.lots, profit: sum.profit,
                fees: sum.fees)
        }
    }
}

/// Days of the Gregorian calendar in UTC.
package enum CivilDay {
    /// Days since 1970-01-01.
    package static func number(of moment: Timestamp) -> Int64 {
        let (day, rest) = moment.milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
        return rest < 0 ? day - 1 : day
    }

    /// The day as `2026-11-21`.
    ///
    /// Counts in years that begin in March and eras of 400 years, so that the leap day comes last (H. Hinnant,
    /// "chrono-Compatible Low-Level Date Algorithms", civil_from_days).
    package static func text(_ number: Int64) -> String {
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let civilMonth = month < 10 ? month + 3 : month - 9
        let year = yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0)
        return "\(year)-\(padded(civilMonth))-\(padded(day))"
    }

    private static func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
