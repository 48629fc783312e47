public import Core

/// A strategy on bars that arrive one by one; its decisions are, bit for bit, those of ``StrategyReference``.
///
/// Feed every bar from the first one of the series: first ``warm(_:)`` for the bars before the window, then
/// ``decide(_:mustBeFlat:)`` for each bar of it.
public struct LiveStrategy: Sendable {
    private var stream: FeatureStream
    private var state: StrategyState
    private let weights: [Double]
    private var row = 0

    /// A strategy that has seen no bar.
    public init(genome: StrategyGenome, costs: ArtifactCosts) {
        stream = FeatureStream(keys: genome.columnKeys)
        state = StrategyState(genome: genome, costs: costs)
        weights = genome.activeTerms.map(\.weight)
    }

    /// Takes a bar before the window: the indicators see it, the strategy does not trade it.
    public mutating func warm(_ bar: Bar) {
        stream.update(bar)
        row += 1
    }

    /// Takes the next bar of the window and decides at its close.
    public mutating func decide(_ bar: Bar, mustBeFlat: Bool = false) -> StrategyDecision {
        stream.update(bar)
        var score = 0.0
        for (index, weight) in weights.enumerated() { score += weight * stream.values[index] }
        let rest = weights.count
        let inputs = StrategyInputs(
            score: score, range: stream.values[rest], volatility: stream.values[rest + 1],
            usualVolatility: stream.values[rest + 2])
        var trades: [Trade] = []
        defer { row += 1 }
        return state.decide(row: row, bar: bar, inputs: inputs, mustBeFlat: mustBeFlat, trades: &trades)
    }
}
