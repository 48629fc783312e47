import CSearchKernel
public import Core

/// The feature columns of one series, computed once and shared by every genome, fold and thread.
///
/// A column depends on the bars from row 0 on; row t of it on bars 0...t only. All columns together take 1,152 bytes a
/// bar, in one piece of memory; a search keeps the features in steps beside them (`CoarseColumns`), 256 bytes more.
public struct FeatureTable: Sendable {
    /// The bars the columns belong to.
    public let bars: BarSeries
    /// The trend over several timeframes, a value a bar (``TimeframeTrend``); empty when it was not asked for.
    public let timeframes: [Double]
    private let values: [Double]
    /// Where each column starts in the values; nil for one that was not asked for.
    private let starts: [Int?]

    /// How one column comes about.
    package typealias ColumnMaker = @Sendable (ColumnKey, BarSeries) -> [Double]

    /// Each column by its own machine.
    package static let column: ColumnMaker = { $0.column(over: $1) }

    /// Computes the columns of `keys` (all, unless told otherwise) over `bars`, and the trend over `timeframes`.
    public init(bars: BarSeries, keys: [ColumnKey] = ColumnKey.all, timeframes: TimeframeWeights? = nil) {
        self.init(bars: bars, keys: keys, timeframes: timeframes, column: Self.column)
    }

    /// The same with columns of another making, such as one that looks ahead.
    package init(bars: BarSeries, keys: [ColumnKey], timeframes: TimeframeWeights?, column: ColumnMaker) {
        self.bars = bars
        self.timeframes = timeframes.map { TimeframeTrend($0, base: bars.interval).column(over: bars) } ?? []
        var starts: [Int?] = Array(repeating: nil, count: ColumnKey.all.count)
        values = Array(unsafeUninitializedCapacity: keys.count * bars.count) { buffer, filled in
            if let start = buffer.baseAddress {
                kernel_prefer_large_pages(start, Int64(buffer.count * MemoryLayout<Double>.stride))
            }
            for key in keys where starts[key.slot] == nil {
                starts[key.slot] = filled
                filled = buffer[filled...].initialize(fromContentsOf: column(key, bars))
            }
        }
        self.starts = starts
    }

    /// One column, a value a bar; NaN while warming up.
    ///
    /// - Precondition: the column was asked for at creation.
    public subscript(key: ColumnKey) -> [Double] { Array(self[key, 0..<bars.count]) }

    /// Some rows of one column.
    ///
    /// - Precondition: the column was asked for at creation, and has the rows.
    public subscript(key: ColumnKey, rows: Range<Int>) -> ArraySlice<Double> {
        let start = Self.start(key, starts)
        return values[(start + rows.lowerBound)..<(start + rows.upperBound)]
    }

    /// The columns as they lie in memory.
    struct Columns {
        let base: UnsafePointer<Double>?
        fileprivate let starts: [Int?]

        /// Where a column starts behind the base.
        func start(_ key: ColumnKey) -> Int { FeatureTable.start(key, starts) }
    }

    /// Lends the columns to `body`, and for no longer.
    func withColumns<Result>(_ body: (Columns) -> Result) -> Result {
        values.withUnsafeBufferPointer { body(Columns(base: $0.baseAddress, starts: starts)) }
    }

    private static func start(_ key: ColumnKey, _ starts: [Int?]) -> Int {
        guard let start = starts[key.slot] else { preconditionFailure("the table was made without the column \(key)") }
        return start
    }
}
