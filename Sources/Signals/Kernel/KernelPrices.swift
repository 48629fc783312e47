import Core

/// The prices of a series in one piece, with room behind each column for the kernel to read beyond its end.
struct KernelPrices: Sendable {
    let values: [Double]
    let stride: Int

    private static let room = 16

    init(_ bars: BarSeries) {
        let room = Array(repeating: Double.nan, count: Self.room)
        stride = bars.count + Self.room
        values = bars.open + room + bars.high + room + bars.low + room + bars.close + room
    }
}
