import Core
import Signals
import Testing

/// Batch columns against the incremental structs they stand for.
@Suite struct FastColumnTests {
    private func bits(_ column: [Double]) -> [UInt64] { column.map { $0.isNaN ? .max : $0.bitPattern } }

    private func run<I: Indicator>(_ indicator: I, _ inputs: [I.Input]) -> [UInt64] where I.Output == Double {
        var indicator = indicator
        return bits(inputs.map { indicator.update($0) })
    }

    @Test(arguments: [0, 1, 2, 3, 4, 5, 13, 14, 15, 27, 28, 29, 30, 31, 49, 50, 51, 99, 100, 101, 2253])
    func bitsAreTheStructs(
        count: Int
    ) throws {
        let bars = try BundledBars.series("SBER-1d").prefix(count)
        let all = (0..<bars.count).map { bars[$0] }
        var (lines, bands) = (MACD(), BollingerBands())
        let (allLines, allBands) = (IndicatorColumns.macd(bars.close), IndicatorColumns.bollinger(bars.close))
        for (row, close) in bars.close.enumerated() {
            let (line, band) = (lines.update(close), bands.update(close))
            #expect(
                bits([line.line, line.signal, line.histogram])
                    == bits([allLines[row].line, allLines[row].signal, allLines[row].histogram]))
            #expect(
                bits([band.upper, band.middle, band.lower])
                    == bits([allBands[row].upper, allBands[row].middle, allBands[row].lower]))
        }
        #expect(bits(IndicatorColumns.rsi(bars.close, period: 14)) == run(RSI(period: 14), bars.close))
        for period in [2, 14, 15] {
            #expect(bits(IndicatorColumns.adx(bars, period: period)) == run(ADX(period: period), all))
        }
        #expect(bits(IndicatorColumns.zScore(bars.volume, period: 50)) == run(RollingZScore(period: 50), bars.volume))
        #expect(bits(IndicatorColumns.zScore(bars.close, period: 2)) == run(RollingZScore(period: 2), bars.close))
        #expect(bits(IndicatorColumns.vwap(bars, period: 30)) == run(RollingVWAP(period: 30), all))
        #expect(bits(IndicatorColumns.vwap(bars, period: 1)) == run(RollingVWAP(period: 1), all))
    }

    @Test func stochasticLinesAgreeToTheLastBits() throws {
        let bars = try BundledBars.series("BTCUSDT-1h")
        for (fast, slow, count) in [(3, 3, 5980), (1, 1, 40), (3, 3, 16), (3, 3, 17), (5, 2, 200), (9, 3, 200)] {
            let part = bars.prefix(count)
            var machine = Stochastic(period: 14, fast: fast, slow: slow)
            let mine = IndicatorColumns.stochastic(part, period: 14, fast: fast, slow: slow)
            for row in 0..<count {
                let expected = machine.update(part[row])
                #expect(mine[row].fast.isNaN == expected.fast.isNaN && mine[row].slow.isNaN == expected.slow.isNaN)
                #expect(expected.slow.isNaN || abs(mine[row].fast - expected.fast) < 1e-11)
                #expect(expected.slow.isNaN || abs(mine[row].slow - expected.slow) < 1e-11)
            }
        }
    }

    @Test func rangesAgreeToTheLastBits() throws {
        let bars = try BundledBars.series("BTCUSDT-1h")
        for (period, count) in [(14, 5980), (1, 100), (14, 14), (14, 15), (14, 16), (14, 18), (14, 19), (90, 1000)] {
            let part = bars.prefix(count)
            var machine = ATR(period: period)
            let expected = (0..<part.count).map { machine.update(part[$0]) }
            for (mine, theirs) in zip(IndicatorColumns.atr(part, period: period), expected) {
                #expect(mine.isNaN == theirs.isNaN && (mine.isNaN || abs(mine - theirs) <= 1e-13 * theirs))
            }
            var average = EMA(period: period)
            for (mine, close) in zip(IndicatorColumns.ema(part.close, period: period), part.close) {
                let theirs = average.update(close)
                #expect(mine.isNaN == theirs.isNaN && (mine.isNaN || abs(mine - theirs) <= 1e-13 * theirs))
            }
        }
    }
}
