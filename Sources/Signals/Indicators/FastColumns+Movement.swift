import Core

/// Batch forms of Wilder's indicators of bars, without branches on what a bar did.
extension FastColumns {
    /// ``ADX`` of bars, with its bits. The direction of a bar cannot be predicted, so it is not branched on.
    static func directionalIndex(_ bars: BarSeries, period: Int) -> [Double] {
        column(bars.count, warmUp: 2 * period - 1) { out in
            let (take, keep) = (1 / Double(period), Double(period - 1) / Double(period))
            let (high, low, close) = (bars.high.span, bars.low.span, bars.close.span)
            var movement = Movement()
            var average = 0.0
            for row in 1..<period { movement.add(high, low, close, row, keep: 1) }
            for row in period..<(2 * period) {
                movement.add(high, low, close, row, keep: keep)
                if movement.isThere { average += movement.index * take }
            }
            out[2 * period - 1] = average
            var row = 2 * period
            while row < out.count {
                movement.add(high, low, close, row, keep: keep)
                if movement.isThere { average = average * keep + movement.index * take }
                out[row] = average
                row &+= 1
            }
        }
    }

    /// The sums of +DM and -DM, and of the true ranges.
    private struct Movement {
        var moves = SIMD2<Double>()
        var ranges = 0.0

        @inline(__always)
        mutating func add(
            _ high: Span<Double>, _ low: Span<Double>, _ close: Span<Double>, _ row: Int, keep: Double
        ) {
            let (top, bottom, before) = (high[unchecked: row], low[unchecked: row], close[unchecked: row &- 1])
            let (rise, fall) = (top - high[unchecked: row &- 1], low[unchecked: row &- 1] - bottom)
            let (both, none) = (SIMD2(rise, fall), SIMD2<Double>())
            let larger = none.replacing(with: both, where: both .> SIMD2(fall, rise))
            moves = moves * keep + none.replacing(with: larger, where: larger .> none)
            ranges = ranges * keep + ((top > before ? top : before) - (bottom < before ? bottom : before))
        }

        /// DX.
        @inline(__always) var index: Double { 100 * abs(moves[0] - moves[1]) / (moves[0] + moves[1]) }

        /// As ``ADX`` asks for it.
        @inline(__always) var isThere: Bool { ranges >= 1e-14 && 100 * (moves[0] + moves[1]) >= 1e-14 * ranges }
    }

    /// ``ATR`` of bars, four at a time: `keep^4 e` and what the four ranges add. It differs from the struct by
    /// rounding, because the steps are added in another order.
    static func averageRange(_ bars: BarSeries, period: Int) -> [Double] {
        column(bars.count, warmUp: period) { out in
            let (take, keep) = (1 / Double(period), Double(period - 1) / Double(period))
            let (high, low, close) = (bars.high.span, bars.low.span, bars.close.span)
            @inline(__always) func range(_ row: Int) -> Double {
                let before = close[unchecked: row &- 1]
                let (top, bottom) = (high[unchecked: row], low[unchecked: row])
                return (top > before ? top : before) - (bottom < before ? bottom : before)
            }
            var average = 0.0
            for row in 1...period { average += range(row) }
            average *= take
            out[period] = average
            let (keep2, keep3, keep4) = (keep * keep, keep * keep * keep, keep * keep * keep * keep)
            var row = period + 1
            while row &+ 4 <= bars.count {
                let first = range(row) * take
                let second = first * keep + range(row &+ 1) * take
                let third = second * keep + range(row &+ 2) * take
                let fourth = third * keep + range(row &+ 3) * take
                out[row] = average * keep + first
                out[row &+ 1] = average * keep2 + second
                out[row &+ 2] = average * keep3 + third
                average = average * keep4 + fourth
                out[row &+ 3] = average
                row &+= 4
            }
            while row < bars.count {
                average = average * keep + range(row) * take
                out[row] = average
                row &+= 1
            }
        }
    }
}
