import Core
import RealModule

/// ``ColumnKey/volatility(_:)``: realised volatility of closes.
struct VolatilityMeasure: FeatureMachine {
    private var volatility: RealisedVolatility

    init(period: Int) {
        volatility = RealisedVolatility(period: period)
    }

    var warmUp: Int { volatility.warmUp }

    mutating func update(_ bar: Bar) -> Double { volatility.update(bar.close) }
}

/// ``Feature/shock``.
struct ShockFeature: FeatureMachine {
    private var volatility: RealisedVolatility
    private var previousClose = Double.nan

    init(period: Int) {
        volatility = RealisedVolatility(period: period)
    }

    var warmUp: Int { volatility.warmUp }

    mutating func update(_ bar: Bar) -> Double {
        let change = Double.log(bar.close / previousClose)
        previousClose = bar.close
        return change.scaled(by: volatility.update(bar.close))
    }
}

/// ``Feature/volatilityChange``: volatility persists, so the logarithm's spread shrinks slowly, with the fourth root.
struct VolatilityChangeFeature: FeatureMachine {
    private var recent: YangZhangVolatility
    private var longer: YangZhangVolatility
    private let factor: Double

    init(period: Int) {
        recent = YangZhangVolatility(period: period)
        longer = YangZhangVolatility(period: 2 * period)
        factor = 3 * Double(period).squareRoot().squareRoot()
    }

    var warmUp: Int { longer.warmUp }

    mutating func update(_ bar: Bar) -> Double {
        let (now, before) = (recent.update(bar), longer.update(bar))
        if now.isNaN || before.isNaN { return .nan }
        return now > 0 && before > 0 ? (Double.log(now / before) * factor).clipped : 0
    }
}
