import Core
import Foundation
import Optimizer
import Signals
import Testing

/// The fast kernel says what the reference says, bit for bit, in every build that this processor can run.
@Suite struct KernelTests {
    private static let costs = ArtifactCosts(feeBps: 10, slippageBps: 2)

    private static func genomes(_ count: Int, seed: UInt64) throws -> [StrategyGenome] {
        let space = try StrategyGenome.space()
        var random = SeededRandom(seed: seed)
        return (0..<count).map { index in
            var genome = StrategyGenome(genes: space.randomGenome(&random).values)
            // Half of them trade often, so that every rule is met.
            if index % 2 == 0 { genome.entryThreshold = min(genome.entryThreshold, 0.5) }
            if index % 7 == 0 { genome.exitShare = -1 }
            if index % 11 == 0 { genome.maximumHolding = 4 }
            return genome
        }
    }

    /// Compares trades, returns and scores of some genomes over one window.
    ///
    /// - Returns: how many positions were closed.
    @discardableResult
    static func compare(_ table: FeatureTable, _ genomes: [StrategyGenome], rows: Range<Int>) -> Int {
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
            trades += closed.count
        }
        return trades
    }

    @Test(arguments: BundledBars.names) func tradesAndEquityAreTheReferences(name: String) throws {
        let table = FeatureTable(bars: try BundledBars.series(name))
        let warm = StrategyGenome.longestWarmUp
        Self.compare(table, try Self.genomes(1500, seed: 1), rows: warm..<Swift.min(table.bars.count, 2000))
    }

    @Test func everyWindowIsTheReferences() throws {
        let table = FeatureTable(bars: try BundledBars.series("BTCUSDT-1h"))
        var random = SeededRandom(seed: 2)
        for count in [0, 1, 2, 3, 7, 8, 9, 16, 63, 64, 65, 127, 128, 129, 200, 577] {
            for round in 0..<6 {
                // One window ends with the bars, one begins before anything is warm.
                let last = table.bars.count - count
                let first = round == 0 ? last : round == 1 ? random.below(200) : random.below(last + 1)
                Self.compare(
                    table, try Self.genomes(20, seed: UInt64(count * 10 + round)), rows: first..<(first + count))
            }
        }
    }

    @Test func oddMarketsAreTheReferences() throws {
        let still = try TestBars.flat(count: 400, price: 7, volume: 0)
        Self.compare(FeatureTable(bars: still), try Self.genomes(40, seed: 3), rows: 100..<400)
        // So wild that a long stop would lie below 0, and gaps that jump over both levels.
        var random = SeededRandom(seed: 4)
        var price = 100.0
        let wild = try TestBars.series(
            (0..<700).map { _ in
                let open = price * (0.6 + 0.8 * random.unit())
                price = Swift.max(open * (0.5 + random.unit()), 0.01)
                return (open, Swift.max(open, price) * 1.3, Swift.min(open, price) * 0.6, price)
            })
        Self.compare(FeatureTable(bars: wild), try Self.genomes(200, seed: 5), rows: 230..<700)
    }

    @Test func genomesOfOnePopulationDoNotTouchEachOther() throws {
        let table = FeatureTable(bars: try BundledBars.series("SBER-1d"))
        let kernel = PopulationKernel(table: table, costs: Self.costs)
        let genomes = try Self.genomes(61, seed: 6)
        let rows = 300..<900
        let together = kernel.scores(genomes, rows: rows)
        #expect(together == genomes.map { kernel.scores([$0], rows: rows)[0] })
        #expect(together.reversed() == kernel.scores(genomes.reversed(), rows: rows))
        #expect(kernel.scores([], rows: rows).isEmpty)
        var silent = genomes[0]
        for term in silent.terms.indices { silent.terms[term].weight = 0 }
        #expect(
            kernel.scores([silent], rows: rows)
                == [WindowScore(netReturn: 0, maxDrawdown: 0, sharpePerBar: nil, trades: 0)])
    }

    @Test func tenThousandEvaluationsGrowNothing() throws {
        let table = FeatureTable(bars: try BundledBars.series("BTCUSDT-1h"))
        let kernel = PopulationKernel(table: table, costs: Self.costs)
        let genomes = try Self.genomes(100, seed: 7)
        func evaluate(_ times: Int) -> Int {
            (0..<times).reduce(0) { sum, _ in sum + kernel.scores(genomes, rows: 230..<800).reduce(0) { $0 + $1.trades }
            }
        }
        let warm = evaluate(5)
        let before = try Self.residentKiB()
        #expect(evaluate(100) == 20 * warm)
        #expect(try Self.residentKiB() - before < 4096)
    }

    private static func residentKiB() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return try #require(line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) })
    }
}

extension KernelTrace.Trade {
    init(_ trade: Trade) {
        self.init(
            entryRow: trade.position.entryRow, exitRow: trade.exitRow, units: trade.position.units,
            entryPrice: trade.position.entryPrice, exitPrice: trade.exitPrice, profit: trade.profit)
    }
}

extension WindowScore {
    init(_ outcome: WindowOutcome) {
        self.init(
            netReturn: outcome.netReturn, maxDrawdown: outcome.maxDrawdown, sharpePerBar: outcome.sharpePerBar,
            trades: outcome.trades.count)
    }
}
