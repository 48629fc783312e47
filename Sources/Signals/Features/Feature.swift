/// The catalogue of features: what a strategy may look at.
///
/// Each is a number known at a bar's close, computed from that bar and earlier ones only, and scaled so that on a
/// random walk its spread is about 1 whatever the period; all are clipped to -3 ... 3. Positive means "rising" for the
/// signed ones, "more than usual" for the others. Where nothing moves or nothing trades a feature is 0.
public enum Feature: String, Codable, CaseIterable, Hashable, Sendable {
    /// Close above its exponential average: `(close - EMA) / ATR`.
    case trend
    /// A fast average above one twice as slow: `(EMA(n) - EMA(2n)) / ATR`.
    case crossover
    /// The histogram of that MACD over its signal line: `(line - signal) / ATR`.
    case acceleration
    /// Change over the period: `(close - close[-n]) / ATR`.
    case momentum
    /// Balance of directional movement: `(+DM - -DM) / (+DM + -DM)`.
    case direction
    /// How one-sided movement is, either way, against what a random walk shows: ADX. Unsigned.
    case trendStrength
    /// Relative strength index around its middle.
    case strength
    /// Slow stochastic %D around its middle.
    case stochastic
    /// Commodity channel index over 100.
    case channelIndex
    /// Close in the Donchian channel, around its middle.
    case donchian
    /// Rolling z-score of the close: the position in Bollinger's bands.
    case priceScore
    /// Rolling z-score of the volume. Unsigned.
    case volumeScore
    /// Close above the rolling volume-weighted average price: `(close - VWAP) / ATR`.
    case vwapDeviation
    /// Net on-balance volume over the period as a share of the volume traded.
    case volumeFlow
    /// The bar's own log return in units of realised volatility.
    case shock
    /// Yang-Zhang volatility against that of twice the period, as a logarithm. Unsigned.
    case volatilityChange

    /// The position in `allCases`, without looking for it.
    var ordinal: Int {
        switch self {
        case .trend: 0
        case .crossover: 1
        case .acceleration: 2
        case .momentum: 3
        case .direction: 4
        case .trendStrength: 5
        case .strength: 6
        case .stochastic: 7
        case .channelIndex: 8
        case .donchian: 9
        case .priceScore: 10
        case .volumeScore: 11
        case .vwapDeviation: 12
        case .volumeFlow: 13
        case .shock: 14
        case .volatilityChange: 15
        }
    }

    /// The machine that computes this feature over `period` bars.
    func machine(period: Int) -> any FeatureMachine {
        switch self {
        case .trend: TrendFeature(period: period)
        case .crossover: CrossoverFeature(period: period)
        case .acceleration: AccelerationFeature(period: period)
        case .momentum: MomentumFeature(period: period)
        case .direction: DirectionFeature(period: period)
        case .trendStrength: TrendStrengthFeature(period: period)
        case .strength: StrengthFeature(period: period)
        case .stochastic: StochasticFeature(period: period)
        case .channelIndex: ChannelIndexFeature(period: period)
        case .donchian: DonchianFeature(period: period)
        case .priceScore: PriceScoreFeature(period: period)
        case .volumeScore: VolumeScoreFeature(period: period)
        case .vwapDeviation: VWAPFeature(period: period)
        case .volumeFlow: VolumeFlowFeature(period: period)
        case .shock: ShockFeature(period: period)
        case .volatilityChange: VolatilityChangeFeature(period: period)
        }
    }
}
