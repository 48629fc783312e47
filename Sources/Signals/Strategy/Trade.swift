public import Core

/// One position from its entry to its exit, in units of the asset's budget.
public struct Trade: Hashable, Sendable {
    /// The position that was closed.
    public let position: OpenTrade
    /// The row of the bar in which it was closed.
    public let exitRow: Int
    /// The price paid or received at the exit, slippage included.
    public let exitPrice: Double
    /// Why it was closed.
    public let reason: ExitReason
    /// Whether it was closed at the exit bar's open and not inside the bar.
    public let exitsAtOpen: Bool
    /// The fees of both fills, as a share of the budget.
    public let fees: Double
    /// The profit net of slippage and fees, as a share of the budget.
    public let profit: Double

    /// When it was opened: the open of its entry bar.
    public func entryTime(in bars: BarSeries) -> Timestamp { bars[position.entryRow].openTime }

    /// When it was closed: the open of the exit bar, or that bar's close when it was closed at an unknown moment
    /// inside.
    public func exitTime(in bars: BarSeries) -> Timestamp {
        exitsAtOpen ? bars[exitRow].openTime : bars.closeTime(exitRow)
    }
}

/// A position that is held.
public struct OpenTrade: Hashable, Sendable {
    /// The row at whose close it was decided.
    public let decisionRow: Int
    /// The row of the bar at whose open it was entered.
    public let entryRow: Int
    /// The price paid or received at the entry, slippage included.
    public let entryPrice: Double
    /// What was decided: its share of the budget, stop and take-profit.
    public let decision: StrategyDecision
    /// Its quantity per unit of budget: target over the close of the decision.
    public let units: Double
    /// The fee of the entry, as a share of the budget.
    public let entryFee: Double

    /// Whether it gains when prices rise.
    public var isLong: Bool { decision.target > 0 }

    /// The profit so far with the position valued at `price`, the entry's fee paid, as a share of the budget.
    public func profit(at price: Double) -> Double { units * (price - entryPrice) - entryFee }
}

/// Why a position was closed.
public enum ExitReason: String, Codable, Sendable, CaseIterable {
    /// The score crossed the exit threshold.
    case signal
    /// The strategy turned to the other side.
    case reversal
    /// It was held as long as allowed.
    case holding
    /// The stop was touched, or the open was beyond it.
    case stop
    /// The take-profit was touched, or the open was beyond it.
    case takeProfit
    /// The window ended.
    case windowEnd
}
