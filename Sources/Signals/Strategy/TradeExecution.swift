public import Core

/// Fills what rows ask for: entries and exits at the next open, stops and take-profits inside bars.
///
/// Feed each bar to ``advance(row:bar:into:)`` and then, at its close, the row decided there to
/// ``follow(_:row:close:reason:)``. A change of `target` from one row to the next is what starts or ends a position; a
/// row that repeats the one before it asks for nothing, also after a stop has closed its position.
public struct TradeExecution: Sendable {
    private struct Order {
        let decision: StrategyDecision
        let row: Int
        let close: Double
        let reason: ExitReason
    }

    /// What a buy pays for a price of 1.
    let buying: Double
    /// What a sale brings for a price of 1.
    let selling: Double
    /// The fee of a fill as a share of its notional.
    let feeRate: Double
    private var order: Order?
    private var followed = 0.0
    /// The position held, if any.
    public private(set) var position: OpenTrade?
    /// The profit of all closed positions, as a share of the budget.
    public private(set) var realised = 0.0
    /// All fees paid, as a share of the budget.
    public private(set) var fees = 0.0

    /// Flat, with the costs of every fill.
    public init(costs: ArtifactCosts) {
        buying = 1 + costs.slippageBps / 10_000
        selling = 1 - costs.slippageBps / 10_000
        feeRate = costs.feeBps / 10_000
    }

    /// Whether a position is held.
    public var isHolding: Bool { position != nil }

    /// The profit with an open position valued at `price`, as a share of the budget.
    public func equity(at price: Double) -> Double {
        realised + (position?.profit(at: price) ?? 0)
    }

    /// Notes what the row decided at the close of bar `row` asks for at the next open.
    public mutating func follow(_ decision: StrategyDecision, row: Int, close: Double, reason: ExitReason = .signal) {
        guard decision.target != followed else { return }
        followed = decision.target
        order = Order(decision: decision, row: row, close: close, reason: reason)
    }

    /// Lets bar `row` happen: fills at its open, then stop and take-profit.
    ///
    /// - Returns: whether a stop or take-profit closed a position in this bar.
    public mutating func advance(row: Int, bar: Bar, into trades: inout [Trade]) -> Bool {
        fillAtOpen(row: row, open: bar.open, into: &trades)
        guard let position, let touch = Self.touch(position, bar) else { return false }
        close(position, row: row, price: touch.price, atOpen: touch.atOpen, reason: touch.reason, into: &trades)
        return true
    }

    /// Fills what was asked for at the close before, at the open of bar `row`.
    public mutating func fillAtOpen(row: Int, open price: Double, into trades: inout [Trade]) {
        guard let order else { return }
        self.order = nil
        if let position {
            close(position, row: row, price: price, atOpen: true, reason: order.reason, into: &trades)
        }
        let decision = order.decision
        guard decision.target != 0 else { return }
        let units = decision.target / order.close
        let entry = price * (units > 0 ? buying : selling)
        let fee = abs(units) * entry * feeRate
        fees += fee
        position = OpenTrade(
            decisionRow: order.row, entryRow: row, entryPrice: entry, decision: decision, units: units,
            entryFee: fee)
    }

    /// Whether the last row asks to hold something.
    var wantsPosition: Bool { followed != 0 }

    /// Whether the last row asks for nothing but to be flat.
    var isClosing: Bool { order.map { $0.decision.target == 0 } ?? false }

    private mutating func close(
        _ position: OpenTrade, row: Int, price: Double, atOpen: Bool, reason: ExitReason, into trades: inout [Trade]
    ) {
        let exit = price * (position.isLong ? selling : buying)
        let fee = abs(position.units) * exit * feeRate
        let profit = position.profit(at: exit) - fee
        realised += profit
        fees += fee
        self.position = nil
        trades.append(
            Trade(
                position: position, exitRow: row, exitPrice: exit, reason: reason, exitsAtOpen: atOpen,
                fees: position.entryFee + fee, profit: profit))
    }

    /// Where a bar closes a position: at its open when that lies beyond a level, else at the stop, else at the
    /// take-profit. Comparisons with NaN, a missing level, are false.
    private static func touch(
        _ position: OpenTrade, _ bar: Bar
    ) -> (price: Double, atOpen: Bool, reason: ExitReason)? {
        let (stop, goal) = (position.decision.stop, position.decision.takeProfit)
        if position.isLong {
            if bar.open <= stop { return (bar.open, true, .stop) }
            if bar.open >= goal { return (bar.open, true, .takeProfit) }
            if bar.low <= stop { return (stop, false, .stop) }
            return bar.high >= goal ? (goal, false, .takeProfit) : nil
        }
        if bar.open >= stop { return (bar.open, true, .stop) }
        if bar.open <= goal { return (bar.open, true, .takeProfit) }
        if bar.high >= stop { return (stop, false, .stop) }
        return bar.low <= goal ? (goal, false, .takeProfit) : nil
    }
}
