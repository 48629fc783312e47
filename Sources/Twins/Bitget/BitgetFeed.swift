import Core

/// What the public streams are about to tell.
struct BitgetFeed: Sendable {
    struct Trade: Sendable {
        let id: Int
        let price: Price
        let size: Quantity
        let side: Side
        let at: Timestamp
    }

    struct Line: Sendable {
        var isDirty = true
        var pushedAt = Timestamp.epoch
        var depth: BitgetDepth?
        var sequence = 1
        /// The last trades, newest last.
        var trades: [Trade] = []
        var unpushed = 0
        var last: Price?
    }

    var lines: [Symbol: Line] = [:]
    private var tradeCount = 0

    /// A price was traded.
    mutating func touch(_ symbol: Symbol, price: Price, volume: Double, at now: TwinMoment) {
        var line = lines[symbol] ?? Line()
        lines[symbol] = nil
        line.isDirty = true
        tradeCount += 1
        let side: Side = price >= line.last ?? price ? .buy : .sell
        let size = FixedDecimal(measured: max(volume, 0))?.quantised(to: FixedDecimal(units: 10_000_000), rounding: .up)
        line.trades.append(
            Trade(id: tradeCount, price: price, size: Quantity(size ?? .one), side: side, at: now.venue))
        if line.trades.count > 1_000 { line.trades.removeFirst(500) }
        line.unpushed = min(line.unpushed + 1, 50)
        line.last = price
        lines[symbol] = line
    }
}
