import Core
import Optimizer
import Signals
import Storage
import Testing

/// The claim that what the optimizer judges is what the engine does: on real bars, for random genomes, the strategy's
/// reference and Engine + Simulator make the same trades at the same prices and are worth the same at every close.
@Suite struct DifferentialTests {
    @Test(arguments: ["BTCUSDT-1h", "LINKUSDT-1h", "DOGEUSDT-1h", "SBER-1d", "GAZP-1d", "LKOH-1d"])
    func theReferenceAndTheEngineMakeTheSameTradesAndTheSameEquity(name: String) throws {
        let table = FeatureTable(bars: try Self.bundled(name))
        let space = try StrategyGenome.space()
        var random = SeededRandom(seed: 2, stream: name)
        var (traded, trades) = (0, 0)
        for _ in 0..<400 where traded < 50 {
            let genome = StrategyGenome(genes: space.randomGenome(&random).values)
            let count = try Differential(
                table: table, genome: genome, rows: Self.window(in: table.bars.count, &random),
                endsFlat: random.chance(0.5), feeBps: ["0", "5", "7.5"][random.below(3)],
                slippageBps: ["0", "2", "1.25"][random.below(3)]
            ).compare()
            traded += count > 0 ? 1 : 0
            trades += count
        }
        #expect(traded == 50)
        #expect(trades > 500, "\(trades) trades are too few to prove anything")
    }

    /// From 300 rows on; one window in three reaches the last bar.
    private static func window(in count: Int, _ random: inout SeededRandom) -> Range<Int> {
        let start = random.below(count - 600)
        let end = random.below(3) == 0 ? count : start + 300 + random.below(count - start - 300)
        return start..<end
    }

    private static func bundled(_ name: String) throws -> BarSeries {
        let repository = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        let folder = repository.joined(separator: "/") + "/data_cache/bars"
        let file = try #require(BarFileName(path: "\(folder)/\(name).csv"))
        return try BarStore(folder: folder).load(file.symbol, file.interval)
    }
}
