import Core

/// ``Feature/strength``: on a random walk `(RSI - 50)/50` spreads by about `1.25/sqrt(2n - 1)`.
struct StrengthFeature: FeatureMachine {
    private var index: RSI
    private let factor: Double

    init(period: Int) {
        index = RSI(period: period, whenFlat: 50)
        factor = Double(2 * period - 1).squareRoot() / 62.5
    }

    var warmUp: Int { index.warmUp }

    mutating func update(_ bar: Bar) -> Double { ((index.update(bar.close) - 50) * factor).clipped }
}

/// ``Feature/stochastic``: %D of a once smoothed %K (3, 3), taken from 0 ... 100 to -1.5 ... 1.5.
struct StochasticFeature: FeatureMachine {
    private var oscillator: Stochastic

    init(period: Int) {
        oscillator = Stochastic(period: period, whenFlat: 50)
    }

    var warmUp: Int { oscillator.warmUp }

    mutating func update(_ bar: Bar) -> Double { (oscillator.update(bar).slow - 50) * 0.03 }
}

/// ``Feature/channelIndex``: the index is built to spread by about 100.
struct ChannelIndexFeature: FeatureMachine {
    private var index: CCI

    init(period: Int) {
        index = CCI(period: period)
    }

    var warmUp: Int { index.warmUp }

    mutating func update(_ bar: Bar) -> Double { (index.update(bar) * 0.01).clipped }
}

/// ``Feature/donchian``: taken from 0 ... 1 to -1.5 ... 1.5.
struct DonchianFeature: FeatureMachine {
    private var position: DonchianPosition

    init(period: Int) {
        position = DonchianPosition(period: period)
    }

    var warmUp: Int { position.warmUp }

    mutating func update(_ bar: Bar) -> Double { (position.update(bar) - 0.5) * 3 }
}

/// ``Feature/priceScore``.
struct PriceScoreFeature: FeatureMachine {
    private var score: RollingZScore

    init(period: Int) {
        score = RollingZScore(period: period)
    }

    var warmUp: Int { score.warmUp }

    mutating func update(_ bar: Bar) -> Double { score.update(bar.close).clipped }
}
