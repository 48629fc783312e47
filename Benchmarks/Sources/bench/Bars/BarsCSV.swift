import Foundation

extension BenchmarkBars {
    /// Reads bars of our convention whose prices have at most two and whose volumes at most four digits behind the
    /// point; nil for the first `count` generated bars.
    init(path: String?, count: Int) throws {
        guard let path else {
            self.init(count: count)
            return
        }
        let text = try String(contentsOfFile: path, encoding: .utf8)
        var rows: [Row] = []
        for (number, line) in text.split(separator: "\n").enumerated().dropFirst() {
            let fields = line.split(separator: ",")
            guard fields.count == 6, let time = Int64(fields[0]), let open = Self.units(fields[1], places: 2),
                let high = Self.units(fields[2], places: 2), let low = Self.units(fields[3], places: 2),
                let close = Self.units(fields[4], places: 2), let volume = Self.units(fields[5], places: 4)
            else { throw BenchmarkFault("\(path), line \(number + 1): not a bar in cents") }
            rows.append(Row(openTime: time, open: open, high: high, low: low, close: close, volume: volume))
        }
        self.init(rows: rows)
    }

    private static func units(_ text: Substring, places: Int) -> Int64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = parts.first else { return nil }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard fraction.count <= places else { return nil }
        return Int64(whole + fraction + String(repeating: "0", count: places - fraction.count))
    }
}
