import Core

/// One rule bar by bar: what ``RuleSweep`` only says the end of. Its last equity has the sweep's bits.
struct RuleReplay {
    /// The change of the marked equity at each close, as a share of the equity before.
    private(set) var returns: [Double] = []
    /// The marked equity at each close, 1 before the first.
    private(set) var curve: [Double] = []
    /// Every position, each by itself with one budget; one that is open at the end is closed at the last close.
    private(set) var trades: [Trade] = []
    /// The closes at which something was held.
    private(set) var exposed = 0

    private let bars: BarSeries
    private let costs: ArtifactCosts

    /// Follows the rule "`above` over `below`" over `rows`, flat before them; what was decided at the close before the
    /// first row is filled at its open, and the last row's decision is not filled.
    init(
        _ bars: BarSeries, above: [Double], below: [Double], firstRow: Int, rows: Range<Int>, cash: Double,
        costs: ArtifactCosts
    ) {
        (self.bars, self.costs) = (bars, costs)
        let share = costs.share
        var (money, units, entry) = (cash, 0.0, 0)
        var before = cash
        returns.reserveCapacity(rows.count)
        curve.reserveCapacity(rows.count)
        for row in rows {
            let decision = row - 1
            let wants = decision >= firstRow && above[decision] > below[decision]
            if wants, units == 0 {
                (units, money, entry) = (money / (bars.open[row] * (1 + share)), 0, row)
            } else if !wants, units > 0 {
                (money, units) = (units * bars.open[row] * (1 - share), 0)
                trades.append(trade(entry, row, at: bars.open[row], isAtOpen: true))
            }
            if units > 0 { exposed += 1 }
            let equity = money + units * bars.close[row]
            returns.append(equity / before - 1)
            curve.append(equity / cash)
            before = equity
        }
        if units > 0, let last = rows.last { trades.append(trade(entry, last, at: bars.close[last], isAtOpen: false)) }
    }

    /// The deepest fall of the equity from its peak, as a share of the peak.
    var maxDrawdown: Double {
        var (peak, deepest) = (1.0, 0.0)
        for value in curve {
            peak = max(peak, value)
            deepest = max(deepest, 1 - value / peak)
        }
        return deepest
    }

    private func trade(_ entry: Int, _ exit: Int, at price: Double, isAtOpen: Bool) -> Trade {
        let slip = costs.slippageBps / 10_000
        let units = 1 / bars.open[entry]
        let (paid, received) = (bars.open[entry] * (1 + slip), price * (1 - slip))
        let rate = costs.feeBps / 10_000
        let position = OpenTrade(
            decisionRow: entry - 1, entryRow: entry, entryPrice: paid,
            decision: StrategyDecision(target: 1, confidence: 1), units: units, entryFee: units * paid * rate)
        return Trade(
            position: position, exitRow: exit, exitPrice: received, reason: isAtOpen ? .signal : .windowEnd,
            exitsAtOpen: isAtOpen, fees: units * (paid + received) * rate,
            profit: units * (received - paid) - units * (paid + received) * rate)
    }
}

extension ArtifactCosts {
    /// What a fill costs in all, as a share of its notional.
    var share: Double { (feeBps + slippageBps) / 10_000 }
}
