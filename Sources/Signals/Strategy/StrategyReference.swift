package import Core

/// Evaluates genomes over windows of one series with ``StrategyState``, from cached feature columns.
public struct StrategyReference: Sendable {
    /// The bars and their columns.
    public let table: FeatureTable
    /// What every fill costs.
    public let costs: ArtifactCosts

    /// An evaluator over the bars of `table`.
    public init(table: FeatureTable, costs: ArtifactCosts) {
        (self.table, self.costs) = (table, costs)
    }

    /// Trades `genome` over `rows`, flat before the first.
    ///
    /// - Parameters:
    ///   - flatRow: the row on which the target is forced to 0, the last one of a whole window; nil for none.
    ///   - startsFlat: whether the target is forced to 0 on the first row too, because the fold before left a position.
    ///   - isFollowed: whether another fold follows, which closes what this window leaves open; see
    ///     ``StrategyEvaluation/settlement``.
    ///   - keepsDecisions: whether to keep the row decided at each close, which a search does not need.
    /// - Precondition: `rows` lies inside the bars, and the table has the genome's columns,
    ///   the timeframes among them when it looks at them.
    public func evaluate(
        _ genome: StrategyGenome, rows: Range<Int>, flatRow: Int? = nil, startsFlat: Bool = false,
        isFollowed: Bool = false, keepsDecisions: Bool = true
    ) -> StrategyEvaluation {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= table.bars.count, "the window leaves the bars")
        let inputs = InputColumns(
            score: scores(genome, rows), range: Array(table[.averageRange(genome.rangePeriod), rows]),
            volatility: Array(table[.volatility(genome.volatilityPeriod), rows]),
            usualVolatility: Array(table[.volatility(.longest), rows]),
            timeframes: genome.looksAtTimeframes ? Array(table.timeframes[rows]) : [])
        let state = StrategyState(genome: genome, costs: costs)
        return Self.run(
            state, inputs, over: table.bars, rows: rows, flatRow: flatRow, startsFlat: startsFlat,
            isFollowed: isFollowed, keepsDecisions: keepsDecisions)
    }

    /// The weighted score of each row, summed in the order of the terms as ``LiveStrategy`` does.
    private func scores(_ genome: StrategyGenome, _ rows: Range<Int>) -> [Double] {
        var scores = Array(repeating: 0.0, count: rows.count)
        for term in genome.activeTerms {
            let column = table[.feature(term.feature, term.period), rows]
            for (index, value) in column.enumerated() { scores[index] += term.weight * value }
        }
        return scores
    }

    /// The inputs of each row of a window.
    package struct InputColumns: Sendable {
        package var score: [Double]
        package var range: [Double]
        package var volatility: [Double]
        package var usualVolatility: [Double]
        /// Empty where the genome does not look at it.
        package var timeframes: [Double]

        package init(
            score: [Double], range: [Double], volatility: [Double], usualVolatility: [Double],
            timeframes: [Double] = []
        ) {
            (self.score, self.range, self.timeframes) = (score, range, timeframes)
            (self.volatility, self.usualVolatility) = (volatility, usualVolatility)
        }
    }

    /// Feeds a state the rows of a window; `inputs` has one value a row of it.
    package static func run(
        _ state: StrategyState, _ inputs: InputColumns, over bars: BarSeries, rows: Range<Int>, flatRow: Int?,
        startsFlat: Bool = false, isFollowed: Bool = false, keepsDecisions: Bool
    ) -> StrategyEvaluation {
        var state = state
        var evaluation = StrategyEvaluation(rows: rows)
        if keepsDecisions { evaluation.decisions.reserveCapacity(rows.count) }
        for row in rows {
            let (bar, index) = (bars[row], row - rows.lowerBound)
            let known = StrategyInputs(
                score: inputs.score[index], range: inputs.range[index], volatility: inputs.volatility[index],
                usualVolatility: inputs.usualVolatility[index],
                timeframes: inputs.timeframes.isEmpty ? .nan : inputs.timeframes[index])
            let before = evaluation.trades.count
            let decision = state.decide(
                row: row, bar: bar, inputs: known,
                mustBeFlat: row == flatRow || startsFlat && row == rows.lowerBound, trades: &evaluation.trades)
            evaluation.mark(
                state.execution.equity(at: bar.close), isHolding: state.execution.isHolding, before: before)
            if keepsDecisions { evaluation.decisions.append(decision) }
        }
        evaluation.settle(state.execution, in: bars, isFollowed: isFollowed)
        return evaluation
    }
}
