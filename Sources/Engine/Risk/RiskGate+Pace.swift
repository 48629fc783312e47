import Core

/// How often and how much may be opened, and how much may be lost.
extension RiskGate {
    func pace(
        _ request: OrderRequest, _ instrument: Instrument, _ last: Price, _ circumstances: Circumstances,
        at now: Timestamp
    ) -> RiskFinding? {
        let outlook = circumstances.risk.outlook
        return cooldown(circumstances.risk.lastEntryAt, at: now) ?? repeated(request, outlook)
            ?? count(outlook.recent.count, limits.ordersPerFiveMinutes, .ordersPerFiveMinutes, "in five minutes")
            ?? count(outlook.ordersToday, limits.ordersPerDay, .ordersPerDay, "today")
            ?? turnover(last.notional(request.quantity), instrument.quote, outlook)
    }

    private func cooldown(_ lastEntry: Timestamp?, at now: Timestamp) -> RiskFinding? {
        guard let limit = limits.cooldown, let lastEntry, now - lastEntry < limit else { return nil }
        let passed = now - lastEntry
        return RiskFinding(
            .cooldown, "\(passed.seconds) s < \(limit.seconds) s",
            "the last entry was \(passed.seconds) s ago; \(limit.seconds) s must lie between two")
    }

    private func repeated(_ request: OrderRequest, _ outlook: RiskOutlook) -> RiskFinding? {
        guard let limit = limits.repeatedOrders else { return nil }
        let same = outlook.recent.count {
            !$0.isByHand && $0.symbol == request.symbol && $0.side == request.side
                && $0.quantity == request.quantity
        }
        if same < limit { return nil }
        let sentence =
            "\(request.side.rawValue) \(request.quantity) \(request.symbol) was ordered \(same) times within five "
            + "minutes; at most \(limit) may be"
        return RiskFinding(.repeatedOrder, "\(same + 1) > \(limit)", sentence)
    }

    private func count(_ sent: Int, _ limit: Int?, _ code: RiskCode, _ span: String) -> RiskFinding? {
        guard let limit, sent >= limit else { return nil }
        return RiskFinding(
            code, "\(sent + 1) > \(limit)", "this would be opening order \(sent + 1) \(span); at most \(limit) may be")
    }

    private func turnover(_ value: Money, _ quote: Currency, _ outlook: RiskOutlook) -> RiskFinding? {
        if let limit = limits.turnoverPerFiveMinutes?[quote] {
            let sum = outlook.recent.reduce(value) { $1.currency == quote ? $0 + $1.value : $0 }
            if sum > limit {
                return over(.turnoverPerFiveMinutes, sum, limit, quote, "a turnover in five minutes")
            }
        }
        guard let limit = limits.turnoverPerDay?[quote], outlook.turnoverToday + value > limit else { return nil }
        return over(.turnoverPerDay, outlook.turnoverToday + value, limit, quote, "a turnover today")
    }

    /// The loss limits as they stand at this very moment: what was lost in the same step counts, although the trading
    /// state has not followed yet.
    func losses(_ instrument: Instrument, _ circumstances: Circumstances) -> RiskFinding? {
        let outlook = circumstances.risk.outlook
        let change = circumstances.profit - outlook.countedProfit
        if let limit = limits.dailyLoss?[instrument.quote],
            let finding = RiskRules.dailyLoss(outlook.lossToday - change, limit, instrument.quote)
        {
            return finding
        }
        if let limit = limits.drawdownPercent,
            let finding = RiskRules.drawdown(outlook.belowPeak - change, of: outlook.peakEquity, limit)
        {
            return finding
        }
        guard let limit = limits.lossStreak else { return nil }
        let streak = circumstances.risk.results.reduce(outlook.lossStreak) { $1 < .zero ? $0 + 1 : 0 }
        return RiskRules.lossStreak(streak, limit)
    }
}
