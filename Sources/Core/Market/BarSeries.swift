/// Bars of one symbol and interval as a struct of arrays, ascending by time.
///
/// All columns have the same length. Gaps stay gaps: two neighbouring rows may be more than one interval apart, never
/// less. A series can only be made through ``init(symbol:interval:openTimes:open:high:low:close:volume:)``, which
/// checks this, so code that holds a series never checks again.
public struct BarSeries: Hashable, Sendable {
    /// The instrument.
    public let symbol: Symbol
    /// The length of each bar.
    public let interval: BarInterval
    /// Milliseconds UTC at which each bar opens.
    public let openTimes: [Int64]
    /// First prices.
    public let open: [Double]
    /// Highest prices.
    public let high: [Double]
    /// Lowest prices.
    public let low: [Double]
    /// Last prices.
    public let close: [Double]
    /// Volumes.
    public let volume: [Double]

    /// Checks every row and takes the columns.
    ///
    /// - Throws: ``BarSeriesError`` naming the first offending row.
    public init(
        symbol: Symbol, interval: BarInterval, openTimes: [Int64],
        open: [Double], high: [Double], low: [Double], close: [Double], volume: [Double]
    ) throws(BarSeriesError) {
        let count = openTimes.count
        guard [open.count, high.count, low.count, close.count, volume.count].allSatisfy({ $0 == count }) else {
            throw .columnsDiffer
        }
        (self.symbol, self.interval, self.openTimes) = (symbol, interval, openTimes)
        (self.open, self.high, self.low, self.close, self.volume) = (open, high, low, close, volume)
        for row in 0..<count {
            if let flaw = self[row].flaw { throw .flawedBar(row: row, flaw) }
            guard Self.possibleTimes.contains(openTimes[row]) else { throw .timeOutOfRange(row: row) }
            if row > 0, openTimes[row] - openTimes[row - 1] < interval.milliseconds { throw .notAscending(row: row) }
        }
    }

    /// Open times beyond these cannot be added to or subtracted from each other safely.
    private static let possibleTimes = -Timestamp.distantFuture.milliseconds...Timestamp.distantFuture.milliseconds

    /// Collects checked bars.
    ///
    /// - Throws: ``BarSeriesError`` naming the first offending row.
    public init(symbol: Symbol, interval: BarInterval, bars: [Bar]) throws(BarSeriesError) {
        try self.init(
            symbol: symbol, interval: interval, openTimes: bars.map(\.openTime.milliseconds),
            open: bars.map(\.open), high: bars.map(\.high), low: bars.map(\.low),
            close: bars.map(\.close), volume: bars.map(\.volume))
    }

    private init(slicing other: BarSeries, _ rows: Range<Int>) {
        (symbol, interval) = (other.symbol, other.interval)
        openTimes = Array(other.openTimes[rows])
        open = Array(other.open[rows])
        high = Array(other.high[rows])
        low = Array(other.low[rows])
        close = Array(other.close[rows])
        volume = Array(other.volume[rows])
    }

    /// The number of bars.
    @inlinable public var count: Int { openTimes.count }

    /// Whether there is no bar at all.
    public var isEmpty: Bool { openTimes.isEmpty }

    /// One row as a bar.
    @inlinable public subscript(row: Int) -> Bar {
        Bar(
            openTime: Timestamp(milliseconds: openTimes[row]), open: open[row], high: high[row], low: low[row],
            close: close[row], volume: volume[row])
    }

    /// The moment at which bar `row` is complete.
    public func closeTime(_ row: Int) -> Timestamp {
        Timestamp(milliseconds: openTimes[row] + interval.milliseconds)
    }

    /// A copy of some rows.
    public func slice(_ rows: Range<Int>) -> BarSeries {
        BarSeries(slicing: self, rows)
    }

    /// The first `count` rows.
    public func prefix(_ count: Int) -> BarSeries {
        slice(0..<Swift.min(count, self.count))
    }

    /// The places where bars are missing, as (row before the gap, number of bars missing).
    public var gaps: [(after: Int, missing: Int64)] {
        (1..<Swift.max(count, 1)).compactMap { row in
            let missing = (openTimes[row] - openTimes[row - 1]) / interval.milliseconds - 1
            return missing > 0 ? (row - 1, missing) : nil
        }
    }

    /// SHA-256 over the rows in their canonical binary form: per row the open time as little-endian i64 followed by
    /// open, high, low, close and volume as little-endian f64.
    public var digest: Digest {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count * 48)
        for row in 0..<count {
            Self.append(UInt64(bitPattern: openTimes[row]), to: &bytes)
            for value in [open[row], high[row], low[row], close[row], volume[row]] {
                Self.append(value.bitPattern, to: &bytes)
            }
        }
        return Digest.sha256(bytes)
    }

    private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

/// Why columns do not make a ``BarSeries``.
public enum BarSeriesError: Error, Hashable, Sendable {
    /// The columns have different lengths.
    case columnsDiffer
    /// A row opens less than one interval after the row before it.
    case notAscending(row: Int)
    /// A row opens further from the epoch than ``Timestamp/distantFuture``.
    case timeOutOfRange(row: Int)
    /// A row is not a sound bar.
    case flawedBar(row: Int, BarFlaw)
}
