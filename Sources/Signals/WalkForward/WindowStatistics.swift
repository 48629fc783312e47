package import Core

/// Turns outcomes into the figures of an artifact.
package enum WindowStatistics {
    /// The figures of `outcome`, which traded the rows `rows` of `bars`.
    package static func make(_ outcome: WindowOutcome, bars: BarSeries, rows: Range<Int>) -> ArtifactStatistics {
        let won = outcome.trades.filter { $0 > 0 }
        let lost = outcome.trades.filter { $0 < 0 }.reduce(0, -)
        let count = Double(outcome.trades.count)
        return ArtifactStatistics(
            trades: outcome.trades.count, netReturn: outcome.netReturn, fees: outcome.fees,
            maxDrawdown: outcome.maxDrawdown,
            // A position that the next fold had to close counts one bar more.
            exposure: rows.isEmpty ? 0 : Swift.min(1, Double(outcome.exposedBars) / Double(rows.count)),
            buyAndHold: buyAndHold(bars, rows),
            sharpe: annualised(outcome.sharpePerBar, bars: bars, rows: rows),
            winRate: count > 0 ? Double(won.count) / count : nil,
            profitFactor: lost > 0 ? won.reduce(0, +) / lost : nil)
    }

    /// From the window's first close, which is when its first row may be acted on, to its last.
    static func buyAndHold(_ bars: BarSeries, _ rows: Range<Int>) -> Double {
        guard let last = rows.last else { return 0 }
        return bars.close[last] / bars.close[rows.lowerBound] - 1
    }

    private static func annualised(_ sharpe: Double?, bars: BarSeries, rows: Range<Int>) -> Double? {
        sharpe.map { $0 * barsPerYear(bars, rows).squareRoot() }
    }

    /// How many bars the window's own density makes in a year of 365.25 days, so that a market with closing hours is
    /// annualised by the bars it really has.
    static func barsPerYear(_ bars: BarSeries, _ rows: Range<Int>) -> Double {
        let year = 365.25 * 86_400_000
        guard rows.count > 1, let last = rows.last else { return year / Double(bars.interval.milliseconds) }
        let span = bars.openTimes[last] - bars.openTimes[rows.lowerBound]
        return year * Double(rows.count - 1) / Double(span)
    }
}
