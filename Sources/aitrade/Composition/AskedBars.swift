import Foundation
import Storage

/// Which stretches of time a venue was asked for the bars of, and how many of each were stored then. Markets close, so
/// the bars that are stored do not tell by themselves where some are missing.
struct AskedBars: Codable {
    struct Stretch: Codable {
        /// In milliseconds since 1970 UTC; a bar belongs to it that opened in `from..<to`.
        var from: Int64
        var to: Int64
        var bars: Int

        func holds(_ time: Int64) -> Bool { time >= from && time < to }
    }

    private(set) var stretches: [Stretch] = []

    init() {}

    /// What is written in a file; nothing when there is none. A stretch of which bars have gone since is forgotten.
    init(path: String, stored: Set<Int64>) {
        guard let data = FileManager.default.contents(atPath: path),
            let read = try? JSONDecoder().decode(AskedBars.self, from: data)
        else { return }
        stretches = read.stretches.filter { stretch in stored.count(where: stretch.holds) >= stretch.bars }
    }

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try AtomicFile.write(Array(try encoder.encode(self)), to: path)
    }

    /// Whether all of a stretch was asked for.
    func covers(_ part: Range<Int64>) -> Bool {
        stretches.contains { $0.from <= part.lowerBound && part.upperBound <= $0.to }
    }

    /// A stretch was asked for; one that reaches another becomes one with it.
    mutating func add(_ asked: Range<Int64>, stored: Set<Int64>) {
        guard !asked.isEmpty else { return }
        var merged = Stretch(from: asked.lowerBound, to: asked.upperBound, bars: 0)
        for other in stretches where other.from <= merged.to && merged.from <= other.to {
            (merged.from, merged.to) = (min(merged.from, other.from), max(merged.to, other.to))
        }
        merged.bars = stored.count(where: merged.holds)
        stretches = stretches.filter { $0.to < merged.from || merged.to < $0.from } + [merged]
        stretches.sort { $0.from < $1.from }
    }
}
