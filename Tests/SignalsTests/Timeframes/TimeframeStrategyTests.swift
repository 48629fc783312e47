import Core
import Optimizer
import Signals
import Testing

/// Genomes that look at several timeframes: reference, kernel and live decide alike.
@Suite struct TimeframeStrategyTests {
    private static let costs = ArtifactCosts(feeBps: 10, slippageBps: 2)

    private static func compare(_ table: FeatureTable, _ genomes: [StrategyGenome], rows: Range<Int>) -> Int {
        let reference = StrategyReference(table: table, costs: costs)
        let builds = KernelBuild.supported.map { PopulationKernel(table: table, costs: costs, build: $0) }
        let scores = builds.map { $0.scores(genomes, rows: rows) }
        var trades = 0
        for (index, genome) in genomes.enumerated() {
            let expected = reference.evaluate(genome, rows: rows, keepsDecisions: false)
            let closed = expected.trades.filter { $0.exitRow < rows.upperBound }
            let returns = expected.equity.indices.map {
                $0 == 0 ? expected.equity[0] : expected.equity[$0] - expected.equity[$0 - 1]
            }
            let outcome = WindowOutcome(returns: returns, trades: closed.map(\.profit))
            let trace = KernelTrace(returns: returns, trades: closed.map { KernelTrace.Trade($0) })
            for (kernel, all) in zip(builds, scores) {
                #expect(kernel.trace(genome, rows: rows) == trace, "\(genome) over \(rows)")
                #expect(all[index] == WindowScore(outcome), "\(genome) over \(rows)")
            }
            if genome.looksAtTimeframes { trades += closed.count }
        }
        return trades
    }

    @Test func thousandsOfGenomesTradeAlikeInEveryBuild() throws {
        let share = try TimeframeBars.walk("SHARE", "1h", TimeframeBars.shareHours(2600), seed: 2)
        var trades = 0
        for bars in [share, try BundledBars.series("BTCUSDT-1h"), try BundledBars.series("SBER-1d")] {
            let table = FeatureTable(bars: bars, timeframes: .usual)
            let last = Swift.min(bars.count, 2300)
            trades += Self.compare(table, try TimeframeBars.genomes(1000, seed: 1), rows: 223..<last)
        }
        #expect(trades > 10_000)
    }

    @Test func everyWindowTradesAlike() throws {
        let table = FeatureTable(bars: try BundledBars.series("BTCUSDT-1h"), timeframes: .usual)
        var random = SeededRandom(seed: 2)
        for count in [0, 1, 2, 7, 8, 9, 63, 64, 65, 127, 128, 129, 577] {
            for round in 0..<6 {
                let last = table.bars.count - count
                let first = round == 0 ? last : round == 1 ? random.below(200) : random.below(last + 1)
                let genomes = try TimeframeBars.genomes(20, seed: UInt64(count * 10 + round))
                _ = Self.compare(table, genomes, rows: first..<(first + count))
            }
        }
    }

    @Test func theGateForbidsEntriesOfItsSideAndNothingElse() throws {
        let bars = try TimeframeBars.walk("SHARE", "1h", TimeframeBars.shareHours(2600), seed: 3)
        let table = FeatureTable(bars: bars, timeframes: .usual)
        let reference = StrategyReference(table: table, costs: Self.costs)
        var (barred, passed) = (0, 0)
        for genome in try TimeframeBars.genomes(200, seed: 4) {
            let trades = reference.evaluate(genome, rows: 223..<2600).trades
            guard let gate = genome.timeframes, gate.isOn else {
                var without = genome
                without.timeframes = nil
                let plain = StrategyReference(table: FeatureTable(bars: bars), costs: Self.costs)
                #expect(plain.evaluate(without, rows: 223..<2600).trades == trades)
                continue
            }
            for trade in trades {
                let trend = table.timeframes[trade.position.decisionRow]
                #expect((trade.position.isLong ? trend : -trend) >= gate.threshold)
            }
            var open = genome
            open.timeframes?.isOn = false
            let free = reference.evaluate(open, rows: 223..<2600).trades
            passed += trades.count
            barred += free.count - trades.count
        }
        #expect(passed > 500 && barred > 500)
    }

    @Test func barsOneByOneGiveTheSameBits() throws {
        let bars = try TimeframeBars.walk("SHARE", "1h", TimeframeBars.shareHours(1500), seed: 5)
        let reference = StrategyReference(table: FeatureTable(bars: bars, timeframes: .usual), costs: Self.costs)
        for genome in try TimeframeBars.genomes(60, seed: 7) {
            var live = LiveStrategy(
                genome: genome, costs: Self.costs, timeframes: TimeframeTrend(.usual, base: bars.interval))
            for row in 0..<800 { live.warm(bars[row]) }
            let rows = (800..<1500).map { live.decide(bars[$0]) }
            #expect(rows == reference.evaluate(genome, rows: 800..<1500).decisions)
        }
    }

    @Test func genesNameTheGateOnlyWhereThereIsOne() throws {
        let space = try StrategyGenome.space(timeframes: true)
        #expect(space.genes.count == StrategyGenome.geneLayout.count + 2)
        var random = SeededRandom(seed: 8)
        for _ in 0..<500 {
            let genome = space.randomGenome(&random)
            let strategy = StrategyGenome(genes: genome.values)
            #expect(Genome(strategy.genes) == genome && strategy.timeframes != nil)
            #expect(StrategyGenome(namedGenes: strategy.namedGenes) == strategy)
            var plain = strategy
            plain.timeframes = nil
            #expect(plain.namedGenes.keys.sorted() == StrategyGenome.geneLayout.map(\.name).sorted())
            var half = strategy.namedGenes
            half["timeframeThreshold"] = nil
            #expect(StrategyGenome(namedGenes: half) == nil)
        }
    }
}
