import Optimizer

/// How far the strategies of the searched family reach back.
enum StrategyReach {
    /// Rows at the start of the data on which some genome cannot decide yet.
    static let warmUp = StrategyGenome.longestWarmUp

    /// The longest effect of look-back or holding: what a purge gap must cover so that no decision of a trade window
    /// looks at a bar that was fitted on.
    static let bars = Swift.max(StrategyGenome.longestWarmUp, StrategyGenome.longestHolding)
}
