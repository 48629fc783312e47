public import Core
public import Engine

/// What happened in a backtest.
public struct BacktestRecord: Hashable, Sendable {
    /// Every execution, in time order.
    public private(set) var fills: [Fill] = []
    /// The worth of the assets of each currency at every bar's close.
    public private(set) var equity: [EquityPoint] = []
    /// What the gate refused, in time order.
    public private(set) var refusals: [RiskRefusal] = []
    /// What a person would have been told.
    public private(set) var alerts: [Alert] = []
    /// Why the run was halted, if it was.
    public private(set) var haltReason: String?

    init() {}

    /// Makes room for the marks of `bars`: one list that grows is laid anew again and again.
    mutating func expect(bars: Int) { equity.reserveCapacity(equity.count + bars) }

    mutating func note(_ batch: VenueBatch) {
        let events = batch.events.span
        for place in events.indices { if case .fill(let fill) = events[place] { fills.append(fill) } }
    }

    mutating func note(_ point: EquityPoint) { equity.append(point) }

    mutating func note(_ effect: Effect) {
        switch effect {
        case .mark(let point): note(point)
        case .refuse(let refusal): refusals.append(refusal)
        case .alert(let alert): alerts.append(alert)
        case .halted(let reason): haltReason = reason
        case .submit, .cancel, .amend, .query, .readAccount, .reconciled: break
        }
    }

    /// Positions that were opened and closed again, in the order they were closed.
    public var roundTrips: [RoundTrip] { RoundTrip.all(in: fills) }
}
