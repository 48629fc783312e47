import Core

/// Bars made by hand.
enum TestBars {
    /// Why bars could not be made.
    struct Impossible: Error {}

    /// An hourly series from (open, high, low, close) rows.
    static func series(_ rows: [(Double, Double, Double, Double)], volume: Double = 10) throws -> BarSeries {
        guard let symbol = Symbol("TEST"), let interval = BarInterval("1h") else { throw Impossible() }
        let bars = rows.enumerated().map { row, price in
            Bar(
                openTime: Timestamp(milliseconds: Int64(row) * 3_600_000), open: price.0, high: price.1,
                low: price.2, close: price.3, volume: volume)
        }
        return try BarSeries(symbol: symbol, interval: interval, bars: bars)
    }

    /// Bars that never move.
    static func flat(count: Int, price: Double, volume: Double) throws -> BarSeries {
        try series(Array(repeating: (price, price, price, price), count: count), volume: volume)
    }
}
