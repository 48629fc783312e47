import CSearchKernel

/// The scores of a window in steps (`KernelSteps.h`), and what is decided by them.
///
/// Every decision is the exact score's: one in steps is off by less than a band, and where it lies within the band of
/// what it is compared with, the exact one is computed.
struct KernelScores {
    let values: UnsafePointer<Int16>
    /// A long position can only end where its score is below this, a short one where it is above minus this.
    let exitLimit: Int16
    private let strategy: UnsafePointer<KernelStrategy>
    private let band: Int
    /// The sizes of the thresholds in steps.
    private let entry: Int
    private let exit: Int

    @inline(__always)
    init?(_ strategy: UnsafePointer<KernelStrategy>, _ scratch: KernelScratch) {
        guard let scores = scratch.scores else { return nil }
        values = UnsafePointer(scores)
        self.strategy = strategy
        band = strategy.pointee.band
        (entry, exit) = (strategy.pointee.entryThreshold.steps, abs(strategy.pointee.exitThreshold.steps))
        // A reversal may lie above the exit threshold.
        let limit = max(strategy.pointee.exitThreshold.steps, -entry, -Int(Int16.max) &- band)
        exitLimit = Int16(clamping: limit &+ band)
    }

    /// A number that compares with the thresholds, of either sign, as the score of a row does.
    @inline(__always) subscript(row: Int) -> Double {
        let steps = Int(values[row])
        let size = abs(steps)
        if abs(size &- entry) <= band || abs(size &- exit) <= band { return strategy.score(row) }
        return Double(steps) / Double(KERNEL_STEPS)
    }
}

extension Double {
    /// This number in steps, to nearest.
    @inline(__always) fileprivate var steps: Int { Int((self * Double(KERNEL_STEPS)).rounded(.toNearestOrEven)) }

    /// This weight in parts of 32,768.
    @inline(__always) fileprivate var parts: Int16 { Int16(clamping: Int((self * 32768).rounded(.toNearestOrEven))) }
}

extension UnsafePointer<KernelStrategy> {
    /// The weighted sum of up to four columns, added in the order of the reference.
    @inline(never) fileprivate func score(_ row: Int) -> Double {
        let strategy = pointee
        guard let column0 = strategy.column0, let column1 = strategy.column1, let column2 = strategy.column2,
            let column3 = strategy.column3
        else { return .nan }
        var score = strategy.weight0 * column0[row]
        if strategy.terms > 1 { score += strategy.weight1 * column1[row] }
        if strategy.terms > 2 { score += strategy.weight2 * column2[row] }
        if strategy.terms > 3 { score += strategy.weight3 * column3[row] }
        return score
    }
}

extension KernelStrategy {
    /// By how many steps a score is off at most: half a step by the columns, 2.4 by the weights, 2 by the products, and
    /// half a one by the threshold. More than there are where the coarse columns are not true.
    @inline(__always) fileprivate var band: Int { isCoarseTrue ? 6 : 1 << 16 }

    @inline(__always) fileprivate var coarse: KernelCoarse {
        KernelCoarse(
            column0: coarse0, column1: coarse1, column2: coarse2, column3: coarse3, weight0: weight0.parts,
            weight1: weight1.parts, weight2: weight2.parts, weight3: weight3.parts, longs: permitsLong ? -1 : 0,
            shorts: permitsShort ? -1 : 0, possible: Int16(clamping: entryThreshold.steps &- band),
            certain: Int16(clamping: entryThreshold.steps &+ band))
    }

    /// Whether a score permits an entry of a side that is permitted.
    @inline(__always) fileprivate func permits(_ score: Double) -> Bool {
        permitsLong && score >= entryThreshold || permitsShort && -score >= entryThreshold
    }
}

/// Writes the scores, and one bit a row on which the strategy may enter when it is flat.
func writeEntries(_ strategy: UnsafePointer<KernelStrategy>, rows: Int, _ scratch: KernelScratch) {
    guard let values = scratch.scores, let entries = scratch.entries, let scores = KernelScores(strategy, scratch)
    else {
        return
    }
    var coarse = strategy.pointee.coarse
    var row = 0
    while row < rows {
        let first = kernel_score_rows(&coarse, Int64(row), values)
        let second = kernel_score_rows(&coarse, Int64(row &+ 32), values)
        let possible = first & 0xFFFF_FFFF | second &<< 32
        let certain = first &>> 32 | second & ~0xFFFF_FFFF
        let word = row &>> 6
        var bits = possible & gates(strategy, word)
        if rows &- row < 64 { bits &= (1 &<< UInt64(rows &- row)) &- 1 }
        var doubtful = bits & ~certain
        while doubtful != 0 {
            let bit = doubtful.trailingZeroBitCount
            if !strategy.pointee.permits(scores[row &+ bit]) { bits &= ~(1 &<< UInt64(bit)) }
            doubtful &= doubtful &- 1
        }
        entries[word] = strategy.pointee.longGate == nil ? bits : sided(bits, strategy, word, scores)
        row &+= 64
    }
}

/// Sixty-four rows of the gates, from the row `64 * word` of the window.
@inline(__always)
private func gates(_ strategy: UnsafePointer<KernelStrategy>, _ word: Int) -> UInt64 {
    guard let low = strategy.pointee.gate0, let high = strategy.pointee.gate1, let range = strategy.pointee.gate2
    else { return 0 }
    let next = low[word &+ 1] & high[word &+ 1] & range[word &+ 1]
    return joined(low[word] & high[word] & range[word], next, shift: strategy.pointee.gateShift)
}

/// The 64 bits that begin at bit `shift` of the first of two words.
@inline(__always)
private func joined(_ here: UInt64, _ next: UInt64, shift: UInt64) -> UInt64 {
    // Two shifts, so that one by 64 in all gives 0.
    here &>> shift | (next &<< 1) &<< (63 &- shift)
}

/// Of the entries of 64 rows those that the gate of their side lets pass.
private func sided(
    _ bits: UInt64, _ strategy: UnsafePointer<KernelStrategy>, _ word: Int, _ scores: KernelScores
) -> UInt64 {
    guard let long = strategy.pointee.longGate, let short = strategy.pointee.shortGate else { return bits }
    var rising: UInt64 = 0
    var rest = bits
    while rest != 0 {
        let bit = rest.trailingZeroBitCount
        rising |= (scores[word &<< 6 &+ bit] > 0 ? 1 : 0) &<< UInt64(bit)
        rest &= rest &- 1
    }
    let longs = joined(long[word], long[word &+ 1], shift: strategy.pointee.gateShift)
    let shorts = joined(short[word], short[word &+ 1], shift: strategy.pointee.gateShift)
    return bits & (rising & longs | ~rising & shorts)
}
