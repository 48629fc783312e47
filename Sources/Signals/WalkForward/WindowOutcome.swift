/// What trading one genome over one window of bars gave, in shares of the asset's fixed budget.
package struct WindowOutcome: Hashable, Sendable {
    /// The change of the marked equity at each bar's close, fees and slippage included; one value per bar.
    package var returns: [Double] = []
    /// The net profit of each closed trade, in order.
    package var trades: [Double] = []
    /// All fees.
    package var fees = 0.0
    /// Bars during which a position was held.
    package var exposedBars = 0

    package init(returns: [Double] = [], trades: [Double] = [], fees: Double = 0, exposedBars: Int = 0) {
        (self.returns, self.trades, self.fees, self.exposedBars) = (returns, trades, fees, exposedBars)
    }

    /// The profit at the window's end, an open position marked at the last close.
    package var netReturn: Double { returns.reduce(0, +) }

    /// The deepest fall of the equity from its peak, as a share of the peak; before the window the equity is the
    /// budget.
    package var maxDrawdown: Double {
        var (equity, peak, deepest) = (1.0, 1.0, 0.0)
        for change in returns {
            equity += change
            peak = Swift.max(peak, equity)
            deepest = Swift.max(deepest, (peak - equity) / peak)
        }
        return deepest
    }

    /// The mean over the standard deviation (n - 1) of the returns per bar; nil with fewer than two bars or when
    /// nothing ever changed.
    package var sharpePerBar: Double? {
        guard returns.count > 1 else { return nil }
        let mean = netReturn / Double(returns.count)
        // From the last to the first, as the kernel adds them up.
        let squares = returns.reversed().reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let deviation = (squares / Double(returns.count - 1)).squareRoot()
        return deviation > 0 ? mean / deviation : nil
    }

    /// This window's outcome followed by a later one's.
    func followed(by later: WindowOutcome) -> WindowOutcome {
        WindowOutcome(
            returns: returns + later.returns, trades: trades + later.trades, fees: fees + later.fees,
            exposedBars: exposedBars + later.exposedBars)
    }
}
