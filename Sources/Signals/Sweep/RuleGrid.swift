public import Core

/// Every pair of two sides as a rule, "hold while the first line lies above the second", ready for ``RuleSweep``.
///
/// ```swift
/// let grid = try RuleGrid(above: SweepSide("ema:4..52:2"), below: SweepSide("ema:60..255:5"))
/// let equities = grid.sweep(over: bars, cash: 10_000, costShare: 0.0006).finalEquities(grid.rules())
/// ```
public struct RuleGrid: Hashable, Sendable {
    /// The periods of one rule's two lines.
    public struct Pair: Hashable, Codable, Sendable {
        /// The period of the line that must lie above.
        public let above: Int
        /// The period of the line that must lie below.
        public let below: Int
    }

    /// The most pairs of one sweep.
    public static let mostPairs = 250_000
    /// What lines other than exponential averages may take: a value a bar each.
    static let mostValues = 25_000_000

    /// The line that must lie above.
    public let above: SweepSide
    /// The line that must lie below.
    public let below: SweepSide
    /// The pairs, the first side's periods outermost.
    public let pairs: [Pair]

    /// Every pair of the two sides; of two lines of one kind only those whose first is the faster.
    ///
    /// - Throws: ``SweepError/pairs(_:)`` when there is none, or there are too many.
    public init(above: SweepSide, below: SweepSide) throws(SweepError) {
        (self.above, self.below) = (above, below)
        pairs = above.periods.flatMap { first in
            below.periods.filter { above.kind != below.kind || first < $0 }.map { Pair(above: first, below: $0) }
        }
        guard !pairs.isEmpty else {
            throw .pairs("\(above) over \(below) makes no pair whose first line is faster than its second")
        }
        guard pairs.count <= Self.mostPairs else {
            throw .pairs("\(above) over \(below) makes \(pairs.count) pairs; at most \(Self.mostPairs) can be tried")
        }
    }

    /// The bars that the slowest line needs before its first value.
    public var warmUp: Int { max(above.periods.last ?? 1, below.periods.last ?? 1) - 1 }

    /// A rule for each pair; none decides before `row`, or before both of its lines have a value.
    public func rules(from row: Int = 0) -> [RuleSweep.Rule] {
        let shift = Self.isGiven(above.kind) ? above.periods.count : 0
        let firsts = places(above, from: 0)
        let seconds = places(below, from: shift)
        return pairs.compactMap { pair in
            guard let first = firsts[pair.above], let second = seconds[pair.below] else { return nil }
            return RuleSweep.Rule(above: first, second, from: max(row, pair.above - 1, pair.below - 1))
        }
    }

    /// The kernel's sweep over `bars`, with the lines that it does not compute by itself.
    ///
    /// - Parameter costShare: what a fill costs, as a share of its notional.
    public func sweep(
        over bars: BarSeries, cash: Double, costShare: Double, build: KernelBuild = .fastest
    ) -> RuleSweep {
        let columns = [above, below].filter { Self.isGiven($0.kind) }.flatMap { side in
            side.periods.map { Self.line(side.kind, $0, over: bars) }
        }
        return RuleSweep(bars: bars, columns: columns, cash: cash, costShare: costShare, build: build)
    }

    /// The values that the lines of `bars` rows take in memory.
    func givenValues(bars: Int) -> Int {
        [above, below].reduce(0) { $0 + (Self.isGiven($1.kind) ? $1.periods.count * bars : 0) }
    }

    private func places(_ side: SweepSide, from start: Int) -> [Int: RuleSweep.Column] {
        var places: [Int: RuleSweep.Column] = [:]
        for (index, period) in side.periods.enumerated() {
            places[period] = Self.isGiven(side.kind) ? .given(start + index) : .average(period)
        }
        return places
    }

    /// Exponential averages come from the kernel itself.
    private static func isGiven(_ kind: SweepSide.Kind) -> Bool { kind != .ema }

    /// One line over `bars`, a value a bar; NaN before the first. Row t depends on the bars 0...t only.
    static func line(_ kind: SweepSide.Kind, _ period: Int, over bars: BarSeries) -> [Double] {
        switch kind {
        case .ema:
            var average = bars.close.first ?? .nan
            let factor = 2 / Double(period + 1)
            return bars.close.map { close in
                average += factor * (close - average)
                return average
            }
        case .sma: return IndicatorColumns.sma(bars.close, period: period)
        case .vwap: return IndicatorColumns.vwap(bars, period: period)
        case .close: return bars.close
        }
    }
}
