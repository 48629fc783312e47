import Core
import Optimizer
import Signals
import Testing

/// Claims about every genome, tried on many random ones over wandering bars.
@Suite struct StrategyPropertyTests {
    private static let costs = ArtifactCosts(feeBps: 10, slippageBps: 2)

    /// A random walk with bursts of volatility, gaps and idle bars.
    private static func wanderingBars(_ count: Int, seed: UInt64) throws -> BarSeries {
        var random = SeededRandom(seed: seed)
        var price = 100.0
        return try TestBars.series(
            (0..<count).map { row in
                let size = row % 200 < 40 ? 0.03 : 0.008
                if random.chance(0.05) { price *= 1 + (random.unit() - 0.5) * 0.06 }
                let open = price
                var (high, low) = (open, open)
                for _ in 0..<(random.chance(0.03) ? 0 : 4) {
                    price *= 1 + (random.unit() - 0.5) * size
                    (high, low) = (max(high, price), min(low, price))
                }
                return (open, high, low, price)
            })
    }

    private static func randomGenomes(_ count: Int, seed: UInt64) throws -> [StrategyGenome] {
        let space = try StrategyGenome.space()
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in
            var genome = StrategyGenome(genes: space.randomGenome(&random).values)
            genome.entryThreshold = min(genome.entryThreshold, 0.6)
            return genome
        }
    }

    @Test func equityIsTheSumOfTheTrades() throws {
        let bars = try Self.wanderingBars(1500, seed: 1)
        let reference = StrategyReference(table: FeatureTable(bars: bars), costs: Self.costs)
        var trades = 0
        for genome in try Self.randomGenomes(300, seed: 1) {
            let result = reference.evaluate(genome, rows: 0..<1400, flatRow: 1399)
            let sum = result.trades.reduce(0) { $0 + $1.profit }
            #expect(abs(result.profit - sum) < 1e-11 && result.openTrade == nil)
            #expect(abs(result.fees - result.trades.reduce(0) { $0 + $1.fees }) < 1e-11)
            #expect(result.equity.count == 1400 && result.decisions.count == 1400)
            trades += result.trades.count
            let open = reference.evaluate(genome, rows: 0..<1500)
            let marked = open.openTrade?.profit(at: bars.close[1499]) ?? 0
            #expect(abs(open.profit - open.trades.reduce(marked) { $0 + $1.profit }) < 1e-11)
        }
        #expect(trades > 3000)
    }

    @Test func nothingIsDecidedBeforeWarmUp() throws {
        let bars = try Self.wanderingBars(600, seed: 2)
        let reference = StrategyReference(table: FeatureTable(bars: bars), costs: Self.costs)
        for genome in try Self.randomGenomes(300, seed: 2) {
            let first = reference.evaluate(genome, rows: 0..<600).decisions.firstIndex { $0.target != 0 }
            #expect((first ?? 600) >= genome.warmUp)
        }
    }

    @Test func rowsAloneGiveTheSameTradesAndEquity() throws {
        let bars = try Self.wanderingBars(1200, seed: 3)
        let reference = StrategyReference(table: FeatureTable(bars: bars), costs: Self.costs)
        for genome in try Self.randomGenomes(200, seed: 3) {
            let result = reference.evaluate(genome, rows: 100..<1100, flatRow: 1099)
            let replay = RowReplay.evaluate(result.decisions, over: bars, rows: 100..<1100, costs: Self.costs)
            #expect(replay.equity == result.equity && replay.settlement == result.settlement)
            #expect(replay.trades.map(\.position) == result.trades.map(\.position))
            #expect(replay.trades.map(\.exitPrice) == result.trades.map(\.exitPrice))
            #expect(replay.exposedBars == result.exposedBars)
        }
    }

    /// Whether `row` may come after `before`, which ends `pause` flat rows.
    private static func follows(
        _ row: StrategyDecision, _ before: StrategyDecision, pause: Int, _ genome: StrategyGenome
    ) -> Bool {
        guard row.target != 0 else { return row.stop.isNaN && row.takeProfit.isNaN }
        let isPermitted = genome.permission != (row.target > 0 ? .short : .long)
        let isInBounds = (-1...1).contains(row.target) && (0...1).contains(row.confidence) && row.stop > 0
        if row.target == before.target { return isPermitted && isInBounds && row.stop == before.stop }
        let isReversal = before.target * row.target < 0
        return isPermitted && isInBounds && (isReversal || (before.target == 0 && pause >= genome.cooldown))
    }

    @Test func sidesSizesAndPausesKeepTheirRules() throws {
        let bars = try Self.wanderingBars(1200, seed: 4)
        let reference = StrategyReference(table: FeatureTable(bars: bars), costs: Self.costs)
        for genome in try Self.randomGenomes(200, seed: 4) {
            let result = reference.evaluate(genome, rows: 0..<1200)
            var pause = genome.cooldown
            let broken = zip(result.decisions, result.decisions.dropFirst()).first { before, row in
                pause = before.target == 0 ? pause + 1 : 0
                return !Self.follows(row, before, pause: pause, genome)
            }
            #expect(broken == nil)
            let isShortEnough = result.trades.allSatisfy { $0.exitRow - $0.position.entryRow <= genome.maximumHolding }
            #expect(isShortEnough)
        }
    }

    @Test func rowsNeverChangeWhenBarsAreAdded() throws {
        let bars = try Self.wanderingBars(1000, seed: 5)
        let whole = StrategyReference(table: FeatureTable(bars: bars), costs: Self.costs)
        var random = SeededRandom(seed: 6)
        for genome in try Self.randomGenomes(40, seed: 5) {
            let rows = whole.evaluate(genome, rows: 250..<1000).decisions
            for _ in 0..<4 {
                let cut = 251 + random.below(749)
                let table = FeatureTable(bars: bars.prefix(cut), keys: genome.columnKeys)
                let part = StrategyReference(table: table, costs: Self.costs).evaluate(genome, rows: 250..<cut)
                #expect(part.decisions == Array(rows.prefix(cut - 250)))
            }
        }
    }

    @Test func barsOneByOneGiveTheSameBits() throws {
        let bars = try Self.wanderingBars(800, seed: 7)
        let reference = StrategyReference(table: FeatureTable(bars: bars), costs: Self.costs)
        for genome in try Self.randomGenomes(60, seed: 7) {
            var live = LiveStrategy(genome: genome, costs: Self.costs)
            for row in 0..<300 { live.warm(bars[row]) }
            let rows = (300..<800).map { live.decide(bars[$0]) }
            #expect(rows == reference.evaluate(genome, rows: 300..<800).decisions)
        }
    }

    @Test func decisionsSurviveBecomingRows() throws {
        let bars = try Self.wanderingBars(500, seed: 8)
        let reference = StrategyReference(table: FeatureTable(bars: bars), costs: Self.costs)
        let genome = try #require(try Self.randomGenomes(1, seed: 8).first)
        let result = reference.evaluate(genome, rows: 250..<500)
        let rows = result.signalRows(of: bars, fold: 3)
        #expect(rows.map { StrategyDecision($0) } == result.decisions)
        #expect(rows.map(\.time) == (250..<500).map { bars.closeTime($0) })
        #expect(rows.allSatisfy { $0.fold == 3 && $0.symbol == bars.symbol })
    }
}
