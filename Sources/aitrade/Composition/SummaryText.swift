import Backtest
import Core
import Engine
import Foundation

/// The readable end of a replay or backtest.
enum SummaryText {
    /// Summaries by currency from what was filled and marked.
    static func summaries(
        fills: [Fill], equity: [EquityPoint], instruments: [Instrument], budget: Budget, bars: [BarSeries]
    ) -> [PerformanceSummary] {
        Set(instruments.map(\.quote)).sorted().map { currency in
            let symbols = Set(instruments.filter { $0.quote == currency }.map(\.symbol))
            let marks = equity.filter { $0.currency == currency }
            let span = (marks.first?.at ?? .epoch, marks.last?.at ?? .epoch)
            let closes = bars.filter { symbols.contains($0.symbol) }.map { series in
                (0..<series.count).compactMap { row -> Double? in
                    let time = series.closeTime(row)
                    return time >= span.0 && time <= span.1 ? series.close[row] : nil
                }
            }
            return PerformanceSummary(
                currency: currency, budget: Money(budget.amount(in: currency).value.times(FixedDecimal(symbols.count))),
                fills: fills.filter { symbols.contains($0.symbol) }, equity: marks, holding: closes)
        }
    }

    /// - Parameter restrictions: What stopped trading and was not released: said first, because every figure means
    ///   the days before it.
    static func print(_ summary: PerformanceSummary, stopped restrictions: [TradingRestriction] = []) {
        if let cause = restrictions.first(where: { $0.currency.map { $0.code == summary.currency } ?? true }) {
            func days(_ end: Timestamp) -> Int { Int((max(0, (end - summary.first).seconds) / 86_400).rounded()) }
            let (day, before, all) = (Output.time(cause.since).prefix(10), days(cause.since), days(summary.last))
            Swift.print(
                "  STOPPED by \(cause.rule.rawValue) on \(day) after \(before) of \(all) days: figures end there")
        }
        let isShort = (summary.last - summary.first).seconds < 86_400
        let lines: [(String, String)] = [
            ("period", "\(Output.time(summary.first)) to \(Output.time(summary.last)) UTC"),
            ("trades", "\(summary.trades), \(Output.number(summary.winRate * 100, 1)) % with a profit"),
            ("net profit", "\(Output.number(summary.netProfit)) \(summary.currency)"),
            (
                "return",
                "\(Output.percent(summary.netReturn))   (buy and hold \(Output.percent(summary.buyAndHoldReturn)))"
            ),
            ("fees", "\(Output.number(summary.fees)) \(summary.currency)"),
            ("Sharpe", "\(isShort ? "n/a" : Output.number(summary.sharpe))   (annualised, from bar to bar)"),
            (
                "drawdown",
                "\(Output.number(summary.maxDrawdown * 100)) %   "
                    + "(buy and hold \(Output.number(summary.buyAndHoldDrawdown * 100)) %)"
            ),
        ]
        for (name, text) in lines {
            Swift.print("  \(name.padding(toLength: 11, withPad: " ", startingAt: 0))\(text)")
        }
    }
}
