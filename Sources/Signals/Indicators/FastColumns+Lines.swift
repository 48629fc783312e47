import CSearchKernel
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
            moments(values, period: period) { row, mean, deviation in
                let distance = width * deviation
                let (upper, lower) = (mean + distance, mean - distance)
                for lane in 0..<2 where row &+ lane < values.count {
                    buffer.initializeElement(
                        at: row &+ lane,
                        to: row &+ lane < period &- 1
                            ? missing
                            : BollingerBands.Value(upper: upper[lane], middle: mean[lane], lower: lower[lane]))
                }
            }
            filled = values.count
        }
    }

    /// Mean and population deviation of every window as ``RollingMoments`` has them, two rows at a time; the second may
    /// lie beyond the last one.
    @inline(__always)
    static func moments(_ values: [Double], period: Int, _ emit: (Int, SIMD2<Double>, SIMD2<Double>) -> Void) {
        let share = 1 / Double(period)
        let values = values.span
        withUnsafeTemporaryAllocation(of: SIMD2<Double>.self, capacity: 2 * period + 3) { room in
            room.initialize(repeating: SIMD2())
            // The sums of what is left of the older block, and the moments of the newer one.
            let (older, newest) = (room.extracting(0..<(period + 1)), room.extracting((period + 1)..<room.count))
            var (start, pivot) = (0, values[0])
            while start < values.count {
                let end = Swift.min(start + period, values.count)
                var newer = SIMD2<Double>()
                var row = start
                while row < end {
                    let distance = values[unchecked: row] - pivot
                    newer += SIMD2(distance, distance * distance)
                    newest[row &- start] = (newer + older[row &- start &+ 1]) * share
                    row &+= 1
                }
                row = start
                while row < end {
                    let (first, second) = (newest[row &- start], newest[row &- start &+ 1])
                    let (shift, square) = (SIMD2(first[0], second[0]), SIMD2(first[1], second[1]))
                    let variance = square - shift * shift
                    let known = SIMD2<Double>().replacing(with: variance, where: variance .> 1e-14 * square)
                    emit(row, pivot + shift, kernel_square_roots(known))
                    row &+= 2
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
