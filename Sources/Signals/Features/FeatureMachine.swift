import Core

/// An indicator of bars whose answers make one column of a ``FeatureTable``.
protocol FeatureMachine: Indicator where Input == Bar, Output == Double {
    /// The whole column; a requirement so that each machine gets its own specialised loop.
    func column(over bars: BarSeries) -> [Double]
}

extension FeatureMachine {
    func column(over bars: BarSeries) -> [Double] { IndicatorColumns.run(self, bars) }
}

extension ATR: FeatureMachine {}

extension Double {
    /// This number clipped to -3 ... 3; NaN stays NaN.
    var clipped: Double { self > 3 ? 3 : (self < -3 ? -3 : self) }

    /// This number over `scale`, clipped; 0 where the scale is 0, that is where nothing moves.
    func scaled(by scale: Double) -> Double { scale == 0 ? 0 : (self / scale).clipped }
}
