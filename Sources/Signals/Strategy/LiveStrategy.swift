public import Core

/// A strategy on bars that arrive one by one; its decisions are, bit for bit, those of ``StrategyReference``.
///
/// Feed every bar from the first one of the series: first ``warm(_:)`` for the bars before the window, then
/// ``decide(_:mustBeFlat:)`` for each bar of it.
public struct LiveStrategy: Sendable {
    private var stream: FeatureStream
    private var state: StrategyState
    private let weights: [Double]
    /// Fed only for a genome that looks at it.
    private var timeframes: TimeframeTrend?
    private var row = 0

    /// A strategy that has seen no bar.
    ///
    /// - Parameter timeframes: the trend that a genome with a gate on it looks at; it has seen no bar either.
    /// - Precondition: there is one when the genome looks at it.
    public init(genome: StrategyGenome, costs: ArtifactCosts, timeframes: TimeframeTrend? = nil) {
        precondition(timeframes != nil || !genome.looksAtTimeframes, "the genome looks at several timeframes")
        self.timeframes = genome.looksAtTimeframes ? timeframes : nil
        stream = FeatureStream(keys: genome.columnKeys)
        state = StrategyState(genome: genome, costs: costs)
        weights = genome.activeTerms.map(\.weight)
    }

    /// Takes a bar before the window: the indicators see it, the strategy does not trade it.
    public mutating func warm(_ bar: Bar) {
        stream.update(bar)
        _ = timeframes?.update(bar)
        row += 1
    }

    /// Takes the next bar of the window and decides at its close.
    public mutating func decide(_ bar: Bar, mustBeFlat: Bool = false) -> StrategyDecision {
        stream.update(bar)
        let trend = timeframes?.update(bar) ?? .nan
        var score = 0.0
        for (index, weight) in weights.enumerated() { score += weight * stream.values[index] }
        let rest = weights.count
        let inputs = StrategyInputs(
            score: score, range: stream.values[rest], volatility: stream.values[rest + 1],
            usualVolatility: stream.values[rest + 2], timeframes: trend)
        var trades: [Trade] = []
        defer { row += 1 }
        return state.decide(row: row, bar: bar, inputs: inputs, mustBeFlat: mustBeFlat, trades: &trades)
    }
}
