import Core
import Foundation
import Optimizer
import Signals
import Testing

/// The kernel looks at scores in coarse steps first. Where a score lies at a threshold, or where the steps cannot say
/// what a column says, it decides as exactly as the reference all the same.
@Suite struct NearScoreTests {
    /// A table whose features are of the given values, in an order that depends on the column; its other columns are
    /// those of the bars.
    private static func table(_ values: [Double], from first: Int = 0) throws -> FeatureTable {
        let bars = try BundledBars.series("BTCUSDT-1h")
        return FeatureTable(bars: bars, keys: ColumnKey.all, timeframes: nil) { key, bars in
            guard case .feature = key else { return key.column(over: bars) }
            var random = SeededRandom(seed: UInt64(key.slot))
            return (0..<bars.count).map { row in
                let value = values[random.below(values.count)]
                return row < first ? .nan : value
            }
        }
    }

    /// Genomes of one to four terms; one in two has a single one, so that its scores are values of a column.
    private static func genomes(_ count: Int) throws -> [StrategyGenome] {
        let space = try StrategyGenome.space()
        var random = SeededRandom(seed: 11)
        return (0..<count).map { index in
            var genome = StrategyGenome(genes: space.randomGenome(&random).values)
            if index % 2 == 0 { for term in 1..<genome.terms.count { genome.terms[term].weight = 0 } }
            if index % 3 == 0 { genome.gateLow = 0 }
            if index % 3 == 0 { genome.gateHigh = 4.25 }
            genome.cooldown = 1
            return genome
        }
    }

    private static let thresholds = (-40...40).map { Double($0) * 0.05 }

    @Test func scoresAtThresholdsDecideAsTheReference() throws {
        let distances = [0, 1e-15, 1e-9, 2e-5, 4.9e-5, 5.1e-5, 1e-4, 3e-4, 5e-4, 7e-4]
        let near = Self.thresholds.flatMap { value in distances.flatMap { [value - $0, value + $0] } }
        let table = try Self.table(near + [3, -3])
        #expect(KernelTests.compare(table, try Self.genomes(300), rows: 223..<1500) > 10_000)
    }

    /// Weights of the gene space and features whose score in steps is off by nearly all that it can be, found by trying
    /// them all: the first two come out four steps nearer to zero than the exact score, the last one further away.
    private static let worst: [([Double], [Double])] = [
        ([0.5, 0.5, 0.5, 0.8], [2.932_049, 2.932_049, 2.932_049, -2.997_751]),
        ([0.5, 0.8, 0.8, 0.8], [-2.999_251, 2.931_549, 2.931_549, 2.931_549]),
        ([0.7, 0.7, 0.7, 0.8], [2.942_651, 2.942_651, 2.942_651, -2.969_249]),
    ]

    @Test(arguments: worst) func scoresThatAreFarOffInStepsDecideAsTheReference(
        weights: [Double], features: [Double]
    ) throws {
        let kinds: [Feature] = [.trend, .momentum, .strength, .shock]
        let period = QuantisedPeriod(index: 3)
        let table = FeatureTable(
            bars: try BundledBars.series("BTCUSDT-1h"), keys: ColumnKey.all, timeframes: nil
        ) { key, bars in
            guard case .feature(let kind, _) = key else { return key.column(over: bars) }
            let value = kinds.firstIndex(of: kind).map { features[$0] } ?? 0
            // The score alone, and after a far larger one that has opened a position; of both signs.
            let hours = [0: value, 6: -value, 12: 3, 13: value, 18: -3, 19: -value]
            return (0..<bars.count).map { hours[$0 % 24] ?? 0 }
        }
        // As the reference adds it up.
        let sum = weights.reduce(0, +)
        let score = zip(weights, features).reduce(0) { $0 + $1.0 / sum * $1.1 }
        var genomes: [StrategyGenome] = []
        for threshold in [score.nextDown, score, score.nextUp] {
            var genome = StrategyGenome(
                terms: zip(kinds, weights).map { StrategyGenome.Term($0, over: period, weight: $1) })
            (genome.entryThreshold, genome.exitShare) = (threshold, 0.5)
            genomes.append(genome)
            (genome.entryThreshold, genome.exitShare) = (2.5, threshold / 2.5)
            genomes.append(genome)
        }
        #expect(KernelTests.compare(table, genomes, rows: 223..<1500) > 300)
    }

    @Test(arguments: [3.000_000_1, -3.5, 40, 1e300, .infinity, -.infinity, .nan])
    func columnsBeyondTheStepsDecideAsTheReference(odd: Double) throws {
        let table = try Self.table(Self.thresholds + Array(repeating: odd, count: 4))
        #expect(KernelTests.compare(table, try Self.genomes(40), rows: 223..<900) > 400)
    }

    @Test(arguments: [399, 400, 401]) func columnsThatBeginInsideAWindowDecideAsTheReference(first: Int) throws {
        let table = try Self.table(Self.thresholds, from: first)
        #expect(KernelTests.compare(table, try Self.genomes(40), rows: 400..<900) > 400)
    }
}
