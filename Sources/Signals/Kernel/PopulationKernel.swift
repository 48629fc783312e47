import CSearchKernel
import Core

/// Evaluates whole populations over windows of one series, about a nanosecond a bar and genome.
///
/// It says what ``StrategyReference`` says: trades, and the equity at each close, have the same bits. It reads cached
/// columns (``FeatureTable``), turns a genome's score into entry bits and trades from event to event; eight genomes'
/// returns are summed up at a time. What it needs beside the columns is a scratch of eight windows, whatever the
/// population.
public struct PopulationKernel: Sendable {
    /// The bars and their columns, all of them.
    public let table: FeatureTable
    private let coarse: CoarseColumns
    private let prices: KernelPrices
    private let gates: GateBits
    private let costs: ArtifactCosts
    private let build: KernelBuild

    /// A kernel over the bars of `table`, which must have every column.
    public init(table: FeatureTable, costs: ArtifactCosts, build: KernelBuild = .fastest) {
        (self.table, self.costs, self.build) = (table, costs, build)
        coarse = CoarseColumns(table)
        prices = KernelPrices(table.bars)
        gates = GateBits(table)
    }

    /// Trades each genome over `rows`, flat before the first; nothing after the window is looked at.
    ///
    /// - Precondition: `rows` lies inside the bars, and the genomes have values that genes can take.
    public func scores(_ genomes: [StrategyGenome], rows: Range<Int>) -> [WindowScore] {
        var scores: [WindowScore] = []
        scores.reserveCapacity(genomes.count)
        withWindow(rows) { window, scratch in
            for first in stride(from: 0, to: genomes.count, by: 8) {
                let lanes = min(8, genomes.count - first)
                var trades = SIMD8(repeating: 0)
                for lane in 0..<lanes { trades[lane] = window.trade(genomes[first + lane], scratch, lane: lane) }
                scratch.sum(build, rows: rows.count, trades: trades, lanes: lanes, into: &scores)
            }
        }
        return scores
    }

    /// What one genome does, to compare it with the reference.
    public func trace(_ genome: StrategyGenome, rows: Range<Int>) -> KernelTrace {
        withWindow(rows) { window, scratch in
            withUnsafeTemporaryAllocation(of: KernelTrade.self, capacity: rows.count + 1) { log in
                let count = window.trade(genome, scratch, lane: 0, log: log.baseAddress)
                return KernelTrace(
                    returns: (0..<rows.count).map { scratch.returns[$0] },
                    trades: log.prefix(count).map { KernelTrace.Trade($0, firstRow: rows.lowerBound) })
            }
        }
    }

    private func withWindow<Result>(_ rows: Range<Int>, _ body: (KernelWindow, KernelMemory) -> Result) -> Result {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= table.bars.count, "the window leaves the bars")
        let memory = KernelMemory(rows: rows.count)
        defer { memory.free() }
        return table.withColumns { columns in
            coarse.lend(from: rows.lowerBound) { coarse in
                prices.values.withUnsafeBufferPointer { prices in
                    gates.words.withUnsafeBufferPointer { words in
                        let window = KernelWindow(
                            rows: rows, columns: columns, coarse: coarse, prices: prices,
                            stride: self.prices.stride, words: words, gates: gates, costs: costs, build: build)
                        return body(window, memory)
                    }
                }
            }
        }
    }
}

/// What trading one genome over one window came to, as far as a search looks at it.
public struct WindowScore: Hashable, Sendable {
    /// The profit at the window's end, an open position marked at the last close, as a share of the budget.
    public var netReturn: Double
    /// The deepest fall of the equity from its peak, as a share of the peak.
    public var maxDrawdown: Double
    /// The mean over the standard deviation of the returns per bar; nil as in ``WindowOutcome/sharpePerBar``.
    public var sharpePerBar: Double?
    /// Positions closed inside the window.
    public var trades: Int

    /// A score from its parts.
    public init(netReturn: Double, maxDrawdown: Double, sharpePerBar: Double?, trades: Int) {
        (self.netReturn, self.maxDrawdown) = (netReturn, maxDrawdown)
        (self.sharpePerBar, self.trades) = (sharpePerBar, trades)
    }
}

/// Every bar and every trade of one genome's run through the kernel.
public struct KernelTrace: Equatable, Sendable {
    /// A closed position; see ``OpenTrade`` and ``Trade/profit``.
    public struct Trade: Hashable, Sendable {
        /// The bar at whose open it was entered.
        public let entryRow: Int
        /// The bar in which it was left.
        public let exitRow: Int
        /// Quantity per unit of budget; negative is short.
        public let units: Double
        /// Paid or received at the entry, slippage included.
        public let entryPrice: Double
        /// Paid or received at the exit, slippage included.
        public let exitPrice: Double
        /// Net of slippage and fees, as a share of the budget.
        public let profit: Double

        /// A trade from its parts.
        public init(
            entryRow: Int, exitRow: Int, units: Double, entryPrice: Double, exitPrice: Double, profit: Double
        ) {
            (self.entryRow, self.exitRow, self.units) = (entryRow, exitRow, units)
            (self.entryPrice, self.exitPrice, self.profit) = (entryPrice, exitPrice, profit)
        }
    }

    /// The change of the marked equity at each close.
    public let returns: [Double]
    /// The closed positions in the order of their exits.
    public let trades: [Trade]

    /// A run from its parts.
    public init(returns: [Double], trades: [Trade]) {
        (self.returns, self.trades) = (returns, trades)
    }
}

extension KernelTrace.Trade {
    init(_ trade: KernelTrade, firstRow: Int) {
        self.init(
            entryRow: Int(trade.entryRow) + firstRow, exitRow: Int(trade.exitRow) + firstRow, units: trade.units,
            entryPrice: trade.entryPrice, exitPrice: trade.exitPrice, profit: trade.profit)
    }
}
