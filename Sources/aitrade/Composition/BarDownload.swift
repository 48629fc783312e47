import Brokers
import Core
import Foundation
import Storage

/// Fetches the bars of one series that are not stored, in parts that survive an interruption, and imports them.
struct BarDownload {
    /// Bars of one part.
    private static let partBars: Int64 = 5000

    let symbol: Symbol
    let interval: BarInterval
    let from: Timestamp
    let to: Timestamp
    let source: BarSource
    let store: BarStore
    let isQuiet: Bool

    private var folder: String { "\(store.folder)/../downloads/\(source.label)-\(symbol)-\(interval)" }

    func run() async throws -> BarImport {
        try await fetch()
    }

    private func fetch() async throws -> BarImport {
        try AtomicFile.createFolder(folder)
        let stored = (try? store.stored(symbol, interval)).map { series in (0..<series.count).map { series[$0] } } ?? []
        let have = Set(stored.map(\.openTime.milliseconds))
        var bars = Dictionary(stored.map { ($0.openTime.milliseconds, $0) }, uniquingKeysWith: { old, _ in old })
        let parts = parts(without: have)
        // From the newest to the oldest, as the venue pages.
        for (index, part) in parts.reversed().enumerated() {
            for bar in try await self.part(part) where bar.flaw == nil {
                bars[bar.openTime.milliseconds] = bars[bar.openTime.milliseconds] ?? bar
            }
            show(index + 1, of: parts.count)
        }
        guard !bars.isEmpty else {
            throw VenueError(
                .notFound, code: "NO_BARS", message: "there are no \(interval) bars of \(symbol) in this range")
        }
        let path = "\(folder)/\(symbol)-\(interval).csv"
        try AtomicFile.write(Self.csv(bars.keys.sorted().compactMap { bars[$0] }), to: path)
        let result = try store.importFile(path, symbol: symbol, interval: interval)
        try? FileManager.default.removeItem(atPath: folder)
        return result
    }

    /// Stretches of time, aligned alike in every run, that hold a bar which is not stored.
    private func parts(without have: Set<Int64>) -> [Range<Int64>] {
        let step = interval.milliseconds
        let length = Self.partBars * step
        let first = (from.milliseconds + step - 1) / step * step
        let last = to.milliseconds / step * step
        var parts: [Range<Int64>] = []
        let stored = (have.min() ?? 0)..<((have.max() ?? -step) + step)
        var begin = first / length * length
        while begin < last {
            let part = max(begin, first)..<min(begin + length, last)
            // Nights and holidays lie between what is stored.
            let isInside =
                source.hasGaps && part.lowerBound >= stored.lowerBound && part.upperBound <= stored.upperBound
            if !part.isEmpty, !isInside,
                stride(from: part.lowerBound, to: part.upperBound, by: Int(step)).contains(where: { !have.contains($0) }
                )
            {
                parts.append(part)
            }
            begin += length
        }
        return parts
    }

    /// One part, from an interrupted run if it was fetched whole then.
    private func part(_ range: Range<Int64>) async throws -> [Bar] {
        let path = "\(folder)/\(range.lowerBound)-\(range.upperBound).json"
        if let data = FileManager.default.contents(atPath: path),
            let bars = try? JSONDecoder().decode([Bar].self, from: data)
        {
            return bars
        }
        let bars = try await source.bars(symbol, interval, range)
        try AtomicFile.write(Array(try JSONEncoder().encode(bars)), to: path)
        return bars
    }

    private func show(_ done: Int, of total: Int) {
        guard !isQuiet else { return }
        let isTerminal = isatty(FileHandle.standardError.fileDescriptor) == 1
        let filled = done * 24 / max(total, 1)
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 24 - filled)
        let line = "[\(bar)] \(symbol)-\(interval) \(done)/\(total)"
        let text = isTerminal ? "\r\u{1B}[K" + line + (done == total ? "\n" : "") : line + "\n"
        FileHandle.standardError.write(Data(text.utf8))
    }

    private static func csv(_ bars: [Bar]) -> [UInt8] {
        var text = "timestamp,open,high,low,close,volume\n"
        for bar in bars {
            let cells = [bar.open, bar.high, bar.low, bar.close, bar.volume].map { value in
                FixedDecimal(measured: value)?.description ?? "\(value)"
            }
            text += "\(bar.openTime.milliseconds)," + cells.joined(separator: ",") + "\n"
        }
        return Array(text.utf8)
    }
}
