public import CSearchKernel

/// Trades one strategy over a window: fills `scratch` and answers the number of closed positions.
@inline(never)
public func tradeWindow(
    _ bars: UnsafePointer<KernelBars>, _ strategy: UnsafePointer<KernelStrategy>,
    _ scratch: UnsafePointer<KernelScratch>
) -> Int {
    writeEntries(strategy, rows: Int(bars.pointee.rows), scratch.pointee)
    guard var trading = KernelTrading(bars.pointee, strategy, scratch.pointee) else { return 0 }
    trading.run()
    return trading.trades
}

/// Sums up the returns of eight strategies, each `stride` values after the one before.
@inline(never)
public func sumWindow(
    _ returns: UnsafePointer<Double>, stride: Int, rows: Int, _ sums: UnsafeMutablePointer<KernelSums>
) {
    @inline(__always) func lanes(_ row: Int) -> Lanes {
        let first = returns + row
        let second = first + 4 * stride
        return Lanes(
            first[0], first[stride], first[2 * stride], first[3 * stride], second[0], second[stride],
            second[2 * stride], second[3 * stride])
    }
    var (net, equity) = (Lanes(repeating: 0), Lanes(repeating: 1))
    var (peak, fall, from) = (Lanes(repeating: 1), Lanes(repeating: 0), Lanes(repeating: 1))
    for row in 0..<rows {
        let change = lanes(row)
        net += change
        equity += change
        peak = peak.replacing(with: equity, where: equity .> peak)
        // Which fall is the deepest share of its peak, compared without dividing.
        let depth = peak - equity
        let isDeeper = depth * from .> fall * peak
        fall = fall.replacing(with: depth, where: isDeeper)
        from = from.replacing(with: peak, where: isDeeper)
    }
    let mean = net / Lanes(repeating: Double(rows))
    var squares = Lanes(repeating: 0)
    // From the last row to the first: long windows are still in the cache by their ends.
    var row = rows
    while row > 0 {
        row &-= 1
        let distance = lanes(row) - mean
        squares += distance * distance
    }
    let raw = UnsafeMutableRawPointer(sums)
    raw.storeBytes(of: net, as: Lanes.self)
    raw.storeBytes(of: squares, toByteOffset: 64, as: Lanes.self)
    raw.storeBytes(of: fall, toByteOffset: 128, as: Lanes.self)
    raw.storeBytes(of: from, toByteOffset: 192, as: Lanes.self)
}
