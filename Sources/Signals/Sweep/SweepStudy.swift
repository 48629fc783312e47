public import Core

/// Tries every pair of a grid on the first part of a series, chooses there, and looks at the choice on the part held
/// out.
///
/// All pairs trade the same bars: none decides before the slowest has a value. What was decided at the last close of
/// the first part is filled at the first open of the part held out, which begins flat.
public struct SweepStudy: Sendable {
    /// What a sweep is made with; part of its identity.
    public struct Options: Hashable, Codable, Sendable {
        /// What every fill costs.
        public var costs = ArtifactCosts(feeBps: 10, slippageBps: 2)
        /// The share of the bars that the choice never sees.
        public var heldOut = 0.3
        /// The money that each rule begins with; all of it is held or none.
        public var cash = 10_000.0
        /// The seed of every simulation of the judgement.
        public var seed: UInt64 = 1
        /// How much work goes into judging.
        public var judgement = JudgementOptions()

        /// The defaults.
        public init() {}
    }

    /// How far a sweep is.
    public struct Progress: Hashable, Sendable {
        /// Rules evaluated, of both parts.
        public let done: Int
        /// Rules to evaluate.
        public let total: Int
        /// The most that a pair made of the first part so far, as a share of the cash.
        public let best: Double
    }

    /// Fewer bars than this in either part prove nothing.
    public static let leastBars = 30
    /// Rules that a thread takes at a time: enough to share averages, few enough to show progress.
    private static let batch = 1024

    /// The bars.
    public let bars: BarSeries
    /// The pairs.
    public let grid: RuleGrid
    /// What the sweep is made with.
    public let options: Options
    /// The rows that the choice is made on.
    public let chosenOn: Range<Int>
    /// The rows held out.
    public let heldOut: Range<Int>

    /// Cuts the bars into the part to choose on and the part held out.
    ///
    /// - Throws: ``SweepError/bars(_:)`` when either is too short, ``SweepError/pairs(_:)`` when the lines take too
    ///   much memory.
    public init(bars: BarSeries, grid: RuleGrid, options: Options) throws(SweepError) {
        let cut = bars.count - Int((Double(bars.count) * options.heldOut).rounded())
        let first = grid.warmUp + 1
        guard cut - first >= Self.leastBars else {
            throw .bars(
                "\(bars.symbol) has \(bars.count) bars: \(Swift.max(cut, 0)) to choose on, of which the slowest line "
                    + "needs \(first) before its first fill; at least \(Self.leastBars) must be left")
        }
        guard bars.count - cut >= Self.leastBars else {
            throw .bars(
                "\(bars.symbol) has \(bars.count) bars: \(bars.count - cut) would be held out, at least "
                    + "\(Self.leastBars) must be")
        }
        guard grid.givenValues(bars: bars.count) <= RuleGrid.mostValues else {
            throw .pairs(
                "\(grid.above) over \(grid.below) on \(bars.count) bars takes more than \(RuleGrid.mostValues) values")
        }
        (self.bars, self.grid, self.options) = (bars, grid, options)
        (chosenOn, heldOut) = (first..<cut, cut..<bars.count)
    }

    /// Tries every pair through ``RuleSweep`` and judges the best one of the first part.
    ///
    /// - Throws: ``SweepError/cancelled`` when `isCancelled` says so, also while the choice is judged.
    public func run(
        threads: Int, onProgress: @escaping @Sendable (Progress) -> Void = { _ in },
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) async throws -> SweepResult {
        let counter = SweepCounter(total: 2 * grid.pairs.count, cash: options.cash, onProgress)
        func equities(_ bars: BarSeries, _ rows: Range<Int>, isChoice: Bool) async throws -> [Double] {
            let sweep = grid.sweep(over: bars, cash: options.cash, costShare: options.costs.share)
            let rules = grid.rules(from: rows.lowerBound - 1)
            let size = Swift.min(Self.batch, (rules.count + threads - 1) / Swift.max(threads, 1))
            let parts = stride(from: 0, to: rules.count, by: size).map {
                Array(rules[$0..<Swift.min($0 + size, rules.count)])
            }
            return try await UnitPool.map(parts, threads: threads) { part in
                guard !isCancelled() else { throw SweepError.cancelled }
                let values = sweep.finalEquities(part)
                counter.take(values, isChoice: isChoice)
                return values
            }.flatMap { $0 }
        }
        let chosen = try await equities(bars.prefix(chosenOn.upperBound), chosenOn, isChoice: true)
        let held = try await equities(bars, heldOut, isChoice: false)
        return try SweepJudge(study: self, chosenOn: chosen, heldOut: held, isCancelled: isCancelled).result()
    }

    /// What one pair does bar by bar over some rows.
    func replay(_ pair: RuleGrid.Pair, _ rows: Range<Int>, on other: BarSeries? = nil) -> RuleReplay {
        let bars = other ?? bars
        return RuleReplay(
            bars, above: RuleGrid.line(grid.above.kind, pair.above, over: bars),
            below: RuleGrid.line(grid.below.kind, pair.below, over: bars),
            firstRow: Swift.max(rows.lowerBound - 1, pair.above - 1, pair.below - 1), rows: rows, cash: options.cash,
            costs: options.costs)
    }
}
