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

    /// What was asked for in earlier runs; a series without gaps tells by itself what is missing.
    private var askedPath: String { "\(folder).json" }
    private var folder: String { "\(store.folder)/../downloads/\(source.label)-\(symbol)-\(interval)" }

    func run() async throws -> BarImport {
        try await fetch()
    }

    private func fetch() async throws -> BarImport {
        try AtomicFile.createFolder(folder)
        let stored = (try? store.stored(symbol, interval)).map { series in (0..<series.count).map { series[$0] } } ?? []
        let opens = stored.map(\.openTime.milliseconds)
        let have = Set(opens)
        var bars = Dictionary(stored.map { ($0.openTime.milliseconds, $0) }, uniquingKeysWith: { old, _ in old })
        var asked = source.hasGaps ? AskedBars(path: askedPath, stored: have) : AskedBars()
        let parts = parts(without: have, asked)
        // From the newest to the oldest, as the venue pages.
        for (index, part) in parts.reversed().enumerated() {
            for bar in try await self.part(part) where bar.flaw == nil && isFree(bar, beside: opens) {
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
        if source.hasGaps, let newest = bars.keys.filter({ $0 < wanted.upperBound }).max() {
            // A bar after the newest one may not have been there yet.
            asked.add(wanted.clamped(to: .min..<newest + interval.milliseconds), stored: Set(bars.keys))
            try asked.write(to: askedPath)
        }
        try? FileManager.default.removeItem(atPath: folder)
        return result
    }

    /// Whether no stored bar overlaps one: a venue may open its days at another hour than the series that is there, and
    /// what is stored stays.
    private func isFree(_ bar: Bar, beside stored: [Int64]) -> Bool {
        guard source.hasGaps else { return true }
        let open = bar.openTime.milliseconds
        var (low, high) = (0, stored.count)
        while low < high {
            let middle = (low + high) / 2
            if stored[middle] < open { low = middle + 1 } else { high = middle }
        }
        let isBehind = low == 0 || open - stored[low - 1] >= interval.milliseconds
        return isBehind && (low == stored.count || stored[low] - open >= interval.milliseconds || stored[low] == open)
    }

    /// The moments that bars open at, from the first to the last that is wanted.
    private var wanted: Range<Int64> {
        let first = interval.start(holding: from.milliseconds + interval.milliseconds - 1)
        return first..<max(first, interval.start(holding: to.milliseconds))
    }

    /// Stretches of time, aligned alike in every run, that hold a bar which is not stored.
    private func parts(without have: Set<Int64>, _ asked: AskedBars) -> [Range<Int64>] {
        let step = interval.milliseconds
        let (length, origin) = (Self.partBars * step, interval.start(holding: 0))
        var parts: [Range<Int64>] = []
        var begin = (wanted.lowerBound - origin) / length * length + origin
        while begin < wanted.upperBound {
            let part = (begin..<begin + length).clamped(to: wanted)
            // Nights and holidays lie between what is stored.
            if !part.isEmpty, !asked.covers(part),
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
