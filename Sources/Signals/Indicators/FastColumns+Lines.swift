import Core

/// Batch forms of the indicators that answer several lines; they have the bits of the incremental structs.
extension FastColumns {
    /// ``MACD`` of a series.
    static func convergence(_ values: [Double], fast: Int, slow: Int, signal: Int) -> [MACD.Value] {
        let warmUp = slow + signal - 2
        guard fast < slow, fast >= 1, signal >= 1, warmUp < values.count else {
            return IndicatorColumns.run(MACD(fast: fast, slow: slow, signal: signal), values)
        }
        return Array(unsafeUninitializedCapacity: values.count) { buffer, filled in
            var machine = MACD(fast: fast, slow: slow, signal: signal)
            for row in 0...warmUp { buffer.initializeElement(at: row, to: machine.update(values[row])) }
            let last = machine.averages
            var (quick, calm, average) = (last.fast, last.slow, last.signal)
            let takes = (2 / Double(fast + 1), 2 / Double(slow + 1), 2 / Double(signal + 1))
            let keeps = (
                Double(fast - 1) / Double(fast + 1), Double(slow - 1) / Double(slow + 1),
                Double(signal - 1) / Double(signal + 1)
            )
            let values = values.span
            var row = warmUp + 1
            while row < values.count {
                let value = values[unchecked: row]
                quick = quick * keeps.0 + value * takes.0
                calm = calm * keeps.1 + value * takes.1
                let line = quick - calm
                average = average * keeps.2 + line * takes.2
                buffer.initializeElement(
                    at: row, to: MACD.Value(line: line, signal: average, histogram: line - average))
                row &+= 1
            }
            filled = values.count
        }
    }

    /// ``BollingerBands`` of a series.
    static func bands(_ values: [Double], period: Int, width: Double) -> [BollingerBands.Value] {
        guard period >= 2, !values.isEmpty else {
            return IndicatorColumns.run(BollingerBands(period: period, width: width), values)
        }
        return Array(unsafeUninitializedCapacity: values.count) { buffer, filled in
            let missing = BollingerBands.Value(upper: .nan, middle: .nan, lower: .nan)
            moments(values, period: period) { row, pivot, shift, variance in
                guard row >= period &- 1 else {
                    buffer.initializeElement(at: row, to: missing)
                    return
                }
                let mean = pivot + shift
                let distance = width * variance.squareRoot()
                buffer.initializeElement(
                    at: row, to: BollingerBands.Value(upper: mean + distance, middle: mean, lower: mean - distance))
            }
            filled = values.count
        }
    }

    /// The moments of every window as ``RollingMoments`` has them: pivot, mean less pivot, variance.
    @inline(__always)
    static func moments(_ values: [Double], period: Int, _ emit: (Int, Double, Double, Double) -> Void) {
        let share = 1 / Double(period)
        let values = values.span
        withUnsafeTemporaryAllocation(of: SIMD2<Double>.self, capacity: period + 1) { older in
            older.initialize(repeating: SIMD2())
            var (start, pivot) = (0, values[0])
            while start < values.count {
                let end = Swift.min(start + period, values.count)
                var newer = SIMD2<Double>()
                var row = start
                while row < end {
                    let distance = values[unchecked: row] - pivot
                    newer += SIMD2(distance, distance * distance)
                    let means = (newer + older[row &- start &+ 1]) * share
                    let variance = means[1] - means[0] * means[0]
                    emit(row, pivot, means[0], variance > 1e-14 * means[1] ? variance : 0)
                    row &+= 1
                }
                pivot = values[unchecked: end - 1]
                var sums = SIMD2<Double>()
                row = end &- 1
                while row >= start {
                    let distance = values[unchecked: row] - pivot
                    sums += SIMD2(distance, distance * distance)
                    older[row &- start] = sums
                    row &-= 1
                }
                start = end
            }
        }
    }
}
