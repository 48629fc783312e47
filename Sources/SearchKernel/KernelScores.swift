import CSearchKernel

/// Weighted sums of one to four columns, added in the order of the reference.
private protocol WeightedColumns {
    func lanes(_ row: Int) -> Lanes
    func value(_ row: Int) -> Double
}

private struct Column: WeightedColumns {
    let column: UnsafePointer<Double>
    let weight: Double

    @inline(__always) func lanes(_ row: Int) -> Lanes { Lanes(repeating: weight) * column.lanes(row) }
    @inline(__always) func value(_ row: Int) -> Double { weight * column[row] }
}

private struct Sum<Rest: WeightedColumns>: WeightedColumns {
    let rest: Rest
    let last: Column

    @inline(__always) func lanes(_ row: Int) -> Lanes { rest.lanes(row) + last.lanes(row) }
    @inline(__always) func value(_ row: Int) -> Double { rest.value(row) + last.value(row) }
}

/// Writes the score of every row, and one bit a row on which the strategy may enter when it is flat.
func writeScores(_ strategy: KernelStrategy, rows: Int, _ scratch: KernelScratch) {
    guard let first = strategy.column0, let second = strategy.column1, let third = strategy.column2,
        let fourth = strategy.column3
    else { return }
    let one = Column(column: first, weight: strategy.weight0)
    let two = Sum(rest: one, last: Column(column: second, weight: strategy.weight1))
    let three = Sum(rest: two, last: Column(column: third, weight: strategy.weight2))
    let four = Sum(rest: three, last: Column(column: fourth, weight: strategy.weight3))
    switch strategy.terms {
    case 0, 1: write(one, strategy, rows, scratch)
    case 2: write(two, strategy, rows, scratch)
    case 3: write(three, strategy, rows, scratch)
    default: write(four, strategy, rows, scratch)
    }
}

private func write(_ columns: some WeightedColumns, _ strategy: KernelStrategy, _ rows: Int, _ scratch: KernelScratch) {
    guard let scores = scratch.scores, let entries = scratch.entries else { return }
    let threshold = Lanes(repeating: strategy.entryThreshold)
    let keep = SIMD8<UInt64>(repeating: strategy.scoreKeep)
    let flip = SIMD8<UInt64>(repeating: strategy.scoreFlip)
    var start = 0
    while start &+ 64 <= rows {
        var bits: UInt64 = 0
        var step = 0
        while step < 64 {
            let score = columns.lanes(start &+ step)
            scores.store(score, at: start &+ step)
            let sided = Lanes(bits: (score.bits & keep) ^ flip)
            bits |= UInt64(kernel_at_least(sided, threshold)) &<< UInt64(truncatingIfNeeded: step)
            step &+= 8
        }
        entries[start &>> 6] = sided(bits & gates(strategy, start &>> 6), strategy, start &>> 6, scores)
        start &+= 64
    }
    var bits: UInt64 = 0
    var row = start
    while row < rows {
        let score = columns.value(row)
        scores[row] = score
        let sided = Double(bitPattern: (score.bitPattern & strategy.scoreKeep) ^ strategy.scoreFlip)
        bits |= (sided >= strategy.entryThreshold ? 1 : 0) &<< UInt64(truncatingIfNeeded: row &- start)
        row &+= 1
    }
    entries[start &>> 6] = sidedOneByOne(bits & gates(strategy, start &>> 6), strategy, start &>> 6, scores)
    scores.store(Lanes(repeating: .nan), at: rows)
}

/// Sixty-four rows of the gates, from the row `64 * word` of the window.
@inline(__always)
private func gates(_ strategy: KernelStrategy, _ word: Int) -> UInt64 {
    guard let low = strategy.gate0, let high = strategy.gate1, let range = strategy.gate2 else { return 0 }
    let next = low[word &+ 1] & high[word &+ 1] & range[word &+ 1]
    return joined(low[word] & high[word] & range[word], next, shift: strategy.gateShift)
}

/// The 64 bits that begin at bit `shift` of the first of two words.
@inline(__always)
private func joined(_ here: UInt64, _ next: UInt64, shift: UInt64) -> UInt64 {
    // Two shifts, so that one by 64 in all gives 0.
    here &>> shift | (next &<< 1) &<< (63 &- shift)
}

/// Of the entries of 64 rows those that the gate of their side lets pass; all 64 have a score.
@inline(__always)
private func sided(
    _ bits: UInt64, _ strategy: KernelStrategy, _ word: Int, _ scores: UnsafeMutablePointer<Double>
) -> UInt64 {
    guard strategy.longGate != nil, bits != 0 else { return bits }
    let (row, zero) = (word &<< 6, Lanes(repeating: 0))
    var rising: UInt64 = 0
    var step = 0
    while step < 64 {
        let lanes = UnsafePointer(scores).lanes(row &+ step)
        rising |= UInt64(kernel_above(lanes, zero)) &<< UInt64(truncatingIfNeeded: step)
        step &+= 8
    }
    return permitted(bits, rising: rising, strategy, word)
}

/// The same for rows of which only those with an entry are known to have a score.
private func sidedOneByOne(
    _ bits: UInt64, _ strategy: KernelStrategy, _ word: Int, _ scores: UnsafeMutablePointer<Double>
) -> UInt64 {
    guard strategy.longGate != nil else { return bits }
    var rising: UInt64 = 0
    var rest = bits
    while rest != 0 {
        let row = rest.trailingZeroBitCount
        rising |= (scores[word &<< 6 &+ row] > 0 ? 1 : 0) &<< UInt64(truncatingIfNeeded: row)
        rest &= rest &- 1
    }
    return permitted(bits, rising: rising, strategy, word)
}

@inline(__always)
private func permitted(_ bits: UInt64, rising: UInt64, _ strategy: KernelStrategy, _ word: Int) -> UInt64 {
    guard let long = strategy.longGate, let short = strategy.shortGate else { return bits }
    let shift = strategy.gateShift
    let longs = joined(long[word], long[word &+ 1], shift: shift)
    let shorts = joined(short[word], short[word &+ 1], shift: shift)
    return bits & (rising & longs | ~rising & shorts)
}

extension Lanes {
    /// The bit patterns.
    @inline(__always) var bits: SIMD8<UInt64> {
        // The two types have one size and one layout.
        unsafeBitCast(self, to: SIMD8<UInt64>.self)
    }

    @inline(__always) init(bits: SIMD8<UInt64>) {
        // The two types have one size and one layout.
        self = unsafeBitCast(bits, to: Lanes.self)
    }
}
