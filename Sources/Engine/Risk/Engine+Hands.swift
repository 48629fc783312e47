package import Core

extension Engine {
    /// What the gate has to know of `symbol` for an order that a person places while no runner runs.
    ///
    /// - Parameters:
    ///   - quote: The currency the instrument trades in.
    ///   - equity: What the account is worth, where no runner has counted it yet.
    ///   - placed: Today's orders by hand that no runner has counted yet, oldest first.
    package func riskForHands(
        of symbol: Symbol, in quote: Currency, equity: Money, placed: [EnteredOrder], at now: Timestamp
    ) -> DeskRisk {
        var rolled = self
        rolled.risk.roll(to: now)
        for order in placed { rolled.risk.entered(order) }
        guard let place = rolled.desks.firstIndex(where: { $0.symbol == symbol }) else {
            var risk = DeskRisk()
            risk.outlook.restriction = rolled.risk.trading.restrictions.first
            risk.outlook.peakEquity = equity
            risk.outlook.ordersToday = rolled.risk.ordersToday
            risk.outlook.recent = rolled.risk.recent(at: now).filter { now - $0.at < RiskBook.window }
            risk.outlook.turnoverToday = rolled.risk[quote].turnoverToday
            return risk
        }
        var risk = rolled.desks[place].risk
        risk.outlook = rolled.outlook(of: place, at: now)
        risk.outlook.recent.removeAll { now - $0.at >= RiskBook.window }
        return risk
    }
}
