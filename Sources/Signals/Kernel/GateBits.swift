import Core

/// The rows on which a volatility gate or a range lets a strategy enter: one bit a row, for every value that the genes
/// can take. Computed once a series, so that a genome's gates cost three words every 64 bars.
struct GateBits: Sendable {
    private(set) var words: [UInt64] = []
    /// The words of one gate; one more than the bars need, because a window is read shifted.
    let wordCount: Int

    private static let lows = 6
    private static let highs = 15
    private static let step = 0.25
    private static let firstHigh = 0.75
    /// The thresholds on the trend over several timeframes: -1 to 2.
    private static let trends = 13
    private static let firstTrend = -1.0
    /// Whether there are words for that trend.
    private let hasTimeframes: Bool

    init(_ table: FeatureTable) {
        let count = table.bars.count
        wordCount = count / 64 + 2
        hasTimeframes = !table.timeframes.isEmpty
        words.reserveCapacity(
            (QuantisedPeriod.grid.count * (Self.lows + Self.highs + 1) + (hasTimeframes ? 2 * Self.trends : 0))
                * wordCount)
        let usual = table[.volatility(.longest)]
        for period in QuantisedPeriod.allCases {
            let measured = table[.volatility(period)]
            for level in 0..<Self.lows {
                let share = Double(level) * Self.step
                append(count) { measured[$0] >= share * usual[$0] }
            }
            for level in 0..<Self.highs {
                let share = Self.firstHigh + Double(level) * Self.step
                append(count) { measured[$0] <= share * usual[$0] }
            }
        }
        for period in QuantisedPeriod.allCases {
            let range = table[.averageRange(period)]
            append(count) { range[$0] > 0 }
        }
        guard hasTimeframes else { return }
        for level in 0..<Self.trends {
            let threshold = Self.firstTrend + Double(level) * Self.step
            append(count) { table.timeframes[$0] >= threshold }
            append(count) { -table.timeframes[$0] >= threshold }
        }
    }

    private mutating func append(_ count: Int, where isOpen: (Int) -> Bool) {
        for word in 0..<wordCount {
            var bits: UInt64 = 0
            for row in min(word << 6, count)..<min((word + 1) << 6, count) where isOpen(row) {
                bits |= 1 << UInt64(row & 63)
            }
            words.append(bits)
        }
    }

    /// The first words of the gates for long and short entries of a genome that looks at several timeframes.
    ///
    /// - Precondition: the threshold is a value that its gene can take, and the table had the trend.
    func sides(_ genome: StrategyGenome) -> (long: Int, short: Int)? {
        guard let gate = genome.timeframes, gate.isOn else { return nil }
        let level = Int((gate.threshold - Self.firstTrend) / Self.step)
        precondition(
            hasTimeframes && (0..<Self.trends).contains(level)
                && Self.firstTrend + Double(level) * Self.step == gate.threshold,
            "the kernel evaluates genomes of the gene space, and needs the timeframes they look at")
        let first = QuantisedPeriod.grid.count * (Self.lows + Self.highs + 1) + 2 * level
        return (first * wordCount, (first + 1) * wordCount)
    }

    /// The first word of `genome`'s gates: below, above and range.
    ///
    /// - Precondition: the genome's gates are values that its genes can take.
    func starts(_ genome: StrategyGenome) -> (low: Int, high: Int, range: Int) {
        let low = Int(genome.gateLow / Self.step)
        let high = Int((genome.gateHigh - Self.firstHigh) / Self.step)
        precondition(
            (0..<Self.lows).contains(low) && Double(low) * Self.step == genome.gateLow
                && (0..<Self.highs).contains(high)
                && Self.firstHigh + Double(high) * Self.step == genome.gateHigh,
            "the kernel evaluates genomes of the gene space")
        let period = genome.volatilityPeriod.index * (Self.lows + Self.highs)
        let ranges = QuantisedPeriod.grid.count * (Self.lows + Self.highs)
        return (
            (period + low) * wordCount, (period + Self.lows + high) * wordCount,
            (ranges + genome.rangePeriod.index) * wordCount
        )
    }
}
