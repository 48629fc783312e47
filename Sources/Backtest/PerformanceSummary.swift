public import Core
public import Engine
import RealModule

/// How well a run went, for people. Statistics are binary numbers; the money they come from is exact.
public struct PerformanceSummary: Hashable, Codable, Sendable {
    /// The currency of the figures.
    public var currency: String
    /// Number of round trips.
    public var trades: Int
    /// Share of round trips with a profit after fees, 0...1; NaN-free: 0 without trades.
    public var winRate: Double
    /// Profit after fees, in the currency.
    public var netProfit: Double
    /// Profit after fees as a share of the budget.
    public var netReturn: Double
    /// Fees paid, in the currency.
    public var fees: Double
    /// Annualised Sharpe ratio of the equity's changes from bar to bar over the budget (Sharpe 1994, no risk-free
    /// rate).
    public var sharpe: Double
    /// Largest fall of the equity from a peak, as a share of the peak.
    public var maxDrawdown: Double
    /// Return of holding the assets with the same budget over the same bars, without costs.
    public var buyAndHoldReturn: Double
    /// Largest fall of that holding from a peak, as a share of the peak.
    public var buyAndHoldDrawdown: Double
    /// First and last bar close, ms UTC.
    public var first: Timestamp
    /// See `first`.
    public var last: Timestamp

    /// Summarises one currency.
    ///
    /// - Parameters:
    ///   - currency: The currency; fills of other currencies must not be passed.
    ///   - budget: The money a target of 1 stood for, over all assets of the currency.
    ///   - fills: Executions in time order.
    ///   - equity: Worth at bar closes in time order.
    ///   - holding: Closes of each asset over the same bars.
    public init(currency: Currency, budget: Money, fills: [Fill], equity: [EquityPoint], holding: [[Double]]) {
        let trips = RoundTrip.all(in: fills)
        let curve = equity.map(\.equity.double)
        let base = budget.double
        self.currency = currency.code
        trades = trips.count
        winRate = trips.isEmpty ? 0 : Double(trips.count { $0.net > .zero }) / Double(trips.count)
        netProfit = (curve.last ?? base) - base
        netReturn = base > 0 ? netProfit / base : 0
        fees = fills.reduce(Money.zero) { $0 + $1.fee }.double
        let years =
            zip(equity.first.map { [$0] } ?? [], equity.last.map { [$0] } ?? [])
            .map { ($1.at - $0.at).seconds / 31_557_600 }.first ?? 0
        sharpe = Self.sharpe(curve, base: base, years: years)
        maxDrawdown = Self.drawdown([base] + curve)
        let held = Self.holdingCurve(holding)
        buyAndHoldReturn = (held.last ?? 1) - 1
        buyAndHoldDrawdown = Self.drawdown(held)
        first = equity.first?.at ?? .epoch
        last = equity.last?.at ?? .epoch
    }

    /// Mean over standard deviation of the curve's steps, times the square root of the steps in a year; 0 when
    /// undefined.
    static func sharpe(_ curve: [Double], base: Double, years: Double) -> Double {
        guard curve.count > 2, base > 0, years > 0 else { return 0 }
        let steps = zip(curve.dropFirst(), curve).map { ($0 - $1) / base }
        let mean = steps.reduce(0, +) / Double(steps.count)
        let variance = steps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(steps.count - 1)
        guard variance > 0 else { return 0 }
        return mean / Double.sqrt(variance) * Double.sqrt(Double(steps.count) / years)
    }

    /// The largest fall from a running peak, as a share of the peak.
    static func drawdown(_ curve: [Double]) -> Double {
        var (peak, worst) = (curve.first ?? 0, 0.0)
        for value in curve {
            peak = max(peak, value)
            if peak > 0 { worst = max(worst, (peak - value) / peak) }
        }
        return worst
    }

    private static func holdingCurve(_ closes: [[Double]]) -> [Double] {
        let assets = closes.filter { !$0.isEmpty }
        guard let length = assets.map(\.count).max(), length > 0 else { return [] }
        return (0..<length).map { row in
            assets.reduce(0) { $0 + $1[min(row, $1.count - 1)] / $1[0] } / Double(assets.count)
        }
    }
}
