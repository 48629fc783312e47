import Core

/// ``Feature/volumeScore``.
struct VolumeScoreFeature: FeatureMachine {
    private var score: RollingZScore

    init(period: Int) {
        score = RollingZScore(period: period)
    }

    var warmUp: Int { score.warmUp }

    mutating func update(_ bar: Bar) -> Double { score.update(bar.volume).clipped }
}

/// ``Feature/vwapDeviation``: a random walk spreads around the mean of its last n values by `sqrt(n/3)` deviations.
struct VWAPFeature: FeatureMachine {
    private var deviation: VWAPDeviation
    private var range: ATR
    private let factor: Double

    init(period: Int) {
        deviation = VWAPDeviation(period: period)
        range = ATR(period: period)
        factor = 2.8 / Double(period).squareRoot()
    }

    var warmUp: Int { max(deviation.warmUp, range.warmUp) }

    mutating func update(_ bar: Bar) -> Double {
        let distance = deviation.update(bar) * bar.close
        return (distance * factor).scaled(by: range.update(bar))
    }
}

/// ``Feature/volumeFlow``: n independent volumes of random sign balance to about `1/sqrt(n)` of their sum.
struct VolumeFlowFeature: FeatureMachine {
    private var balance = OBV()
    private var lag: Lag
    private var volume: RollingSum
    private let factor: Double

    init(period: Int) {
        lag = Lag(period: period)
        volume = RollingSum(period: period)
        factor = Double(period).squareRoot()
    }

    var warmUp: Int { lag.period }

    mutating func update(_ bar: Bar) -> Double {
        let now = balance.update(bar)
        let flow = now - lag.exchange(now)
        let traded = volume.add(bar.volume)
        return flow.isNaN ? .nan : (flow * factor).scaled(by: traded)
    }
}
