import Core

/// Batch forms without the bookkeeping of one value at a time. Averages, ranges and the stochastic differ from the
/// incremental structs by rounding, the others have their bits; strategies' features use the structs alone.
enum FastColumns {
    /// ``EMA`` of a series, four values at a time as in ``averageRange(_:period:)``.
    static func average(_ values: [Double], period: Int) -> [Double] {
        column(values.count, warmUp: period - 1) { out in
            let (take, keep) = (2 / Double(period + 1), Double(period - 1) / Double(period + 1))
            let values = values.span
            var average = 0.0
            for row in 0..<period { average += values[row] }
            average /= Double(period)
            out[period - 1] = average
            let (keep2, keep3, keep4) = (keep * keep, keep * keep * keep, keep * keep * keep * keep)
            var row = period
            while row &+ 4 <= values.count {
                let first = values[unchecked: row] * take
                let second = first * keep + values[unchecked: row &+ 1] * take
                let third = second * keep + values[unchecked: row &+ 2] * take
                let fourth = third * keep + values[unchecked: row &+ 3] * take
                out[row] = average * keep + first
                out[row &+ 1] = average * keep2 + second
                out[row &+ 2] = average * keep3 + third
                average = average * keep4 + fourth
                out[row &+ 3] = average
                row &+= 4
            }
            while row < values.count {
                average = average * keep + values[unchecked: row] * take
                out[row] = average
                row &+= 1
            }
        }
    }

    /// ``RSI`` of a series, 0 where nothing moved.
    static func strength(_ values: [Double], period: Int) -> [Double] {
        column(values.count, warmUp: period) { out in
            let (take, keep) = (1 / Double(period), Double(period - 1) / Double(period))
            values.withUnsafeBufferPointer { values in
                var (gains, losses) = (0.0, 0.0)
                for row in 1...period {
                    let change = values[row] - values[row - 1]
                    gains += (abs(change) + change) / 2
                    losses += (abs(change) - change) / 2
                }
                (gains, losses) = (gains * take, losses * take)
                var row = period
                while true {
                    let movement = gains + losses
                    out[row] = movement < 1e-14 ? 0 : 100 * gains / movement
                    row &+= 1
                    guard row < values.count else { return }
                    let change = values[row] - values[row &- 1]
                    gains = gains * keep + (abs(change) + change) / 2 * take
                    losses = losses * keep + (abs(change) - change) / 2 * take
                }
            }
        }
    }

    /// ``RollingVWAP`` of bars; nil where some window may have no volume, which the struct knows to treat.
    static func volumeWeightedPrice(_ bars: BarSeries, period: Int) -> [Double]? {
        let (high, low, close, volume) = (bars.high.span, bars.low.span, bars.close.span, bars.volume.span)
        var smallest = Double.infinity
        for row in volume.indices { smallest = volume[unchecked: row] < smallest ? volume[unchecked: row] : smallest }
        guard smallest > 0 else { return nil }
        return column(bars.count, warmUp: period - 1) { out in
            rollingSums(bars.count, period: period) { row in
                let price = (high[unchecked: row] + low[unchecked: row] + close[unchecked: row]) / 3
                return SIMD2(price * volume[unchecked: row], volume[unchecked: row])
            } emit: { row, sums in
                out[row] = sums[0] / sums[1]
            }
        }
    }

    /// ``RollingZScore`` of a series.
    static func score(_ values: [Double], period: Int) -> [Double] {
        column(values.count, warmUp: period - 1) { out in
            moments(values, period: period) { row, mean, deviation in
                for lane in 0..<2 where row &+ lane < values.count && row &+ lane >= period &- 1 {
                    let gap = values[row &+ lane] - mean[lane]
                    out[row &+ lane] = deviation[lane] > 0 ? gap / deviation[lane] : 0
                }
            }
        }
    }

    /// ``Stochastic`` of bars to the last bits, 0 where the range is zero; meant for short smoothing.
    static func stochastic(_ bars: BarSeries, period: Int, fast: Int, slow: Int) -> [Stochastic.Value] {
        let raw = positions(bars, period: period)
        let first = Swift.min(period - 1, bars.count)
        let smooth = means(raw, from: first, period: fast)
        let smoother = means(smooth, from: first + fast - 1, period: slow)
        return Array(unsafeUninitializedCapacity: bars.count) { buffer, filled in
            for row in 0..<bars.count {
                let average = smoother[row]
                buffer.initializeElement(
                    at: row, to: Stochastic.Value(fast: average.isNaN ? .nan : smooth[row], slow: average))
            }
            filled = bars.count
        }
    }

    /// Where each close lies in the range of the last bars, 0 ... 100.
    private static func positions(_ bars: BarSeries, period: Int) -> [Double] {
        let (high, low, close) = (bars.high.span, bars.low.span, bars.close.span)
        return column(bars.count, warmUp: period - 1) { out in
            withUnsafeTemporaryAllocation(of: SIMD2<Double>.self, capacity: period + 1) { older in
                let none = SIMD2(repeating: -Double.infinity)
                older.initialize(repeating: none)
                var start = 0
                while start < bars.count {
                    let end = Swift.min(start + period, bars.count)
                    var newer = none
                    for row in start..<end {
                        let bar = SIMD2(high[unchecked: row], -low[unchecked: row])
                        newer = newer.replacing(with: bar, where: bar .> newer)
                        guard row >= period &- 1 else { continue }
                        let before = older[row &- start &+ 1]
                        let both = newer.replacing(with: before, where: before .> newer)
                        let range = both[0] + both[1]
                        out[row] = range > 0 ? 100 * (close[unchecked: row] + both[1]) / range : 0
                    }
                    var most = none
                    for row in (start..<end).reversed() {
                        let bar = SIMD2(high[unchecked: row], -low[unchecked: row])
                        most = most.replacing(with: bar, where: bar .> most)
                        older[row &- start] = most
                    }
                    start = end
                }
            }
        }
    }

    /// The means of the last `period` values, those before `first` not counted.
    private static func means(_ values: [Double], from first: Int, period: Int) -> [Double] {
        column(values.count, warmUp: first + period - 1) { out in
            let (share, values) = (1 / Double(period), values.span)
            for row in (first + period - 1)..<values.count {
                var sum = values[unchecked: row]
                for back in 1..<Swift.max(period, 1) { sum += values[unchecked: row &- back] }
                out[row] = sum * share
            }
        }
    }

    /// The sums over windows of `period` pairs, as ``RollingSum`` adds them.
    @inline(__always)
    private static func rollingSums(
        _ count: Int, period: Int, _ value: (Int) -> SIMD2<Double>, emit: (Int, SIMD2<Double>) -> Void
    ) {
        withUnsafeTemporaryAllocation(of: SIMD2<Double>.self, capacity: period + 1) { older in
            older.initialize(repeating: SIMD2())
            var start = 0
            while start < count {
                let end = Swift.min(start + period, count)
                var newer = SIMD2<Double>()
                var row = start
                while row < end {
                    newer += value(row)
                    if row >= period &- 1 { emit(row, newer + older[row &- start &+ 1]) }
                    row &+= 1
                }
                var sums = SIMD2<Double>()
                row = end &- 1
                while row >= start {
                    sums += value(row)
                    older[row &- start] = sums
                    row &-= 1
                }
                start = end
            }
        }
    }

    /// A column whose rows from `warmUp` on `fill` writes.
    @inline(__always)
    static func column(
        _ count: Int, warmUp: Int, _ fill: (UnsafeMutableBufferPointer<Double>) -> Void
    ) -> [Double] {
        Array(unsafeUninitializedCapacity: count) { buffer, filled in
            let out = UnsafeMutableBufferPointer(rebasing: buffer[0..<count])
            out[0..<Swift.min(warmUp, count)].initialize(repeating: .nan)
            if warmUp < count { fill(out) }
            filled = count
        }
    }
}
