import Core
import Foundation

/// Bars and recorded oracle columns of one file in `Fixtures`.
struct Fixture: Sendable {
    static let names = ["btcusdt-1h", "sber-1d"]

    let bars: BarSeries
    private let columns: [String: [Double]]

    init(_ name: String) throws {
        let parts = name.split(separator: "-")
        guard let file = Bundle.module.url(forResource: name, withExtension: "csv", subdirectory: "Fixtures"),
            let symbol = Symbol(parts[0]), let interval = BarInterval(parts[1])
        else { throw CocoaError(.fileNoSuchFile) }
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        let rows = lines.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        var columns: [String: [Double]] = [:]
        for (index, name) in lines[0].split(separator: ",").enumerated() {
            columns[String(name)] = rows.map { Double($0[index]) ?? .nan }
        }
        func column(_ name: String) -> [Double] { columns[name] ?? [] }
        bars = try BarSeries(
            symbol: symbol, interval: interval, openTimes: column("timestamp").map { Int64($0) },
            open: column("open"), high: column("high"), low: column("low"), close: column("close"),
            volume: column("volume"))
        self.columns = columns
    }

    /// A recorded column; NaN where the file's cell is empty.
    subscript(name: String) -> [Double] { columns[name] ?? [] }
}
