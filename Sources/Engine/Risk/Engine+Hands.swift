public import Core

extension Engine {
    /// What the gate has to know of `symbol` for an order that a person places while no runner runs.
    ///
    /// - Parameter equity: What the account is worth, where no runner has counted it yet.
    public func riskForHands(of symbol: Symbol, equity: Money, at now: Timestamp) -> DeskRisk {
        var rolled = self
        rolled.risk.roll(to: now)
        guard let place = rolled.desks.firstIndex(where: { $0.symbol == symbol }) else {
            var risk = DeskRisk()
            risk.outlook.restriction = rolled.risk.trading.restrictions.first
            risk.outlook.peakEquity = equity
            return risk
        }
        var risk = rolled.desks[place].risk
        risk.outlook = rolled.outlook(of: place, at: now)
        return risk
    }
}
