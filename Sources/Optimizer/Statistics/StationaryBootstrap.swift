public import Core
import RealModule

/// Where a bootstrap takes its resampled rows from.
public protocol Resampling {
    /// Writes one resample of the rows `0 ..< indices.count` into `indices`.
    mutating func resample(_ indices: inout [Int])
}

/// The stationary bootstrap: blocks of geometrically distributed length, drawn anywhere and wrapped around the end, so
/// that dependence between neighbouring periods survives.
///
/// Source: Politis and Romano, "The Stationary Bootstrap", Journal of the American Statistical Association 89(428),
/// 1994.
public struct StationaryBootstrap: Resampling, Sendable {
    /// The mean number of rows in a block.
    public let meanBlock: Double
    private var random: SeededRandom

    /// A bootstrap with blocks of `meanBlock` rows on average; the usual choice is ``usualBlock(rows:)``.
    public init(meanBlock: Double, random: SeededRandom) {
        self.meanBlock = meanBlock.isFinite ? Swift.max(meanBlock, 1) : 1
        self.random = random
    }

    /// The root of the number of rows.
    public static func usualBlock(rows: Int) -> Double { Double(Swift.max(rows, 1)).squareRoot() }

    /// Draws the rows of one resample.
    public mutating func resample(_ indices: inout [Int]) {
        let count = indices.count
        guard count > 0 else { return }
        var row = random.below(count)
        for place in indices.indices {
            if place > 0 {
                row = random.chance(1 / meanBlock) ? random.below(count) : (row + 1 == count ? 0 : row + 1)
            }
            indices[place] = row
        }
    }
}
