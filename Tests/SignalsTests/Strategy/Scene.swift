import Core
import Signals

/// Hand-made bars and a scripted score, traded by a genome with simple numbers: the range is 1, the volatility usual
/// and small, so that a stop lies 2 below, a take-profit (when set) 4 above the close, and the target is 1.
struct Scene {
    var genome: StrategyGenome
    var costs = ArtifactCosts(feeBps: 0, slippageBps: 0)
    var volatility = 0.001
    var usualVolatility = 0.001
    var range = 1.0
    var flatRow: Int?

    init() {
        genome = StrategyGenome(terms: [.init(.trend, over: QuantisedPeriod(index: 0), weight: 1)])
        genome.entryThreshold = 1
        genome.exitShare = 0.5
        genome.stopRanges = 2
        genome.maximumHolding = 100
    }

    /// Trades bars given as (open, high, low, close) with one score each, over all of them or the first `count`.
    func play(
        _ prices: [(Double, Double, Double, Double)], scores: [Double], count: Int? = nil
    ) throws -> StrategyEvaluation {
        let bars = try TestBars.series(prices)
        let rows = 0..<(count ?? bars.count)
        func all(_ value: Double) -> [Double] { Array(repeating: value, count: rows.count) }
        let inputs = StrategyReference.InputColumns(
            score: Array(scores[rows]), range: all(range), volatility: all(volatility),
            usualVolatility: all(usualVolatility))
        return StrategyReference.run(
            StrategyState(genome: genome, costs: costs), inputs, over: bars, rows: rows, flatRow: flatRow,
            keepsDecisions: true)
    }

    /// A bar that opens and closes at `price` and moves half a unit either way.
    static func calm(_ price: Double) -> (Double, Double, Double, Double) { (price, price + 0.5, price - 0.5, price) }

    /// The same bars seen in a mirror at 100.
    static func mirrored(_ prices: [(Double, Double, Double, Double)]) -> [(Double, Double, Double, Double)] {
        prices.map { (200 - $0.0, 200 - $0.2, 200 - $0.1, 200 - $0.3) }
    }
}
