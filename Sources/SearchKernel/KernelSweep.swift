public import CSearchKernel

/// Writes one bit a row where the first column of a rule is greater, sixty-four rows a word. The words of rule r start
/// at `r * stride`.
///
/// Sixty-four rows of all rules come before the next ones: so much of their columns stays in the nearest cache.
@inline(never)
public func compareRows(
    _ rules: UnsafePointer<KernelRule>, count: Int, words: UnsafeMutablePointer<UInt64>, stride: Int, length: Int
) {
    var word = 0
    while word < length {
        let start = word &<< 6
        var (rule, place) = (0, word)
        while rule < count {
            if let above = rules[rule].above, let below = rules[rule].below {
                words[place] = compareWord(above + start, below + start)
            }
            rule &+= 1
            place &+= stride
        }
        word &+= 1
    }
}

@inline(__always)
private func compareWord(_ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>) -> UInt64 {
    var bits: UInt64 = 0
    var step = 0
    while step < 64 {
        bits |= UInt64(kernel_above(left.lanes(step), right.lanes(step))) &<< UInt64(truncatingIfNeeded: step)
        step &+= 8
    }
    return bits
}

/// Eight pairs of exponential averages: `e += k (x - e)`.
private struct EightPairs {
    private var first: Lanes
    private var second: Lanes
    private let firstFactor: Lanes
    private let secondFactor: Lanes

    /// - Parameter width: How many first averages lie before the second ones.
    @inline(__always)
    init(_ lane: Int, width: Int, factors: UnsafePointer<Double>, states: UnsafeMutablePointer<Double>) {
        let before = UnsafePointer(states)
        (first, second) = (before.lanes(lane), before.lanes(lane &+ width))
        (firstFactor, secondFactor) = (factors.lanes(lane), factors.lanes(lane &+ width))
    }

    /// Continues them, and answers in which lanes the first is greater.
    @inline(__always)
    mutating func follow(_ value: Lanes) -> UInt8 {
        first += firstFactor * (value - first)
        second += secondFactor * (value - second)
        return UInt8(truncatingIfNeeded: kernel_above(first, second))
    }

    @inline(__always)
    func keep(_ lane: Int, width: Int, _ states: UnsafeMutablePointer<Double>) {
        states.store(first, at: lane)
        states.store(second, at: lane &+ width)
    }
}

/// Continues sixteen pairs of exponential averages over `count` rows, a multiple of 64, and writes one bit a row where
/// the first of a pair is greater. The words of pair p start at `p * stride`.
///
/// `factors` and `states` hold the sixteen first averages, then the sixteen second ones.
@inline(never)
public func crossRows(
    _ values: UnsafePointer<Double>, count: Int, factors: UnsafePointer<Double>,
    states: UnsafeMutablePointer<Double>, words: UnsafeMutablePointer<UInt64>, stride: Int,
    bytes: UnsafeMutablePointer<UInt8>
) {
    var a = EightPairs(0, width: 16, factors: factors, states: states)
    var b = EightPairs(8, width: 16, factors: factors, states: states)
    var row = 0
    while row < count {
        var step = 0
        while step < 64 {
            let value = Lanes(repeating: values[row &+ step])
            bytes[step] = a.follow(value)
            bytes[64 &+ step] = b.follow(value)
            step &+= 1
        }
        let first = words + row &>> 6
        kernel_gather_bits(bytes, first, Int64(stride))
        kernel_gather_bits(bytes + 64, first + 8 &* stride, Int64(stride))
        row &+= 64
    }
    a.keep(0, width: 16, states)
    b.keep(8, width: 16, states)
}

/// The same for thirty-two pairs, where there are registers for so many: with sixteen the processor waits for each
/// step's result before it can begin the next.
@inline(never)
public func crossWideRows(
    _ values: UnsafePointer<Double>, count: Int, factors: UnsafePointer<Double>,
    states: UnsafeMutablePointer<Double>, words: UnsafeMutablePointer<UInt64>, stride: Int,
    bytes: UnsafeMutablePointer<UInt8>
) {
    var a = EightPairs(0, width: 32, factors: factors, states: states)
    var b = EightPairs(8, width: 32, factors: factors, states: states)
    var c = EightPairs(16, width: 32, factors: factors, states: states)
    var d = EightPairs(24, width: 32, factors: factors, states: states)
    var row = 0
    while row < count {
        var step = 0
        while step < 64 {
            let value = Lanes(repeating: values[row &+ step])
            bytes[step] = a.follow(value)
            bytes[64 &+ step] = b.follow(value)
            bytes[128 &+ step] = c.follow(value)
            bytes[192 &+ step] = d.follow(value)
            step &+= 1
        }
        let first = words + row &>> 6
        kernel_gather_bits(bytes, first, Int64(stride))
        kernel_gather_bits(bytes + 64, first + 8 &* stride, Int64(stride))
        kernel_gather_bits(bytes + 128, first + 16 &* stride, Int64(stride))
        kernel_gather_bits(bytes + 192, first + 24 &* stride, Int64(stride))
        row &+= 64
    }
    a.keep(0, width: 32, states)
    b.keep(8, width: 32, states)
    c.keep(16, width: 32, states)
    d.keep(24, width: 32, states)
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
