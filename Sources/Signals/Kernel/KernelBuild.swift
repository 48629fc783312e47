import CSearchKernel
import SearchKernel
import SearchKernelV3
import SearchKernelV4

/// One of the kernel's three builds of one source; all give the same bits, only the speed differs.
public enum KernelBuild: Int32, CaseIterable, Sendable {
    /// Runs on every processor.
    case portable = 1
    /// Needs x86-64-v3: AVX2.
    case avx2 = 3
    /// Needs x86-64-v4: AVX-512.
    case avx512 = 4

    /// The builds that this processor can run, ascending by speed.
    public static let supported = allCases.filter { $0.rawValue <= kernel_level() }

    /// The fastest build that this processor can run.
    public static let fastest = supported.last ?? .portable

    /// Trades one strategy over a window; answers the number of closed positions.
    func trade(
        _ bars: UnsafePointer<KernelBars>, _ strategy: UnsafePointer<KernelStrategy>,
        _ scratch: UnsafePointer<KernelScratch>
    ) -> Int {
        switch self {
        case .portable: SearchKernel.tradeWindow(bars, strategy, scratch)
        case .avx2: SearchKernelV3.tradeWindow(bars, strategy, scratch)
        case .avx512: SearchKernelV4.tradeWindow(bars, strategy, scratch)
        }
    }

    /// Fills the decisions of a block of rows.
    func fill(
        _ accounts: UnsafeMutablePointer<KernelAccount>, count: Int, words: UnsafePointer<UInt64>, stride: Int,
        _ sweep: UnsafePointer<KernelSweep>
    ) {
        switch self {
        case .portable: SearchKernel.fillRows(accounts, count: count, words: words, stride: stride, sweep)
        case .avx2: SearchKernelV3.fillRows(accounts, count: count, words: words, stride: stride, sweep)
        case .avx512: SearchKernelV4.fillRows(accounts, count: count, words: words, stride: stride, sweep)
        }
    }

    /// Writes one bit a row where the first column of a rule is greater.
    func compare(
        _ rules: UnsafePointer<KernelRule>, count: Int, words: UnsafeMutablePointer<UInt64>, stride: Int, length: Int
    ) {
        switch self {
        case .portable: SearchKernel.compareRows(rules, count: count, words: words, stride: stride, length: length)
        case .avx2: SearchKernelV3.compareRows(rules, count: count, words: words, stride: stride, length: length)
        case .avx512: SearchKernelV4.compareRows(rules, count: count, words: words, stride: stride, length: length)
        }
    }

    /// How many pairs of averages ``cross(_:count:factors:states:words:stride:bytes:)`` continues at once.
    var pairsAtOnce: Int { self == .avx512 ? 32 : 16 }

    /// Continues ``pairsAtOnce`` pairs of exponential averages, and writes one bit a row where the first is greater.
    func cross(
        _ values: UnsafePointer<Double>, count: Int, factors: UnsafePointer<Double>,
        states: UnsafeMutablePointer<Double>, words: UnsafeMutablePointer<UInt64>, stride: Int,
        bytes: UnsafeMutablePointer<UInt8>
    ) {
        switch self {
        case .portable:
            SearchKernel.crossRows(
                values, count: count, factors: factors, states: states, words: words, stride: stride, bytes: bytes)
        case .avx2:
            SearchKernelV3.crossRows(
                values, count: count, factors: factors, states: states, words: words, stride: stride, bytes: bytes)
        case .avx512:
            SearchKernelV4.crossWideRows(
                values, count: count, factors: factors, states: states, words: words, stride: stride, bytes: bytes)
        }
    }

    /// Continues thirty-two exponential averages over a block of rows.
    func average(
        _ values: UnsafePointer<Double>, count: Int, factors: UnsafePointer<Double>,
        states: UnsafeMutablePointer<Double>, columns: UnsafeMutablePointer<Double>, stride: Int,
        tiles: UnsafeMutablePointer<Double>
    ) {
        switch self {
        case .portable:
            SearchKernel.averageRows(
                values, count: count, factors: factors, states: states, columns: columns, stride: stride, tiles: tiles)
        case .avx2:
            SearchKernelV3.averageRows(
                values, count: count, factors: factors, states: states, columns: columns, stride: stride, tiles: tiles)
        case .avx512:
            SearchKernelV4.averageRows(
                values, count: count, factors: factors, states: states, columns: columns, stride: stride, tiles: tiles)
        }
    }

    /// Sums up the returns of eight strategies, each `stride` values after the one before.
    func sum(_ returns: UnsafePointer<Double>, stride: Int, rows: Int, _ sums: UnsafeMutablePointer<KernelSums>) {
        switch self {
        case .portable: SearchKernel.sumWindow(returns, stride: stride, rows: rows, sums)
        // Its comparisons wait for each other, and are answered sooner without AVX-512's masks.
        case .avx2, .avx512: SearchKernelV3.sumWindow(returns, stride: stride, rows: rows, sums)
        }
    }
}
