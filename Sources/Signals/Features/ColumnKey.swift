public import Core

/// One column of a ``FeatureTable``: a feature, or one of the measures that strategies size and place stops with.
public enum ColumnKey: Hashable, Sendable {
    /// A feature over a period, in -3 ... 3.
    case feature(Feature, QuantisedPeriod)
    /// ``ATR`` over a period, in price units.
    case averageRange(QuantisedPeriod)
    /// ``RealisedVolatility`` of closes over a period, per bar, as a share of the price.
    case volatility(QuantisedPeriod)

    /// Every column there is, in the order of ``slot``.
    public static let all: [ColumnKey] =
        Feature.allCases.flatMap { feature in QuantisedPeriod.allCases.map { .feature(feature, $0) } }
        + QuantisedPeriod.allCases.map { .averageRange($0) } + QuantisedPeriod.allCases.map { .volatility($0) }

    /// The position in ``all``.
    public var slot: Int {
        let periods = QuantisedPeriod.grid.count
        return switch self {
        case .feature(let feature, let period): feature.ordinal * periods + period.index
        case .averageRange(let period): Self.features * periods + period.index
        case .volatility(let period): (Self.features + 1) * periods + period.index
        }
    }

    /// Asking for all cases makes an array of them.
    private static let features = Feature.allCases.count

    /// The first row at which the column is defined.
    public var warmUp: Int { machine().warmUp }

    /// The column over `bars`; NaN before ``warmUp``.
    public func column(over bars: BarSeries) -> [Double] { machine().column(over: bars) }

    /// The machine that computes the column bar by bar.
    func machine() -> any FeatureMachine {
        switch self {
        case .feature(let feature, let period): feature.machine(period: period.bars)
        case .averageRange(let period): ATR(period: period.bars)
        case .volatility(let period): VolatilityMeasure(period: period.bars)
        }
    }
}
