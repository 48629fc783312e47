public import Core

/// Commodity channel index: how far the typical price is from its average, in units of its mean absolute deviation.
///
/// `(p - mean(p)) / (0.015 mean|p - mean(p)|)` with `p = (high + low + close)/3` over n bars; first valid at update
/// n - 1; 0 on a constant window. The mean absolute deviation has no constant-time form, so an update takes n steps, as
/// in every library. Source: Donald Lambert 1980; TA-Lib's CCI.
public struct CCI: Indicator {
    private var window: RollingMoments
    private var ring: [Double]
    private var position = 0

    /// An index over `period` (at least 2) bars.
    public init(period: Int) {
        precondition(period >= 2, "a deviation needs at least two bars")
        window = RollingMoments(period: period)
        ring = Array(repeating: 0, count: period)
    }

    /// `period - 1`.
    public var warmUp: Int { window.period - 1 }

    /// The index after `bar`.
    public mutating func update(_ bar: Bar) -> Double {
        let price = (bar.high + bar.low + bar.close) / 3
        let moments = window.add(price)
        ring[position] = price
        position += 1
        if position == ring.count { position = 0 }
        guard window.isFull else { return .nan }
        guard moments.variance > 0 else { return 0 }
        return (price - moments.mean) * Double(ring.count) / (0.015 * absoluteDeviation(from: moments.mean))
    }

    /// The sum of the distances from `mean`, in four interleaved parts so that additions need not wait for each other.
    private func absoluteDeviation(from mean: Double) -> Double {
        var parts = SIMD4<Double>.zero
        let whole = ring.count & ~3
        for index in stride(from: 0, to: whole, by: 4) {
            parts += SIMD4(
                abs(ring[index] - mean), abs(ring[index + 1] - mean),
                abs(ring[index + 2] - mean), abs(ring[index + 3] - mean))
        }
        var sum = parts.sum()
        for index in whole..<ring.count { sum += abs(ring[index] - mean) }
        return sum
    }
}
