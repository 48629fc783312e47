import Core

/// How far the strategies of the searched family reach back.
enum StrategyReach {
    /// Rows at the start of the data on which some genome cannot decide yet.
    static let warmUp = StrategyGenome.longestWarmUp

    /// The rows before a window that its decisions look at when they look at several timeframes too.
    static func warmUp(_ timeframes: TimeframeWeights?, on interval: BarInterval) -> Int {
        Swift.max(warmUp, timeframes.map { TimeframeTrend.reach($0, base: interval) } ?? 0)
    }

    /// The longest effect of look-back or holding: what a purge gap must cover so that no decision of a trade window
    /// looks at a bar that was fitted on.
    static let bars = Swift.max(StrategyGenome.longestWarmUp, StrategyGenome.longestHolding)
}
