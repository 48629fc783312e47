import CSearchKernel

extension KernelTrading {
    /// Marks a position from `row` on, eight bars at a time.
    ///
    /// - Returns: the first row whose bar or score may end it, at the latest `limit`; `rows` or more when it outlives
    ///   the window.
    @inline(__always) func mark(_ position: KernelPosition, _ row: Int, _ limit: Int) -> Int {
        let (stop, goal) = (Lanes(repeating: position.stop), Lanes(repeating: position.goal))
        let exit = position.isLong ? scores.exitLimit : -scores.exitLimit
        var start = row
        while start < rows {
            let now = position.equity(at: close.lanes(start))
            let before = position.equity(at: close.lanes(start &- 1))
            returns.store(now - before, at: start)
            let (highs, lows, score) = (high.lanes(start), low.lanes(start), scores.values + start)
            let ends =
                position.isLong
                ? kernel_ends_long(lows, stop, highs, goal, score, exit)
                : kernel_ends_short(lows, goal, highs, stop, score, exit)
            let last = UInt32(truncatingIfNeeded: limit &- start)
            let bits = ends | (last < 8 ? 1 &<< last : 0)
            if bits != 0 { return start &+ bits.trailingZeroBitCount }
            start &+= 8
        }
        return rows
    }

    /// Has what an order of a row needs brought near.
    @inline(__always) func prefetch(_ row: Int) {
        kernel_prefetch(range + row)
        kernel_prefetch(volatility + row)
    }

    /// The entry bar's change counts from the equity before the entry.
    @inline(__always) func correctEntry(_ position: KernelPosition) {
        returns[position.entryRow] = position.equity(at: close[position.entryRow]) - position.before
    }

    /// Where a bar closes a position: at its open when that lies beyond a level, else at the level; nil when it does
    /// not. Comparisons with NaN, a missing level, are false.
    @inline(__always) func touch(_ position: KernelPosition, _ row: Int) -> Double? {
        let (open, stop, goal) = (open[row], position.stop, position.goal)
        if position.isLong {
            if open <= stop || open >= goal { return open }
            if low[row] <= stop { return stop }
            return high[row] >= goal ? goal : nil
        }
        if open >= stop || open <= goal { return open }
        if high[row] >= stop { return stop }
        return low[row] <= goal ? goal : nil
    }

    /// Takes the profit of a position closed at `price`.
    @inline(__always) mutating func settle(_ position: KernelPosition, _ row: Int, _ price: Double) {
        let exit = price * (position.isLong ? selling : buying)
        let fee = abs(position.units) * exit * feeRate
        let profit = position.units * (exit - position.entryPrice) - position.entryFee - fee
        if let log {
            log[trades] = KernelTrade(
                entryRow: Int64(position.entryRow), exitRow: Int64(row), units: position.units,
                entryPrice: position.entryPrice, exitPrice: exit, profit: profit)
        }
        count(profit)
    }
}
