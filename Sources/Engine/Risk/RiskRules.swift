import Core

/// The loss limits: judged for every entry, and after every step for the trading state.
enum RiskRules {
    static func dailyLoss(_ loss: Money, _ limit: Money, _ currency: Currency) -> RiskFinding? {
        guard loss > limit else { return nil }
        let sentence =
            "\(Figure.text(loss.value, against: limit.value)) \(currency) were lost today, more than "
            + "\(Figure.text(limit.value))"
        return RiskFinding(.dailyLoss, Figure.over(loss.value, limit.value), sentence)
    }

    static func drawdown(_ below: Money, of peak: Money, _ limit: FixedDecimal) -> RiskFinding? {
        guard below > .zero, peak > .zero else { return nil }
        // Compared by product: a share that was rounded could miss the limit by a digit.
        guard below.value.times(FixedDecimal(100)) > peak.value.times(limit) else { return nil }
        let share = below.value.times(FixedDecimal(100)).divided(by: peak.value, rounding: .up)
        let sentence =
            "the equity is \(Figure.text(share, against: limit)) % below its peak of \(Figure.text(peak.value)), more "
            + "than \(Figure.text(limit)) %"
        return RiskFinding(.maxDrawdown, Figure.over(share, limit), sentence)
    }

    /// The limit itself is one loss too many: with 5, four may follow each other and the fifth stops.
    static func lossStreak(_ streak: Int, _ limit: Int) -> RiskFinding? {
        guard streak >= limit else { return nil }
        return RiskFinding(
            .lossStreak, "\(streak) >= \(limit)", "\(streak) trades in a row were lost; \(limit) stop trading")
    }
}
