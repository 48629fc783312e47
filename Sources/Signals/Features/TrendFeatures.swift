import Core

// The factors below make the spread of each feature about 1 on a random walk, on which the average true range is about
// 1.6 standard deviations of a bar's change, and the numerators spread with the root of the period.

/// ``Feature/trend``: a random walk spreads around its average by `sqrt(n + 1)/2` deviations of a bar.
struct TrendFeature: FeatureMachine {
    private var average: EMA
    private var range: ATR
    private let factor: Double

    init(period: Int) {
        average = EMA(period: period)
        range = ATR(period: period)
        factor = 3.2 / Double(period + 1).squareRoot()
    }

    var warmUp: Int { max(average.warmUp, range.warmUp) }

    mutating func update(_ bar: Bar) -> Double {
        let distance = bar.close - average.update(bar.close)
        return (distance * factor).scaled(by: range.update(bar))
    }
}

/// ``Feature/crossover``: the two averages spread by `sqrt(n/12)` deviations of a bar.
struct CrossoverFeature: FeatureMachine {
    private var fast: EMA
    private var slow: EMA
    private var range: ATR
    private let factor: Double

    init(period: Int) {
        fast = EMA(period: period)
        slow = EMA(period: 2 * period)
        range = ATR(period: period)
        factor = 5.5 / Double(period).squareRoot()
    }

    var warmUp: Int { max(slow.warmUp, range.warmUp) }

    mutating func update(_ bar: Bar) -> Double {
        let distance = fast.update(bar.close) - slow.update(bar.close)
        return (distance * factor).scaled(by: range.update(bar))
    }
}

/// ``Feature/acceleration``: averages over n and 2n bars, signal over n/2; its factor is measured on the bundled bars.
struct AccelerationFeature: FeatureMachine {
    private var averages: MACD
    private var range: ATR
    private let factor: Double

    init(period: Int) {
        averages = MACD(fast: period, slow: 2 * period, signal: (period + 1) / 2)
        range = ATR(period: period)
        factor = 24 / Double(period).squareRoot()
    }

    var warmUp: Int { max(averages.warmUp, range.warmUp) }

    mutating func update(_ bar: Bar) -> Double {
        let histogram = averages.update(bar.close).histogram
        return (histogram * factor).scaled(by: range.update(bar))
    }
}

/// ``Feature/momentum``: a change over n bars spreads by `sqrt(n)` deviations of a bar.
struct MomentumFeature: FeatureMachine {
    private var change: Momentum
    private var range: ATR
    private let factor: Double

    init(period: Int) {
        change = Momentum(period: period)
        range = ATR(period: period)
        factor = 1.6 / Double(period).squareRoot()
    }

    var warmUp: Int { max(change.warmUp, range.warmUp) }

    mutating func update(_ bar: Bar) -> Double {
        (change.update(bar.close) * factor).scaled(by: range.update(bar))
    }
}

/// ``Feature/direction``: the balance shrinks with the root of the period, which the factor undoes.
struct DirectionFeature: FeatureMachine {
    private var index: ADX
    private let factor: Double

    init(period: Int) {
        index = ADX(period: period)
        factor = 0.8 * Double(period).squareRoot()
    }

    var warmUp: Int { index.period }

    mutating func update(_ bar: Bar) -> Double {
        _ = index.update(bar)
        return (index.direction * factor).clipped
    }
}

/// ``Feature/trendStrength``: ADX averages about `105/sqrt(n)` on the bundled bars, which becomes 0.
struct TrendStrengthFeature: FeatureMachine {
    private var index: ADX
    private let factor: Double

    init(period: Int) {
        index = ADX(period: period)
        factor = Double(period).squareRoot() / 105
    }

    var warmUp: Int { index.warmUp }

    mutating func update(_ bar: Bar) -> Double {
        let value = index.update(bar)
        return value == 0 ? 0 : (3 * (value * factor - 1)).clipped
    }
}
