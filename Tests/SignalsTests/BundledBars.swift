import Core
import Foundation

/// The bars that the repository ships in `data_cache/bars`.
enum BundledBars {
    /// The names of some of them: a coin by the hour and a share by the day.
    static let names = ["BTCUSDT-1h", "SBER-1d"]

    /// Reads a file of `timestamp,open,high,low,close,volume` rows.
    static func series(_ name: String) throws -> BarSeries {
        // This file is three steps below the root.
        let root = (0..<3).reduce(URL(filePath: #filePath)) { path, _ in path.deletingLastPathComponent() }
        let text = try String(contentsOf: root.appending(path: "data_cache/bars/\(name).csv"), encoding: .utf8)
        let bars = text.split(separator: "\n").dropFirst().map { line in
            let fields = line.split(separator: ",").map { Double($0) ?? .nan }
            return Bar(
                openTime: Timestamp(milliseconds: Int64(fields[0])), open: fields[1], high: fields[2], low: fields[3],
                close: fields[4], volume: fields[5])
        }
        let parts = name.split(separator: "-")
        guard let symbol = Symbol(parts[0]), let interval = BarInterval(parts[1]) else {
            throw CocoaError(.fileReadCorruptFile)
        }
        return try BarSeries(symbol: symbol, interval: interval, bars: bars)
    }
}
