public import Core

/// The batch form of every indicator: one value a row, NaN while warming up, with the incremental struct's bits unless
/// it says otherwise.
///
/// Periods carry the preconditions of the structs.
public enum IndicatorColumns {
    /// ``EMA`` of a series, to the last few bits.
    public static func ema(_ values: [Double], period: Int) -> [Double] {
        precondition(period >= 1, "an average spans at least one value")
        return FastColumns.average(values, period: period)
    }

    /// ``SMA`` of a series.
    public static func sma(_ values: [Double], period: Int) -> [Double] { run(SMA(period: period), values) }

    /// ``RSI`` of a series, with TA-Lib's 0 where nothing moved.
    public static func rsi(_ values: [Double], period: Int) -> [Double] {
        precondition(period >= 2, "a strength index compares at least two changes")
        return FastColumns.strength(values, period: period)
    }

    /// ``ATR`` of bars, to the last few bits.
    public static func atr(_ bars: BarSeries, period: Int) -> [Double] {
        precondition(period >= 1, "an average spans at least one value")
        return FastColumns.averageRange(bars, period: period)
    }

    /// ``ADX`` of bars.
    public static func adx(_ bars: BarSeries, period: Int) -> [Double] {
        precondition(period >= 2, "a directional index spans at least two bars")
        return FastColumns.directionalIndex(bars, period: period)
    }

    /// ``MACD`` of a series.
    public static func macd(_ values: [Double], fast: Int = 12, slow: Int = 26, signal: Int = 9) -> [MACD.Value] {
        FastColumns.convergence(values, fast: fast, slow: slow, signal: signal)
    }

    /// ``BollingerBands`` of a series.
    public static func bollinger(_ values: [Double], period: Int = 20, width: Double = 2) -> [BollingerBands.Value] {
        FastColumns.bands(values, period: period, width: width)
    }

    /// ``Stochastic`` of bars to the last few bits, with TA-Lib's 0 where the range is zero.
    public static func stochastic(
        _ bars: BarSeries, period: Int = 14, fast: Int = 3, slow: Int = 3
    ) -> [Stochastic.Value] {
        guard period >= 1, (1...8).contains(fast), (1...8).contains(slow) else {
            return run(Stochastic(period: period, fast: fast, slow: slow), bars)
        }
        return FastColumns.stochastic(bars, period: period, fast: fast, slow: slow)
    }

    /// ``CCI`` of bars.
    public static func cci(_ bars: BarSeries, period: Int) -> [Double] { run(CCI(period: period), bars) }

    /// ``OBV`` of bars.
    public static func obv(_ bars: BarSeries) -> [Double] { run(OBV(), bars) }

    /// ``DonchianPosition`` of bars.
    public static func donchian(_ bars: BarSeries, period: Int) -> [Double] {
        run(DonchianPosition(period: period), bars)
    }

    /// ``RollingZScore`` of a series.
    public static func zScore(_ values: [Double], period: Int) -> [Double] {
        precondition(period >= 2, "a deviation needs at least two values")
        return FastColumns.score(values, period: period)
    }

    /// ``RollingVWAP`` of bars.
    public static func vwap(_ bars: BarSeries, period: Int) -> [Double] {
        precondition(period >= 1, "a window holds at least one value")
        return FastColumns.volumeWeightedPrice(bars, period: period) ?? run(RollingVWAP(period: period), bars)
    }

    /// ``VWAPDeviation`` of bars.
    public static func vwapDeviation(_ bars: BarSeries, period: Int) -> [Double] {
        run(VWAPDeviation(period: period), bars)
    }

    /// ``Momentum`` of a series.
    public static func momentum(_ values: [Double], period: Int) -> [Double] { run(Momentum(period: period), values) }

    /// ``RealisedVolatility`` of a positive series.
    public static func realisedVolatility(_ values: [Double], period: Int) -> [Double] {
        run(RealisedVolatility(period: period), values)
    }

    /// ``YangZhangVolatility`` of bars.
    public static func yangZhangVolatility(_ bars: BarSeries, period: Int) -> [Double] {
        run(YangZhangVolatility(period: period), bars)
    }

    /// Feeds a series to an indicator; generic inside the module, where it is specialised for each struct.
    static func run<I: Indicator>(_ indicator: I, _ values: [Double]) -> [I.Output] where I.Input == Double {
        Array(unsafeUninitializedCapacity: values.count) { buffer, count in
            var machine = indicator
            for (row, value) in values.enumerated() {
                buffer.initializeElement(at: row, to: machine.update(value))
            }
            count = values.count
        }
    }

    /// Feeds bars to an indicator.
    static func run<I: Indicator>(_ indicator: I, _ bars: BarSeries) -> [I.Output] where I.Input == Bar {
        Array(unsafeUninitializedCapacity: bars.count) { buffer, count in
            var machine = indicator
            for row in 0..<bars.count {
                buffer.initializeElement(at: row, to: machine.update(bars[row]))
            }
            count = bars.count
        }
    }
}
