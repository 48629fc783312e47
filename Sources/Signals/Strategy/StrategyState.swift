public import Core

/// The reference implementation of a strategy: fed bar by bar, it decides one row at each close.
///
/// The same struct decides live bars one by one and whole windows (``StrategyReference``); any faster evaluation must
/// agree with it. `docs/strategy.md` states its rules in words.
///
/// Invariants: a row's target is 0 or has the sign of a permitted side; while a position is held the row repeats its
/// target, stop and take-profit; between two positions of one side lies at least one row with another target.
public struct StrategyState: Sendable {
    /// The strategy.
    public let genome: StrategyGenome
    /// Its position and profit.
    public private(set) var execution: TradeExecution
    private var current = StrategyDecision(target: 0, confidence: 0)
    private var cooldownLeft = 0
    private let exitThreshold: Double

    /// A flat strategy that has seen no bar and may enter at once.
    public init(genome: StrategyGenome, costs: ArtifactCosts) {
        precondition(genome.entryThreshold > 0 && genome.exitShare < 1, "an exit must lie inside the entry threshold")
        precondition(genome.stopRanges > 0 && genome.cooldown >= 1 && genome.maximumHolding >= 1)
        self.genome = genome
        execution = TradeExecution(costs: costs)
        exitThreshold = genome.entryThreshold * genome.exitShare
    }

    /// Lets bar `row` happen and decides at its close what to hold from the next open on.
    ///
    /// - Parameters:
    ///   - inputs: what is known at the close of the bar.
    ///   - mustBeFlat: whether the window ends here, so that the row says 0 whatever the score.
    ///   - trades: receives the positions closed in this bar.
    public mutating func decide(
        row: Int, bar: Bar, inputs: StrategyInputs, mustBeFlat: Bool = false, trades: inout [Trade]
    ) -> StrategyDecision {
        let wasProtected = execution.advance(row: row, bar: bar, into: &trades)
        let strength = abs(inputs.score) / (2 * genome.entryThreshold)
        let confidence = strength > 1 ? 1 : (strength.isNaN ? 0 : strength)
        var reason = ExitReason.signal
        if mustBeFlat {
            reason = .windowEnd
            leave(confidence)
        } else if wasProtected {
            leave(confidence)
        } else if let position = execution.position {
            reason = review(position, row: row, close: bar.close, inputs, confidence)
        } else if cooldownLeft > 0 {
            cooldownLeft -= 1
            current = StrategyDecision(target: 0, confidence: confidence)
        } else {
            current = entry(bar.close, inputs, confidence) ?? StrategyDecision(target: 0, confidence: confidence)
        }
        execution.follow(current, row: row, close: bar.close, reason: reason)
        return current
    }

    /// Goes flat; this row is the first of the cooldown.
    private mutating func leave(_ confidence: Double) {
        current = StrategyDecision(target: 0, confidence: confidence)
        cooldownLeft = genome.cooldown - 1
    }

    /// Keeps, turns or leaves a held position; answers the reason for a change.
    private mutating func review(
        _ position: OpenTrade, row: Int, close: Double, _ inputs: StrategyInputs, _ confidence: Double
    ) -> ExitReason {
        let side = position.isLong ? 1.0 : -1.0
        let agreement = side * inputs.score
        if agreement <= -genome.entryThreshold, let turned = entry(close, inputs, confidence) {
            current = turned
            return .reversal
        }
        let isOver = row - position.entryRow + 1 >= genome.maximumHolding
        guard agreement < exitThreshold || isOver else {
            current = StrategyDecision(
                target: current.target, confidence: confidence, stop: current.stop, takeProfit: current.takeProfit)
            return .signal
        }
        leave(confidence)
        return agreement < exitThreshold ? .signal : .holding
    }

    /// The row that enters a position at the next open, or nil when score, permission, a gate or the range forbid it.
    private func entry(_ close: Double, _ inputs: StrategyInputs, _ confidence: Double) -> StrategyDecision? {
        let isLong = inputs.score > 0
        guard abs(inputs.score) >= genome.entryThreshold, inputs.range > 0,
            genome.permission == .both || genome.permission == (isLong ? .long : .short),
            inputs.volatility >= genome.gateLow * inputs.usualVolatility,
            inputs.volatility <= genome.gateHigh * inputs.usualVolatility,
            genome.permits(timeframes: inputs.timeframes, isLong: isLong)
        else { return nil }
        let side = isLong ? 1.0 : -1.0
        let stop = close - side * genome.stopRanges * inputs.range
        let goal = close + side * genome.takeProfitRanges * inputs.range
        guard stop > 0 else { return nil }
        return StrategyDecision(
            target: side * size(inputs.volatility), confidence: confidence, stop: stop,
            takeProfit: genome.takeProfitRanges > 0 && goal > 0 ? goal : .nan)
    }

    /// The share of the budget whose volatility is the target, at least 0.01 and at most 1.
    private func size(_ volatility: Double) -> Double {
        guard volatility > genome.volatilityTarget else { return 1 }
        let share = genome.volatilityTarget / volatility
        return share > 0.01 ? share : 0.01
    }
}
