import Core
import Optimizer
import RealModule
import Testing

/// A function with a known optimum, to be maximised.
struct Landscape: Sendable, CustomTestStringConvertible {
    let name: String
    let space: GeneSpace
    let score: @Sendable (Genome) -> Double
    let optimum: Double

    var testDescription: String { name }

    static func reals(_ count: Int, _ bounds: ClosedRange<Double>, step: Double? = nil) throws -> GeneSpace {
        try GeneSpace(
            (0..<count).map {
                Gene("x\($0)", .real(minimum: bounds.lowerBound, maximum: bounds.upperBound, step: step))
            })
    }

    static func sphere() throws -> Landscape {
        Landscape(
            name: "sphere", space: try reals(8, -5...5), score: { -$0.values.reduce(0) { $0 + $1 * $1 } }, optimum: 0)
    }

    static func rastrigin() throws -> Landscape {
        Landscape(
            name: "Rastrigin", space: try reals(6, -5.12...5.12),
            score: { -$0.values.reduce(60) { $0 + $1 * $1 - 10 * Double.cos(2 * .pi * $1) } }, optimum: 0)
    }

    /// Three dimensions: from four on there is a second valley around (-1, 1, 1, 1).
    static func rosenbrock() throws -> Landscape {
        Landscape(
            name: "Rosenbrock", space: try reals(3, -2...2, step: 0.01),
            score: { genome in
                let x = genome.values
                return -(0..<(x.count - 1)).reduce(0.0) { sum, i in
                    let (valley, slope) = (x[i + 1] - x[i] * x[i], 1 - x[i])
                    return sum + 100 * valley * valley + slope * slope
                }
            }, optimum: 0)
    }

    /// Blocks of one integer 0...4 and two categories; each block pays 4 - integer, or 6 for (4, 2, 1): the slope of
    /// the integers leads away from the best.
    static func trap() throws -> Landscape {
        let genes = (0..<5).flatMap { block in
            [
                Gene("level\(block)", .integer(minimum: 0, maximum: 4)), Gene("kind\(block)", .categorical(count: 3)),
                Gene("side\(block)", .categorical(count: 2)),
            ]
        }
        return Landscape(
            name: "trap", space: try GeneSpace(genes),
            score: { genome in
                stride(from: 0, to: 15, by: 3).reduce(0) { sum, start in
                    let block = genome.values[start..<(start + 3)]
                    return sum + (block.elementsEqual([4, 2, 1]) ? 6 : 4 - block[start])
                }
            }, optimum: 30)
    }

    static func all() throws -> [Landscape] { [try sphere(), try rastrigin(), try rosenbrock(), try trap()] }

    /// The best of `budget` uniform draws.
    func randomSearch(budget: Int, seed: UInt64) -> Double {
        var random = SeededRandom(seed: seed, stream: "random search")
        return (0..<budget).reduce(-Double.infinity) { best, _ in max(best, score(space.randomGenome(&random))) }
    }

    func search(seed: UInt64, _ options: GeneticOptions = GeneticOptions()) throws -> GeneticSearch {
        try GeneticSearch(space: space, options: options, random: SeededRandom(seed: seed))
    }
}
