public import CSearchKernel

/// Writes one bit a row where `left` is greater than `right`, sixty-four rows a word.
@inline(never)
public func compareRows(
    _ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>, words: UnsafeMutablePointer<UInt64>, count: Int
) {
    var word = 0
    while word < count {
        let start = word &<< 6
        var bits: UInt64 = 0
        var step = 0
        while step < 64 {
            let above = kernel_above(left.lanes(start &+ step), right.lanes(start &+ step))
            bits |= UInt64(above) &<< UInt64(truncatingIfNeeded: step)
            step &+= 8
        }
        words[word] = bits
        word &+= 1
    }
}

/// Continues sixteen pairs of exponential averages over `count` rows, a multiple of 64, and writes one bit a row where
/// the first of a pair is greater. The words of pair p start at `p * stride`.
///
/// `e += k (x - e)`; `factors` and `states` hold the sixteen first averages, then the sixteen second ones.
@inline(never)
public func crossRows(
    _ values: UnsafePointer<Double>, count: Int, factors: UnsafePointer<Double>,
    states: UnsafeMutablePointer<Double>, words: UnsafeMutablePointer<UInt64>, stride: Int,
    bytes: UnsafeMutablePointer<UInt8>
) {
    let (ka, kb, kc, kd) = (factors.lanes(0), factors.lanes(8), factors.lanes(16), factors.lanes(24))
    let before = UnsafePointer(states)
    var (a, b, c, d) = (before.lanes(0), before.lanes(8), before.lanes(16), before.lanes(24))
    var row = 0
    while row < count {
        var step = 0
        while step < 64 {
            let value = Lanes(repeating: values[row &+ step])
            a += ka * (value - a)
            c += kc * (value - c)
            b += kb * (value - b)
            d += kd * (value - d)
            bytes[step] = UInt8(truncatingIfNeeded: kernel_above(a, c))
            bytes[64 &+ step] = UInt8(truncatingIfNeeded: kernel_above(b, d))
            step &+= 1
        }
        kernel_gather_bits(bytes, words + row &>> 6, Int64(stride))
        kernel_gather_bits(bytes + 64, words + (row &>> 6 &+ 8 &* stride), Int64(stride))
        row &+= 64
    }
    states.store(a, at: 0)
    states.store(b, at: 8)
    states.store(c, at: 16)
    states.store(d, at: 24)
}

/// Fills the decisions of a block of rows: all cash is held where the rule's bit is set.
///
/// A decision at the close of row i is filled at the open of row i + 1. Only changes are looked at: they are listed
/// first, without a branch for each, and then filled in turn, a purchase and a sale at a time.
@inline(never)
public func fillRows(
    _ account: UnsafeMutablePointer<KernelAccount>, words: UnsafePointer<UInt64>, _ sweep: UnsafePointer<KernelSweep>
) {
    guard let open = sweep.pointee.open, let changes = sweep.pointee.changes else { return }
    let first = Int(account.pointee.firstRow)
    let count = listChanges(account, words, sweep.pointee, first, changes)
    guard count > 0 else { return }
    let (buying, selling) = (sweep.pointee.buying, sweep.pointee.selling)
    let next = open + 1
    var (cash, units) = (account.pointee.cash, account.pointee.units)
    var index = 0
    if units > 0 {
        cash = units * next[Int(changes[0])] * selling
        units = 0
        index = 1
    }
    while index &+ 1 < count {
        let bought = cash / (next[Int(changes[index])] * buying)
        cash = bought * next[Int(changes[index &+ 1])] * selling
        index &+= 2
    }
    if index < count {
        units = cash / (next[Int(changes[index])] * buying)
        cash = 0
    }
    (account.pointee.cash, account.pointee.units) = (cash, units)
}

/// Lists the rows of a block at which a rule's bit differs from that of the row before.
@inline(__always)
private func listChanges(
    _ account: UnsafeMutablePointer<KernelAccount>, _ words: UnsafePointer<UInt64>, _ sweep: KernelSweep, _ first: Int,
    _ changes: UnsafeMutablePointer<Int32>
) -> Int {
    var held = account.pointee.held
    var (start, end, word, count) = (Int(sweep.start), Int(sweep.end), 0, 0)
    while start < end {
        var bits = words[word]
        if start < first { bits &= first &- start >= 64 ? 0 : ~0 &<< UInt64(truncatingIfNeeded: first &- start) }
        var left = bits ^ (bits &<< 1 | held)
        if end &- start < 64 { left &= (1 &<< UInt64(truncatingIfNeeded: end &- start)) &- 1 }
        held = bits &>> 63
        let found = left.nonzeroBitCount
        var place = count
        // Four are written whether they are there or not; more are rare.
        while true {
            for slot in 0..<4 {
                changes[place &+ slot] = Int32(truncatingIfNeeded: start &+ left.trailingZeroBitCount)
                left &= left &- 1
            }
            place &+= 4
            if left == 0 { break }
        }
        count &+= found
        start &+= 64
        word &+= 1
    }
    account.pointee.held = held
    return count
}

/// Continues thirty-two exponential averages over `count` rows, a multiple of 8, and writes each as a column.
///
/// `e += k (x - e)`; the lanes of `states` and `factors` are the averages. Column c starts at `c * stride` of
/// `columns`.
@inline(never)
public func averageRows(
    _ values: UnsafePointer<Double>, count: Int, factors: UnsafePointer<Double>, states: UnsafeMutablePointer<Double>,
    columns: UnsafeMutablePointer<Double>, stride: Int, tiles: UnsafeMutablePointer<Double>
) {
    let (ka, kb, kc, kd) = (factors.lanes(0), factors.lanes(8), factors.lanes(16), factors.lanes(24))
    let before = UnsafePointer(states)
    var (a, b, c, d) = (before.lanes(0), before.lanes(8), before.lanes(16), before.lanes(24))
    var row = 0
    while row < count {
        var step = 0
        while step < 8 {
            let value = Lanes(repeating: values[row &+ step])
            a += ka * (value - a)
            b += kb * (value - b)
            c += kc * (value - c)
            d += kd * (value - d)
            tiles.store(a, at: step &* 8)
            tiles.store(b, at: 64 &+ step &* 8)
            tiles.store(c, at: 128 &+ step &* 8)
            tiles.store(d, at: 192 &+ step &* 8)
            step &+= 1
        }
        var tile = 0
        while tile < 4 {
            kernel_transpose(tiles + tile &* 64, columns + (tile &* 8 &* stride &+ row), Int64(stride))
            tile &+= 1
        }
        row &+= 8
    }
    states.store(a, at: 0)
    states.store(b, at: 8)
    states.store(c, at: 16)
    states.store(d, at: 24)
}
