import Core
import Optimizer
import RealModule
import Testing

/// White's and Hansen's tests against the oracle with a fixed generator, and their defining properties.
struct DataSnoopingTests {
    /// The oracle's own generator: independent rows, drawn one after another.
    private struct OracleRows: Resampling {
        var state = 20_240_101

        mutating func resample(_ indices: inout [Int]) {
            for place in indices.indices {
                state = (1_103_515_245 * state + 12345) % (1 << 31)
                indices[place] = (state >> 16) % indices.count
            }
        }
    }

    private static let oracle: [[Double]] = [3, 0, 0, -9].enumerated().map { model, extra in
        (0..<40).map { Double((37 * $0 + 101 * model + 3 * $0 * $0) % 41 - 20 + extra) / 100 }
    }

    @Test func theOracleGeneratorIsTheOracles() {
        var (rows, first) = (OracleRows(), Array(repeating: 0, count: 40))
        rows.resample(&first)
        #expect(Array(first.prefix(8)) == [7, 7, 17, 0, 39, 31, 2, 39])
    }

    @Test func realityCheckAndSuperiorAbilityReproduceTheOracle() throws {
        var rows = OracleRows()
        let result = try DataSnooping(Self.oracle, resamples: 500, bootstrap: &rows)
        for (found, expected) in zip(result.means, [0.03325, 0.019, 0.01425, -0.0805]) {
            #expect(abs(found - expected) < 1e-9)
        }
        #expect(abs(result.realityStatistic - 0.210291) < 1e-6)
        #expect(abs(result.realityCheck - 0.154) < 1e-9)
        for (found, expected) in zip(result.deviations, [0.135645, 0.113356, 0.131471, 0.112259]) {
            #expect(abs(found - expected) < 1e-6)
        }
        #expect(abs(result.superiorStatistic - 1.550307) < 1e-6)
        #expect(abs(DataSnooping.threshold(periods: 40) - 1.615749) < 1e-6)
        #expect(abs(result.lower - 0.176) < 1e-9)
        #expect(abs(result.consistent - 0.176) < 1e-9)
        #expect(abs(result.upper - 0.196) < 1e-9)
    }

    private static func normals(_ count: Int, mean: Double, _ random: inout SeededRandom) -> [Double] {
        (0..<count).map { _ in
            mean + (-2 * Double.log(1 - random.unit())).squareRoot() * Double.cos(2 * .pi * random.unit())
        }
    }

    private static func tested(_ models: [[Double]], seed: UInt64, block: Double = 10) throws -> DataSnooping {
        var bootstrap = StationaryBootstrap(meanBlock: block, random: SeededRandom(seed: seed))
        return try DataSnooping(models, resamples: 400, bootstrap: &bootstrap)
    }

    @Test func clearlyBadModelsMoveOnlyTheUpperValue() throws {
        var random = SeededRandom(seed: 3)
        let good = (0..<5).map { _ in Self.normals(200, mean: 0.08, &random) }
        let bad = (0..<20).map { _ in Self.normals(200, mean: -1, &random) }
        let (alone, together) = (try Self.tested(good, seed: 1), try Self.tested(good + bad, seed: 1))
        #expect(abs(alone.consistent - together.consistent) < 0.03)
        #expect(together.upper > alone.upper)
    }

    @Test func aGoodNeighbourDoesNotMakeABadModelGood() throws {
        var random = SeededRandom(seed: 6)
        let good = Self.normals(300, mean: 0.5, &random)
        let bad = Self.normals(300, mean: 0, &random)
        let result = try Self.tested([bad, good], seed: 2)
        #expect(result.consistent < 0.01)
        #expect(result.pValue(of: 0) > 0.1 && result.pValue(of: 1) == result.consistent)
        // The best of all is judged as the test of all, every other one more harshly.
        for seed in 0..<10 {
            let models = (0..<4).map { _ in Self.normals(80, mean: 0.05, &random) }
            let tested = try Self.tested(models, seed: UInt64(seed))
            let own = models.indices.map(tested.pValue)
            #expect(own.min() == tested.consistent && own.allSatisfy { (0...1).contains($0) })
        }
    }

    @Test func theThreeValuesAreAlwaysOrdered() throws {
        var random = SeededRandom(seed: 4)
        for seed in 0..<20 {
            let models = (0..<6).map { model in
                Self.normals(60, mean: 0.2 * Double(model) - 0.8, &random)
            }
            let result = try Self.tested(models, seed: UInt64(seed))
            #expect(result.lower <= result.consistent)
            #expect(result.consistent <= result.upper)
        }
    }

    @Test func onNoiseTheTestErrsAtItsLevelAndAnEdgeIsFound() throws {
        var random = SeededRandom(seed: 8)
        var wrong = 0
        for seed in 0..<200 {
            let models = (0..<5).map { _ in Self.normals(300, mean: 0, &random) }
            if try Self.tested(models, seed: UInt64(seed), block: 3).consistent < 0.05 { wrong += 1 }
        }
        // 10 are expected of 200; 20 lie beyond three standard errors.
        #expect(wrong < 20)
        let edge = (0..<5).map { Self.normals(80, mean: $0 == 2 ? 0.6 : 0, &random) }
        #expect(try Self.tested(edge, seed: 1).consistent < 0.01)
    }

    @Test func modelsThatNeverDifferFromTheBenchmarkAreNotSuperior() throws {
        let flat = Array(repeating: 0.0, count: 50)
        let result = try Self.tested([flat, flat], seed: 1)
        #expect(result.consistent == 1)
        #expect(result.realityCheck == 1)
        #expect(throws: StatisticsError.self) { try Self.tested([], seed: 1) }
        #expect(throws: StatisticsError.self) { try Self.tested([[1, 2]], seed: 1) }
        #expect(throws: StatisticsError.self) { try Self.tested([[1, 2, .infinity]], seed: 1) }
    }

    @Test func blocksHaveTheAskedMeanLengthAndWrapAround() {
        var bootstrap = StationaryBootstrap(meanBlock: 8, random: SeededRandom(seed: 2))
        var indices = Array(repeating: 0, count: 1000)
        var (starts, wraps) = (0, 0)
        for _ in 0..<50 {
            bootstrap.resample(&indices)
            for (left, right) in zip(indices, indices.dropFirst()) {
                if left == 999, right == 0 { wraps += 1 } else if right != left + 1 { starts += 1 }
            }
        }
        #expect(abs(Double(50 * 999) / Double(starts) - 8) < 0.5)
        #expect(wraps > 0)
        #expect(StationaryBootstrap.usualBlock(rows: 400) == 20)
    }
}
