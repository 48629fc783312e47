import Core

/// The bars that every benchmark and every peer works on: a random walk in whole cents, the same in every language.
struct BenchmarkBars {
    /// One bar in whole units, so that nothing is lost between programs.
    struct Row: Hashable {
        let openTime: Int64
        let open: Int64
        let high: Int64
        let low: Int64
        let close: Int64
        /// In 1/10 000.
        let volume: Int64
    }

    static let interval: Int64 = 60_000
    let rows: [Row]

    /// The first `count` bars.
    init(count: Int) {
        var random = SplitMix64(state: 42)
        func bell() -> Int64 {
            let word = random.next()
            let sum = (0..<4).reduce(0) { $0 + Int64((word >> (UInt64($1) * 16)) & 0xffff) }
            return sum - 131_070
        }
        var rows: [Row] = []
        rows.reserveCapacity(count)
        var last: Int64 = 3_000_000
        for index in 0..<Int64(count) {
            let open = last + last * bell() / 756_740_000
            var (price, high, low) = (open, open, open)
            for _ in 0..<8 {
                price += price * bell() / 189_185_000
                (high, low) = (max(high, price), min(low, price))
            }
            let volume = 10_000 + Int64(random.next() % 200_000) + 50 * abs(price - open)
            rows.append(
                Row(
                    openTime: 1_704_067_200_000 + index * Self.interval, open: open, high: high, low: low,
                    close: price, volume: volume))
            last = price
        }
        self.rows = rows
    }

    /// Takes rows that were read from a file.
    init(rows: [Row]) { self.rows = rows }

    /// The bars as `timestamp,open,high,low,close,volume`.
    var csv: String {
        var text = "timestamp,open,high,low,close,volume\n"
        for row in rows {
            text += "\(row.openTime)"
            for cents in [row.open, row.high, row.low, row.close] { text += "," + Self.decimal(cents, places: 2) }
            text += "," + Self.decimal(row.volume, places: 4) + "\n"
        }
        return text
    }

    /// `units` with the point `places` digits from the right.
    static func decimal(_ units: Int64, places: Int) -> String {
        let scale = (0..<places).reduce(Int64(1)) { product, _ in product * 10 }
        let part = String(units % scale)
        return "\(units / scale)." + String(repeating: "0", count: places - part.count) + part
    }

    /// The bars as a series of the symbol `BENCH`.
    func series() throws -> BarSeries {
        try BarSeries(
            symbol: try benchmarkSymbol(), interval: try benchmarkInterval(), openTimes: rows.map(\.openTime),
            open: rows.map { Double($0.open) / 100 }, high: rows.map { Double($0.high) / 100 },
            low: rows.map { Double($0.low) / 100 }, close: rows.map { Double($0.close) / 100 },
            volume: rows.map { Double($0.volume) / 10_000 })
    }
}

/// The symbol of all benchmark bars.
func benchmarkSymbol() throws -> Symbol { try required(Symbol("BENCH")) }

func benchmarkInterval() throws -> BarInterval { try required(BarInterval("1m")) }

/// A benchmark whose own constants or results are wrong.
struct BenchmarkFault: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// The value, or a fault that names where it was missing.
func required<Value>(_ value: Value?, _ place: String = #function) throws -> Value {
    guard let value else { throw BenchmarkFault("a constant of \(place) is malformed") }
    return value
}
