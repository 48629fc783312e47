import CSearchKernel
import Core

/// The features of a table in whole steps (`KernelSteps.h`): a quarter of the memory, and enough for nearly every
/// decision.
struct CoarseColumns: Sendable {
    private let values: [Int16]
    private let stride: Int
    /// The row of each column from which on it says what the table says.
    private let trueFrom: [Int]

    /// Features are clipped to this.
    private static let reach = 3.0
    /// Rows behind each column that the kernel may read.
    private static let room = 64

    init(_ table: FeatureTable) {
        let (count, stride) = (table.bars.count, table.bars.count + Self.room)
        let keys = ColumnKey.all.filter { if case .feature = $0 { true } else { false } }
        var trueFrom: [Int] = []
        values = Array(unsafeUninitializedCapacity: keys.count * stride) { buffer, filled in
            if let start = buffer.baseAddress {
                kernel_prefer_large_pages(start, Int64(buffer.count * MemoryLayout<Int16>.stride))
            }
            for key in keys {
                var first = 0
                for (row, value) in table[key, 0..<count].enumerated() {
                    // Not so while it warms up, or where a column is of another making.
                    let isWithin = abs(value) <= Self.reach
                    if !isWithin { first = row + 1 }
                    let steps = isWithin ? (value * Double(KERNEL_STEPS)).rounded(.toNearestOrEven) : 0
                    buffer.initializeElement(at: filled + row, to: Int16(steps))
                }
                buffer[(filled + count)..<(filled + stride)].initialize(repeating: 0)
                filled += stride
                trueFrom.append(first)
            }
        }
        (self.stride, self.trueFrom) = (stride, trueFrom)
    }

    /// The columns as they lie in memory, from a row on.
    struct Rows {
        fileprivate let base: UnsafePointer<Int16>?
        fileprivate let columns: CoarseColumns
        fileprivate let first: Int

        /// The column of a slot of ``ColumnKey``.
        func start(_ slot: Int) -> UnsafePointer<Int16>? { base.map { $0 + slot * columns.stride + first } }

        /// Whether that column says what the table says on all of these rows.
        func isTrue(_ slot: Int) -> Bool { columns.trueFrom[slot] <= first }
    }

    /// Lends the columns from a row on to `body`, and for no longer.
    func lend<Result>(from row: Int, _ body: (Rows) -> Result) -> Result {
        values.withUnsafeBufferPointer { body(Rows(base: $0.baseAddress, columns: self, first: row)) }
    }
}
