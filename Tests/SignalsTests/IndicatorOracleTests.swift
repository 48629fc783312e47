import Core
import Signals
import Testing

/// Every indicator against values recorded from TA-Lib (or numpy where TA-Lib defines nothing).
@Suite struct IndicatorOracleTests {
    /// Same first valid row; then equal within 1e-9 of the value, or within the rounding of numbers of size `scale`.
    private func expectEqual(
        _ ours: [Double], _ oracle: [Double], scale: Double = 0, _ name: String,
        location: SourceLocation = #_sourceLocation
    ) {
        #expect(ours.count == oracle.count && !oracle.isEmpty, "\(name)", sourceLocation: location)
        let first = oracle.firstIndex { !$0.isNaN }
        #expect(ours.firstIndex { !$0.isNaN } == first, "\(name) starts elsewhere", sourceLocation: location)
        let wrong = zip(ours, oracle).enumerated().first { _, pair in
            !pair.1.isNaN && !(abs(pair.0 - pair.1) <= 1e-9 * abs(pair.1) + 1e-13 * scale)
        }
        #expect(wrong == nil, "\(name), row \(String(describing: wrong))", sourceLocation: location)
    }

    @Test(arguments: Fixture.names) func averagesAgree(_ name: String) throws {
        let fixture = try Fixture(name)
        let close = fixture.bars.close
        expectEqual(IndicatorColumns.ema(close, period: 21), fixture["ema21"], "ema")
        expectEqual(IndicatorColumns.sma(close, period: 20), fixture["sma20"], "sma")
        expectEqual(IndicatorColumns.vwap(fixture.bars, period: 30), fixture["vwap30"], "vwap")
        expectEqual(
            IndicatorColumns.vwapDeviation(fixture.bars, period: 30), fixture["vwap_deviation30"], scale: 100,
            "vwap deviation")
        let bands = IndicatorColumns.bollinger(close)
        expectEqual(bands.map(\.upper), fixture["bb_upper"], "upper")
        expectEqual(bands.map(\.middle), fixture["bb_middle"], "middle")
        expectEqual(bands.map(\.lower), fixture["bb_lower"], "lower")
    }

    @Test(arguments: Fixture.names) func oscillatorsAgree(_ name: String) throws {
        let fixture = try Fixture(name)
        let (bars, close) = (fixture.bars, fixture.bars.close)
        expectEqual(IndicatorColumns.rsi(close, period: 14), fixture["rsi14"], "rsi")
        expectEqual(IndicatorColumns.cci(bars, period: 20), fixture["cci20"], scale: 1e5, "cci")
        expectEqual(IndicatorColumns.donchian(bars, period: 20), fixture["donchian20"], "donchian")
        let stochastic = IndicatorColumns.stochastic(bars)
        expectEqual(stochastic.map(\.fast), fixture["stoch_k"], scale: 100, "%K")
        expectEqual(stochastic.map(\.slow), fixture["stoch_d"], scale: 100, "%D")
        expectEqual(IndicatorColumns.zScore(close, period: 50), fixture["z_close50"], scale: 1e3, "z of price")
        expectEqual(IndicatorColumns.zScore(bars.volume, period: 50), fixture["z_volume50"], scale: 10, "z of volume")
    }

    @Test(arguments: Fixture.names) func movementsAgree(_ name: String) throws {
        let fixture = try Fixture(name)
        let (bars, close) = (fixture.bars, fixture.bars.close)
        let macd = IndicatorColumns.macd(close)
        expectEqual(macd.map(\.line), fixture["macd"], scale: close[0], "macd")
        expectEqual(macd.map(\.signal), fixture["macd_signal"], scale: close[0], "signal")
        expectEqual(macd.map(\.histogram), fixture["macd_histogram"], scale: close[0], "histogram")
        expectEqual(IndicatorColumns.momentum(close, period: 10), fixture["mom10"], "momentum")
        expectEqual(IndicatorColumns.obv(bars), fixture["obv"], "obv")
        expectEqual(IndicatorColumns.adx(bars, period: 14), fixture["adx14"], "adx")
        var adx = ADX(period: 14)
        let directions = (0..<bars.count).map { row in
            _ = adx.update(bars[row])
            return adx.direction
        }
        expectEqual(directions, fixture["direction14"], scale: 10, "direction")
    }

    @Test(arguments: Fixture.names) func volatilitiesAgree(_ name: String) throws {
        let fixture = try Fixture(name)
        let bars = fixture.bars
        expectEqual(IndicatorColumns.atr(bars, period: 14), fixture["atr14"], "atr")
        expectEqual(
            IndicatorColumns.realisedVolatility(bars.close, period: 20), fixture["realised20"], "realised")
        expectEqual(IndicatorColumns.yangZhangVolatility(bars, period: 20), fixture["yang_zhang20"], "yang-zhang")
    }

    @Test func warmUpIsTheFirstValidUpdate() throws {
        let bars = try Fixture("sber-1d").bars
        func check(_ indicator: some Indicator<Bar, Double>) {
            var machine = indicator
            let values = (0..<bars.count).map { machine.update(bars[$0]) }
            #expect(values.firstIndex { !$0.isNaN } == indicator.warmUp, "\(indicator)")
            #expect(values.dropFirst(indicator.warmUp).allSatisfy { $0.isFinite }, "\(indicator)")
        }
        func check(_ indicator: some Indicator<Double, Double>) {
            var machine = indicator
            let values = bars.close.map { machine.update($0) }
            #expect(values.firstIndex { !$0.isNaN } == indicator.warmUp, "\(indicator)")
        }
        for period in [2, 3, 5, 14, 50] {
            check(EMA(period: period))
            check(SMA(period: period))
            check(RSI(period: period))
            check(RollingZScore(period: period))
            check(Momentum(period: period))
            check(RealisedVolatility(period: period))
            check(ATR(period: period))
            check(ADX(period: period))
            check(CCI(period: period))
            check(DonchianPosition(period: period))
            check(RollingVWAP(period: period))
            check(VWAPDeviation(period: period))
            check(YangZhangVolatility(period: period))
        }
        check(OBV())
        #expect(MACD().warmUp == IndicatorColumns.macd(bars.close).firstIndex { !$0.signal.isNaN })
        #expect(Stochastic().warmUp == IndicatorColumns.stochastic(bars).firstIndex { !$0.slow.isNaN })
        #expect(BollingerBands().warmUp == IndicatorColumns.bollinger(bars.close).firstIndex { !$0.upper.isNaN })
    }
}
