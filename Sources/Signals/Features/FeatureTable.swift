public import Core

/// The feature columns of one series, computed once and shared by every genome, fold and thread.
///
/// A column depends on the bars from row 0 on; row t of it on bars 0...t only. All columns together take 1,152 bytes a
/// bar.
public struct FeatureTable: Sendable {
    /// The bars the columns belong to.
    public let bars: BarSeries
    private let columns: [[Double]]

    /// Computes the columns of `keys` (all, unless told otherwise) over `bars`.
    public init(bars: BarSeries, keys: [ColumnKey] = ColumnKey.all) {
        self.bars = bars
        var columns = Array(repeating: [Double](), count: ColumnKey.all.count)
        for key in keys where columns[key.slot].isEmpty { columns[key.slot] = key.column(over: bars) }
        self.columns = columns
    }

    /// One column, a value a bar; NaN while warming up.
    ///
    /// - Precondition: the column was asked for at creation.
    public subscript(key: ColumnKey) -> [Double] {
        let column = columns[key.slot]
        precondition(column.count == bars.count, "the table was made without the column \(key)")
        return column
    }
}
