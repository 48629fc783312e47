import CSearchKernel
public import Core

/// Backtests many rules at once, each "hold while one column lies above another", in much less than a nanosecond a
/// bar and rule.
///
/// ```swift
/// let sweep = RuleSweep(bars: bars, cash: 10_000, costShare: 0.0006)
/// let equities = sweep.finalEquities([.init(above: .average(12), .average(60), from: 59)])
/// ```
/// A rule's bars become bits, sixty-four a word, and only changes are looked at, as ``PopulationKernel`` does. A change
/// at a close is filled at the next open with all cash; the last bar's is not filled. Averages are computed block by
/// block in the cache: memory does not grow with the bars.
public struct RuleSweep: Sendable {
    /// One side of a rule.
    public enum Column: Hashable, Sendable {
        /// The exponential average of the closes over so many bars, seeded with the first close.
        case average(Int)
        /// One of the columns given at creation.
        case given(Int)
    }

    /// Holds while one column is greater than another.
    public struct Rule: Hashable, Sendable {
        /// The column that must be greater.
        public var above: Column
        /// The column that must be less.
        public var below: Column
        /// The first row that may decide.
        public var firstRow: Int

        /// A rule from its parts.
        public init(above: Column, _ below: Column, from firstRow: Int) {
            (self.above, self.below, self.firstRow) = (above, below, firstRow)
        }
    }

    private let closes: [Double]
    private let opens: [Double]
    private let given: [[Double]]
    private let cash: Double
    private let costShare: Double
    private let rows: Int
    private let build: KernelBuild

    /// A sweep over `bars` with further `columns` of one value a bar.
    ///
    /// - Parameter costShare: what a fill costs, as a share of its notional.
    public init(
        bars: BarSeries, columns: [[Double]] = [], cash: Double, costShare: Double, build: KernelBuild = .fastest
    ) {
        precondition(columns.allSatisfy { $0.count == bars.count }, "a column needs one value a bar")
        let room = Array(repeating: Double.nan, count: 64)
        (opens, closes, given) = (bars.open, bars.close + room, columns.map { $0 + room })
        (self.cash, self.costShare, rows, self.build) = (cash, costShare, bars.count, build)
    }

    /// The money at the last close, positions valued there, for each rule.
    public func finalEquities(_ rules: [Rule]) -> [Double] {
        guard rows > 0, !rules.isEmpty else { return Array(repeating: cash, count: rules.count) }
        let plan = SweepPlan(rules)
        var accounts = rules.map { rule in
            KernelAccount(firstRow: Int64(max(rule.firstRow, 0)), cash: cash, units: 0, held: 0)
        }
        let memory = SweepMemory(plan, seed: closes[0], build)
        defer { memory.free() }
        closes.withUnsafeBufferPointer { closes in
            opens.withUnsafeBufferPointer { opens in
                var sweep = KernelSweep(
                    open: opens.baseAddress, start: 0, end: 0, buying: 1 + costShare, selling: 1 - costShare,
                    changes: memory.changes)
                for start in stride(from: 0, to: rows, by: plan.block) {
                    let count = min(plan.block, rows - start)
                    (sweep.start, sweep.end) = (Int64(start), Int64(min(start + count, rows - 1)))
                    memory.prepare(plan, closes, start, count)
                    withGiven(from: start) { given in
                        memory.forEachBits(plan, given, count) { first, count, words in
                            accounts.withUnsafeMutableBufferPointer { accounts in
                                guard let base = accounts.baseAddress else { return }
                                build.fill(
                                    base + first, count: count, words: words, stride: memory.wordStride, &sweep)
                            }
                        }
                    }
                }
            }
        }
        return accounts.map { $0.cash + $0.units * closes[rows - 1] }
    }

    /// Lends the given columns from a row on.
    private func withGiven(from row: Int, _ body: ([UnsafePointer<Double>]) -> Void) {
        func lend(_ index: Int, _ lent: [UnsafePointer<Double>]) {
            guard index < given.count else { return body(lent) }
            given[index].withUnsafeBufferPointer { values in
                if let base = values.baseAddress { lend(index + 1, lent + [base + row]) }
            }
        }
        lend(0, [])
    }
}
