import CSearchKernel

/// Trades one strategy over a window by jumping from event to event; `docs/strategy.md` has the rules.
///
/// Flat stretches are skipped to the next entry bit. While a position is held, eight bars at a time are marked and
/// looked through for the first one that may end it. Every figure comes from the same operations in the same order as
/// in `StrategyState` and `TradeExecution`, so it has the same bits.
struct KernelTrading {
    let open: UnsafePointer<Double>
    let high: UnsafePointer<Double>
    let low: UnsafePointer<Double>
    let close: UnsafePointer<Double>
    let range: UnsafePointer<Double>
    let volatility: UnsafePointer<Double>
    let scores: KernelScores
    let entries: UnsafePointer<UInt64>
    let returns: UnsafeMutablePointer<Double>
    let log: UnsafeMutablePointer<KernelTrade>?
    let rows: Int
    let buying: Double
    let selling: Double
    let feeRate: Double
    let strategy: KernelStrategy
    private(set) var realised = 0.0
    private(set) var trades = 0
    /// The first row whose return is not written yet.
    private var written = 0

    @inline(__always)
    init?(_ bars: KernelBars, _ pointer: UnsafePointer<KernelStrategy>, _ scratch: KernelScratch) {
        let strategy = pointer.pointee
        guard let open = bars.open, let high = bars.high, let low = bars.low, let close = bars.close,
            let range = strategy.range, let volatility = strategy.volatility,
            let scores = KernelScores(pointer, scratch), let entries = scratch.entries,
            let returns = scratch.returns
        else { return nil }
        (self.open, self.high, self.low, self.close) = (open, high, low, close)
        (self.range, self.volatility) = (range, volatility)
        (self.scores, self.entries) = (scores, UnsafePointer(entries))
        (self.returns, log, rows) = (returns, scratch.trades, Int(bars.rows))
        (buying, selling, feeRate) = (bars.buying, bars.selling, bars.feeRate)
        self.strategy = strategy
    }

    /// Trades the whole window.
    @inline(__always) mutating func run() {
        var row = 0
        while true {
            row = nextEntry(row)
            guard row &+ 1 < rows else { return clear(to: rows) }
            guard let order = order(row) else {
                row &+= 1
                continue
            }
            clear(to: row &+ 1)
            guard let next = hold(entered(order, at: row &+ 1, before: realised)) else { return }
            row = next
        }
    }

    /// Writes that nothing was earned up to a row. May write seven rows more: what is held there is marked afterwards.
    @inline(__always) private func clear(to end: Int) {
        var row = written
        while row < end {
            returns.store(Lanes(repeating: 0), at: row)
            row &+= 8
        }
    }

    /// Takes the profit of a closed position.
    @inline(__always) mutating func count(_ profit: Double) {
        realised += profit
        trades &+= 1
    }

    /// The first row from `row` on at which an entry is possible; `rows` or more when there is none.
    @inline(__always) private func nextEntry(_ row: Int) -> Int {
        guard row < rows else { return rows }
        var word = row &>> 6
        var bits = entries[word] & (~0 &<< UInt64(row & 63))
        while bits == 0 {
            word &+= 1
            if word &<< 6 >= rows { return rows }
            bits = entries[word]
        }
        return word &<< 6 &+ bits.trailingZeroBitCount
    }

    @inline(__always) private func mayEnter(_ row: Int) -> Bool {
        entries[row &>> 6] &>> UInt64(row & 63) & 1 != 0
    }

    /// What is decided at the close of an entry row; nil when a long stop would not be positive.
    @inline(__always) private func order(_ row: Int) -> KernelOrder? {
        let isLong = scores[row] > 0
        let side = isLong ? 1.0 : -1.0
        let price = close[row]
        let stop = price - side * strategy.stopRanges * range[row]
        let goal = price + side * strategy.takeProfitRanges * range[row]
        guard stop > 0 else { return nil }
        let measured = volatility[row]
        let share = strategy.volatilityTarget / measured
        let size = measured > strategy.volatilityTarget ? (share > 0.01 ? share : 0.01) : 1
        return KernelOrder(
            isLong: isLong, units: side * size / price, stop: stop,
            goal: strategy.takeProfitRanges > 0 && goal > 0 ? goal : .nan)
    }

    @inline(__always)
    private func entered(_ order: KernelOrder, at row: Int, before: Double) -> KernelPosition {
        let entry = open[row] * (order.isLong ? buying : selling)
        return KernelPosition(
            isLong: order.isLong, units: order.units, entryPrice: entry,
            entryFee: abs(order.units) * entry * feeRate, stop: order.stop, goal: order.goal, entryRow: row,
            before: before, realised: realised)
    }

    /// Follows a position, and those it reverses into, to the end.
    ///
    /// - Returns: the first row at which the next entry may be decided, or nil at the end of the window.
    @inline(__always)
    private mutating func hold(_ first: KernelPosition) -> Int? {
        var position = first
        while true {
            let limit = position.entryRow &+ Int(strategy.maximumHolding) &- 1
            var row = position.entryRow
            while true {
                row = mark(position, row, limit)
                guard row < rows else {
                    correctEntry(position)
                    return nil
                }
                prefetch(nextEntry(row &+ Int(strategy.cooldown)))
                if let price = touch(position, row) {
                    correctEntry(position)
                    let marked = row == position.entryRow ? position.before : position.equity(at: close[row &- 1])
                    settle(position, row, price)
                    returns[row] = realised - marked
                    written = row &+ 1
                    return row &+ Int(strategy.cooldown)
                }
                let agreement = position.isLong ? scores[row] : -scores[row]
                if agreement <= -strategy.entryThreshold, mayEnter(row), let order = order(row) {
                    correctEntry(position)
                    guard row &+ 1 < rows else { return nil }
                    let marked = position.equity(at: close[row])
                    settle(position, row &+ 1, open[row &+ 1])
                    position = entered(order, at: row &+ 1, before: marked)
                    break
                }
                if agreement < strategy.exitThreshold || row >= limit {
                    correctEntry(position)
                    guard row &+ 1 < rows else { return nil }
                    let marked = position.equity(at: close[row])
                    settle(position, row &+ 1, open[row &+ 1])
                    returns[row &+ 1] = realised - marked
                    written = row &+ 2
                    return row &+ Int(strategy.cooldown)
                }
                row &+= 1
            }
        }
    }
}
