public import Core

/// What a strategy, or recorded rows, did over a window of bars. All money is in shares of the asset's fixed budget.
public struct StrategyEvaluation: Sendable {
    /// The rows of the window.
    public let rows: Range<Int>
    /// The decision at each close; empty when they were not asked for.
    public internal(set) var decisions: [StrategyDecision] = []
    /// The profit at each close since the window's start, fees paid, an open position valued at that close.
    public internal(set) var equity: [Double] = []
    /// The closed positions in the order of their exits.
    public internal(set) var trades: [Trade] = []
    /// The position still open at the window's end, when the end of the data left it open.
    public internal(set) var openTrade: OpenTrade?
    /// What came after the window's last close: the exit at the next open, or, where the window ends with a position
    /// and another fold follows, all until that fold's first row has closed it. 0 when there was nothing.
    public internal(set) var settlement = 0.0
    /// All fees, those of an open position's entry included.
    public internal(set) var fees = 0.0
    /// The number of bars of the window in which a position was held after the open.
    public internal(set) var exposedBars = 0

    init(rows: Range<Int>) {
        self.rows = rows
        equity.reserveCapacity(rows.count)
    }

    /// The whole profit: that of all trades, an open one valued at the last close.
    public var profit: Double { (equity.last ?? 0) + settlement }

    /// Whether the last decision asks to hold something.
    var endsOpen: Bool { (decisions.last?.target ?? 0) != 0 }

    /// The decisions as an artifact's rows.
    public func signalRows(of bars: BarSeries, fold: Int) -> [SignalRow] {
        zip(rows, decisions).map { row, decision in
            decision.row(symbol: bars.symbol, time: bars.closeTime(row), fold: fold)
        }
    }

    /// Whether the newest of more than `before` trades was left inside its bar, not at the open.
    private func leftInside(_ before: Int) -> Bool {
        trades.count > before && !trades[trades.count - 1].exitsAtOpen
    }

    /// Takes the mark of one bar; there were `before` trades before it.
    mutating func mark(_ profit: Double, isHolding: Bool, before: Int) {
        equity.append(profit)
        if isHolding || leftInside(before) { exposedBars += 1 }
    }

    /// Fills a last exit at the open after the window, where there is such a bar, and takes the totals.
    ///
    /// - Parameter isFollowed: whether the next row is another fold's, which says 0 where this window asks for a
    ///   position at its end. What becomes of the position until then is this window's.
    mutating func settle(_ execution: TradeExecution, in bars: BarSeries, isFollowed: Bool = false) {
        var execution = execution
        var next = rows.upperBound
        if isFollowed, execution.wantsPosition, next < bars.count {
            let before = trades.count
            _ = execution.advance(row: next, bar: bars[next], into: &trades)
            if execution.isHolding || leftInside(before) { exposedBars += 1 }
            execution.follow(
                StrategyDecision(target: 0, confidence: 0), row: next, close: bars.close[next], reason: .windowEnd)
            settlement = execution.equity(at: bars.close[next]) - (equity.last ?? 0)
            next += 1
        }
        if execution.isClosing, next < bars.count, execution.position != nil {
            execution.fillAtOpen(row: next, open: bars.open[next], into: &trades)
            settlement = execution.realised - (equity.last ?? 0)
        }
        (openTrade, fees) = (execution.position, execution.fees)
    }
}
