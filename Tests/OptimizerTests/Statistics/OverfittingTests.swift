import Core
import Optimizer
import RealModule
import Testing

/// CSCV against the hand-made and the language-independent oracles, and what it must say of noise and of an edge.
struct OverfittingTests {
    private static func columns(_ rows: [[Double]]) -> [[Double]] {
        rows[0].indices.map { column in rows.map { $0[column] } }
    }

    @Test func theHandMadeMatrixHasOneHalf() throws {
        let rows: [[Double]] = [
            [3, 1, 2, 0], [-1, 2, 0, 1], [2, 0, -1, 3], [1, -2, 4, 0], [-2, 3, 1, -1], [0, 1, -3, 2], [4, -1, 0, 1],
            [-3, 2, 1, 2],
        ]
        let result = try BacktestOverfitting(Self.columns(rows), blocks: 4, metric: .mean)
        #expect(result.splits == 6)
        #expect(result.trials == 4)
        #expect(result.probability == 0.5)
        #expect(result.strictProbability == 0.5)
        #expect(abs(result.meanLogit - (3 * 0.4054651081 - 3 * 1.3862943611) / 6) < 1e-9)
        // Two of the six winners lose out of sample.
        #expect(abs(result.lossProbability - 2.0 / 6) < 1e-12)
        // Least squares through the six pairs of the oracle's table.
        let pairs = [(1.25, -0.25), (1.75, -0.25), (1, 0.5), (1, 1), (1.5, 0.5), (1.25, 0.25)]
        let meanIn = pairs.reduce(0) { $0 + $1.0 } / 6
        let meanOut = pairs.reduce(0) { $0 + $1.1 } / 6
        let shared = pairs.reduce(0) { $0 + ($1.0 - meanIn) * ($1.1 - meanOut) }
        let squares = pairs.reduce(0) { $0 + ($1.0 - meanIn) * ($1.0 - meanIn) }
        #expect(abs(result.slope - shared / squares) < 1e-12)
    }

    @Test(
        arguments: [
            (64, 5, 4, 6, 4.0 / 6, 2.0 / 6, 0.0, 68.0), (120, 10, 6, 20, 0.85, 0.85, -0.5821095245, 341),
            (240, 20, 8, 70, 0.9857142857, 0.9857142857, -2.3603833357, 404),
        ] as [(Int, Int, Int, Int, Double, Double, Double, Double)])
    func theLanguageIndependentMatricesComeOutToNineDigits(
        periods: Int, trials: Int, blocks: Int, splits: Int, probability: Double, strict: Double, logit: Double,
        sum: Double
    ) throws {
        let columns = (0..<trials).map { trial in
            (0..<periods).map { period in
                let mixed = (1_103_515_245 * (period * 131 + trial * 7919 + 17) + 12345) % (1 << 31)
                return Double(mixed / 65536 % 201 - 100)
            }
        }
        #expect(columns.reduce(0) { $0 + $1.reduce(0, +) } == sum)
        #expect(columns.prefix(5).map { $0[0] } == [88, -9, 100, 8, -84])
        let result = try BacktestOverfitting(columns, blocks: blocks)
        #expect(result.splits == splits)
        #expect(abs(result.probability - probability) < 1e-9)
        #expect(abs(result.strictProbability - strict) < 1e-9)
        #expect(abs(result.meanLogit - logit) < 1e-9)
    }

    private static func normals(_ count: Int, _ random: inout SeededRandom) -> [Double] {
        (0..<count).map { _ in
            (-2 * Double.log(1 - random.unit())).squareRoot() * Double.cos(2 * .pi * random.unit())
        }
    }

    @Test func noiseIsAboutOneHalfAnEdgeNearZeroAndDemeaningIsAMistake() throws {
        var random = SeededRandom(seed: 5)
        var (noise, edge) = (0.0, 0.0)
        for _ in 0..<4 {
            let columns = (0..<100).map { _ in Self.normals(500, &random) }
            noise += try BacktestOverfitting(columns, blocks: 10).probability / 4
            let planted = columns.enumerated().map { trial, column in
                trial < 10 ? column.map { $0 + 0.25 } : column
            }
            edge += try BacktestOverfitting(planted, blocks: 10).probability / 4
        }
        #expect(abs(noise - 0.5) < 0.2)
        #expect(edge < 0.01)
        let columns = (0..<60).map { _ in Self.normals(400, &random) }
        let demeaned = columns.map { column in column.map { $0 - column.reduce(0, +) / 400 } }
        #expect(try BacktestOverfitting(demeaned, blocks: 8).probability == 1)
    }

    @Test func theFullSizeOfTheOracleGivesItsVerdicts() throws {
        var random = SeededRandom(seed: 9)
        let noise = (0..<200).map { _ in Self.normals(1000, &random) }
        let result = try BacktestOverfitting(noise)
        #expect(result.splits == 12_870)
        // 0.49 with a deviation of 0.09 over matrices.
        #expect(abs(result.probability - 0.49) < 0.27)
        let edge = noise.enumerated().map { trial, column in trial < 20 ? column.map { $0 + 0.15 } : column }
        #expect(try BacktestOverfitting(edge).probability < 0.02)
    }

    @Test func aRealEdgeDominatesAndKeepsItsSlope() throws {
        var random = SeededRandom(seed: 6)
        let columns = (0..<20).map { trial in Self.normals(400, &random).map { $0 + 0.03 * Double(trial) } }
        let result = try BacktestOverfitting(columns, blocks: 8)
        #expect(result.dominance == 1)
        #expect(result.lossProbability == 0)
        #expect(result.meanLogit > 1)
    }

    @Test func aMatrixThatIsNoneIsRefused() {
        #expect(throws: StatisticsError.self) { try BacktestOverfitting([[1, 2, 3, 4]], blocks: 2) }
        #expect(throws: StatisticsError.self) { try BacktestOverfitting([[1, 2], [1, 2]], blocks: 2) }
        #expect(throws: StatisticsError.self) { try BacktestOverfitting([[1, 2, 3, 4], [1, 2, 3]], blocks: 2) }
        #expect(throws: StatisticsError.self) { try BacktestOverfitting([[1, 2, 3, 4], [1, 2, 3, 4]], blocks: 3) }
        #expect(throws: StatisticsError.self) { try BacktestOverfitting([[1, 2, 3, 4], [1, 2, 3, .nan]], blocks: 2) }
    }

    @Test func flatTrialsRankAtZeroAndNeverTrap() throws {
        let flat = Array(repeating: 0.0, count: 32)
        let result = try BacktestOverfitting([flat, flat, flat], blocks: 4)
        #expect(result.probability == 1)
        #expect(result.slope == 0)
    }

    @Test func nearDuplicatesCountOnce() {
        var random = SeededRandom(seed: 7)
        let first = Self.normals(200, &random)
        let second = Self.normals(200, &random)
        let almost = first.map { $0 * 2 + 0.01 * random.unit() }
        let flat = Array(repeating: 1.0, count: 200)
        #expect(NearDuplicates.leaders([first, almost, second, flat, flat, first.map { -$0 }]) == [0, 2, 3, 5])
    }
}
