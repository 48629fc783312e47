public import Core

/// What recorded rows would have earned: the fills of ``TradeExecution`` without any strategy behind them.
public enum RowReplay {
    /// Follows one decision a row over `rows` of `bars`, flat before the first. The reasons of exits at an open are
    /// not recorded in rows; they read ``ExitReason/signal``, or ``ExitReason/reversal`` where another position
    /// follows at once.
    ///
    /// - Precondition: there is one decision per row, and the rows lie inside the bars.
    public static func evaluate(
        _ decisions: [StrategyDecision], over bars: BarSeries, rows: Range<Int>, costs: ArtifactCosts
    ) -> StrategyEvaluation {
        precondition(decisions.count == rows.count, "a replay needs one decision per row")
        var execution = TradeExecution(costs: costs)
        var evaluation = StrategyEvaluation(rows: rows)
        evaluation.decisions = decisions
        for (row, decision) in zip(rows, decisions) {
            let bar = bars[row]
            let before = evaluation.trades.count
            _ = execution.advance(row: row, bar: bar, into: &evaluation.trades)
            evaluation.mark(execution.equity(at: bar.close), isHolding: execution.isHolding, before: before)
            execution.follow(
                decision, row: row, close: bar.close, reason: decision.target == 0 ? .signal : .reversal)
        }
        evaluation.settle(execution, in: bars)
        return evaluation
    }
}
