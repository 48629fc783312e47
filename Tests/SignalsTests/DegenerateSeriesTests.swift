import Core
import Signals
import Testing

/// Series on which a careless formula divides zero by zero.
@Suite struct DegenerateSeriesTests {
    @Test(arguments: [0.0, 7.3]) func constantBarsGiveTheDocumentedValues(volume: Double) throws {
        let bars = try TestBars.flat(count: 300, price: 0.1, volume: volume)
        func last(_ values: [Double]) -> Double { values.last ?? .nan }
        #expect(last(IndicatorColumns.rsi(bars.close, period: 14)) == 0)
        #expect(last(IndicatorColumns.atr(bars, period: 14)) == 0)
        #expect(last(IndicatorColumns.adx(bars, period: 14)) == 0)
        #expect(last(IndicatorColumns.cci(bars, period: 20)) == 0)
        #expect(last(IndicatorColumns.donchian(bars, period: 20)) == 0.5)
        #expect(last(IndicatorColumns.zScore(bars.close, period: 20)) == 0)
        #expect(last(IndicatorColumns.zScore(bars.volume, period: 20)) == 0)
        #expect(last(IndicatorColumns.momentum(bars.close, period: 20)) == 0)
        #expect(last(IndicatorColumns.realisedVolatility(bars.close, period: 20)) == 0)
        #expect(last(IndicatorColumns.yangZhangVolatility(bars, period: 20)) == 0)
        #expect(abs(last(IndicatorColumns.vwap(bars, period: 30)) - 0.1) < 1e-16)
        #expect(abs(last(IndicatorColumns.vwapDeviation(bars, period: 30))) < 1e-15)
        let bands = try #require(IndicatorColumns.bollinger(bars.close).last)
        #expect(bands.upper == 0.1 && bands.middle == 0.1 && bands.lower == 0.1)
        let stochastic = try #require(IndicatorColumns.stochastic(bars).last)
        #expect(stochastic.fast == 0 && stochastic.slow == 0)
        let macd = try #require(IndicatorColumns.macd(bars.close).last)
        #expect(abs(macd.line) < 1e-15 && abs(macd.histogram) < 1e-15)
    }

    @Test func flatValueOfTheStrengthIndexIsTheCallers() {
        var index = RSI(period: 5, whenFlat: 50)
        let values = (0..<10).map { _ in index.update(3) }
        #expect(values.dropFirst(5).allSatisfy { $0 == 50 })
    }

    @Test func onlyGainsAndOnlyLossesReachTheEnds() {
        let rising = (1...60).map(Double.init)
        #expect(IndicatorColumns.rsi(rising, period: 14).last == 100)
        #expect(IndicatorColumns.rsi(Array(rising.reversed()), period: 14).last == 0)
    }
}
