package import Core

/// Rows read from CSV text, with the line and the bytes each came from.
package struct BarRows: Sendable {
    /// Milliseconds UTC at which each bar opens.
    package private(set) var openTimes: [Int64] = []
    package private(set) var open: [Double] = []
    package private(set) var high: [Double] = []
    package private(set) var low: [Double] = []
    package private(set) var close: [Double] = []
    package private(set) var volume: [Double] = []
    /// The line each row stands on, from 1.
    package private(set) var lines: [Int] = []
    /// The bytes of each row, without its line end.
    package private(set) var texts: [Range<Int>] = []

    /// No rows yet, with room for some.
    package init(capacity: Int) {
        openTimes.reserveCapacity(capacity)
        open.reserveCapacity(capacity)
        high.reserveCapacity(capacity)
        low.reserveCapacity(capacity)
        close.reserveCapacity(capacity)
        volume.reserveCapacity(capacity)
        lines.reserveCapacity(capacity)
        texts.reserveCapacity(capacity)
    }

    /// Adds a row.
    package mutating func append(_ bar: Bar, line: Int, text: Range<Int>) {
        openTimes.append(bar.openTime.milliseconds)
        open.append(bar.open)
        high.append(bar.high)
        low.append(bar.low)
        close.append(bar.close)
        volume.append(bar.volume)
        lines.append(line)
        texts.append(text)
    }

    /// The rows at the given places, in their order.
    package func selecting(_ kept: [Int]) -> BarRows {
        var rows = BarRows(capacity: 0)
        rows.openTimes = kept.map { openTimes[$0] }
        rows.open = kept.map { open[$0] }
        rows.high = kept.map { high[$0] }
        rows.low = kept.map { low[$0] }
        rows.close = kept.map { close[$0] }
        rows.volume = kept.map { volume[$0] }
        rows.lines = kept.map { lines[$0] }
        rows.texts = kept.map { texts[$0] }
        return rows
    }
}
