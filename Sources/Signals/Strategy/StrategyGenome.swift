/// One strategy of the family AiTrade searches: a weighted score of features that opens, holds and closes one position.
///
/// `docs/strategy.md` has the exact rules; ``StrategyState`` is their reference implementation. Values off the grid of
/// ``StrategyGenome/space()`` are legal here and are moved to the grid when encoded as genes.
public struct StrategyGenome: Hashable, Codable, Sendable {
    /// One feature with its period and its weight in the score.
    public struct Term: Hashable, Codable, Sendable {
        /// What is looked at.
        public var feature: Feature
        /// Over how many bars.
        public var period: QuantisedPeriod
        /// -1...1; the weights are divided by the sum of their magnitudes. A term of weight 0 is not looked at.
        public var weight: Double

        /// A term from its parts.
        public init(_ feature: Feature, over period: QuantisedPeriod, weight: Double) {
            (self.feature, self.period, self.weight) = (feature, period, weight)
        }
    }

    /// Which sides may be traded.
    public enum Permission: String, Codable, Sendable, CaseIterable {
        /// Long and short.
        case both
        /// Long only.
        case long
        /// Short only.
        case short
    }

    /// An entry condition on the trend over several timeframes, see ``TimeframeTrend``.
    public struct TimeframeGate: Hashable, Codable, Sendable {
        /// Whether the condition counts at all.
        public var isOn: Bool
        /// A long entry needs a trend of at least this, a short one of at most minus this; -1...2. Below 0 it only
        /// forbids entries against a clear trend.
        public var threshold: Double

        /// A condition from its parts.
        public init(isOn: Bool, threshold: Double) {
            (self.isOn, self.threshold) = (isOn, threshold)
        }
    }

    /// What the score is made of; the genes hold ``termCount`` terms.
    public var terms: [Term]
    /// A long position is entered at a score of at least this, a short one at minus this or below; positive.
    public var entryThreshold = 0.5
    /// A long position is left below `exitShare * entryThreshold`, a short one above minus that; -1..<1.
    public var exitShare = 0.0
    /// Which sides may be traded.
    public var permission = Permission.both
    /// The distance of the stop from the close of the decision, in average true ranges; positive.
    public var stopRanges = 3.0
    /// The distance of the take-profit, in average true ranges; 0 for none.
    public var takeProfitRanges = 0.0
    /// The period of that average true range.
    public var rangePeriod = QuantisedPeriod.usual
    /// The most bars a position is held; at least 1.
    public var maximumHolding = 48
    /// Rows with target 0 from the row of an exit on, before the next entry; at least 1. Reversals do not wait.
    public var cooldown = 1
    /// The period of the volatility that the gate and the size look at.
    public var volatilityPeriod = QuantisedPeriod.usual
    /// No entry while volatility is below this share of its usual level, that over the longest period.
    public var gateLow = 0.0
    /// No entry while volatility is above this multiple of its usual level.
    public var gateHigh = 4.25
    /// The volatility per bar, as a share of the budget, that a position's size aims at.
    public var volatilityTarget = 0.008

    /// What the trend over several timeframes must say for an entry; nil in a search that does not look at it.
    public var timeframes: TimeframeGate?

    /// A genome with the given terms and middling values for the rest.
    public init(terms: [Term]) {
        self.terms = terms
    }
}

extension QuantisedPeriod {
    /// A middling period: 18 bars.
    static let usual = QuantisedPeriod(index: 3)
}

extension StrategyGenome {
    /// The terms that have a weight, with weights whose magnitudes sum to 1.
    var activeTerms: [Term] {
        let sum = terms.reduce(0) { $0 + abs($1.weight) }
        return terms.filter { $0.weight != 0 }.map { Term($0.feature, over: $0.period, weight: $0.weight / sum) }
    }

    /// Whether a decision looks at the trend over several timeframes.
    public var looksAtTimeframes: Bool { timeframes?.isOn ?? false }

    /// Whether a trend over several timeframes lets an entry pass; one that is not known lets nothing pass.
    func permits(timeframes trend: Double, isLong: Bool) -> Bool {
        guard let gate = timeframes, gate.isOn else { return true }
        return (isLong ? trend : -trend) >= gate.threshold
    }

    /// The columns a decision needs: those of the active terms, then range, volatility and usual volatility.
    public var columnKeys: [ColumnKey] {
        activeTerms.map { .feature($0.feature, $0.period) }
            + [.averageRange(rangePeriod), .volatility(volatilityPeriod), .volatility(.longest)]
    }

    /// The first row on which a decision to enter is possible.
    public var warmUp: Int { columnKeys.map(\.warmUp).max() ?? 0 }

    /// The ``warmUp`` of the slowest genome there is: 223 rows.
    public static let longestWarmUp = ColumnKey.all.map(\.warmUp).max() ?? 0
}
