public import CSearchKernel

/// Fills the decisions of a block of rows: all cash is held where a rule's bit is set. The words of rule r start at
/// `r * stride`.
///
/// A decision at the close of row i is filled at the open of row i + 1. Only changes are looked at: they are listed
/// first, without a branch for each, and then filled in turn, a purchase and a sale at a time. Two rules take turns:
/// each waits for its own divisions, and not for the other's.
@inline(never)
public func fillRows(
    _ accounts: UnsafeMutablePointer<KernelAccount>, count: Int, words: UnsafePointer<UInt64>, stride: Int,
    _ sweep: UnsafePointer<KernelSweep>
) {
    guard let open = sweep.pointee.open, let changes = sweep.pointee.changes else { return }
    let (next, room) = (open + 1, Int(sweep.pointee.end &- sweep.pointee.start) &+ 64)
    var rule = 0
    while rule < count {
        var one = KernelFilling(accounts + rule, words + rule &* stride, sweep.pointee, next, changes)
        if rule &+ 1 < count {
            var two = KernelFilling(
                accounts + (rule &+ 1), words + (rule &+ 1) &* stride, sweep.pointee, next, changes + room)
            var trips = min(one.trips, two.trips)
            while trips > 0 {
                one.trade()
                two.trade()
                trips &-= 1
            }
            two.finish(accounts + (rule &+ 1))
        }
        one.finish(accounts + rule)
        rule &+= 2
    }
}

/// One rule's changes of a block while they are filled.
private struct KernelFilling {
    private let next: UnsafePointer<Double>
    private let changes: UnsafeMutablePointer<Int32>
    private let buying: Double
    private let selling: Double
    private let count: Int
    private var index = 0
    private var cash: Double
    private var units: Double

    @inline(__always)
    init(
        _ account: UnsafeMutablePointer<KernelAccount>, _ words: UnsafePointer<UInt64>, _ sweep: KernelSweep,
        _ next: UnsafePointer<Double>, _ changes: UnsafeMutablePointer<Int32>
    ) {
        (self.next, self.changes, buying, selling) = (next, changes, sweep.buying, sweep.selling)
        count = listChanges(account, words, sweep, Int(account.pointee.firstRow), changes)
        (cash, units) = (account.pointee.cash, account.pointee.units)
        guard units > 0, count > 0 else { return }
        cash = units * next[Int(changes[0])] * selling
        units = 0
        index = 1
    }

    /// How many purchases with their sales are left.
    @inline(__always) var trips: Int { (count &- index) &>> 1 }

    @inline(__always)
    mutating func trade() {
        let bought = cash / (next[Int(changes[index])] * buying)
        cash = bought * next[Int(changes[index &+ 1])] * selling
        index &+= 2
    }

    @inline(__always)
    mutating func finish(_ account: UnsafeMutablePointer<KernelAccount>) {
        while index &+ 1 < count { trade() }
        if index < count {
            units = cash / (next[Int(changes[index])] * buying)
            cash = 0
        }
        (account.pointee.cash, account.pointee.units) = (cash, units)
    }
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
