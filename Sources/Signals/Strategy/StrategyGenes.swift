public import Optimizer

/// The genome as a search sees it: a list of named genes, each on a grid.
extension StrategyGenome {
    /// The number of terms the genes hold.
    public static let termCount = 4

    /// The most bars that any genome of the space holds a position.
    public static let longestHolding = 120

    /// The values of ``volatilityTarget`` that can be searched, each about 1.4 times the one before.
    public static let volatilityTargets = [
        0.001, 0.0014, 0.002, 0.0028, 0.004, 0.0056, 0.008, 0.011, 0.016, 0.022, 0.032,
    ]

    /// The genes, in the order of ``genes``. Periods and volatility targets are written as positions in their grids.
    public static let geneLayout: [Gene] =
        (1...termCount).flatMap { term in
            [
                Gene("feature\(term)", .categorical(count: Feature.allCases.count)),
                Gene("period\(term)", periodDomain),
                Gene("weight\(term)", .real(minimum: -1, maximum: 1, step: 0.1)),
            ]
        } + [
            Gene("entryThreshold", .real(minimum: 0.1, maximum: 2, step: 0.05)),
            Gene("exitShare", .real(minimum: -1, maximum: 0.9, step: 0.1)),
            Gene("permission", .categorical(count: Permission.allCases.count)),
            Gene("stopRanges", .real(minimum: 0.5, maximum: 6, step: 0.25)),
            Gene("takeProfitRanges", .real(minimum: 0, maximum: 12, step: 0.5)),
            Gene("rangePeriod", periodDomain),
            Gene("maximumHolding", .integer(minimum: 4, maximum: longestHolding, step: 4)),
            Gene("cooldown", .integer(minimum: 1, maximum: 24)),
            Gene("volatilityPeriod", periodDomain),
            Gene("gateLow", .real(minimum: 0, maximum: 1.25, step: 0.25)),
            Gene("gateHigh", .real(minimum: 0.75, maximum: 4.25, step: 0.25)),
            Gene("volatilityTarget", .integer(minimum: 0, maximum: volatilityTargets.count - 1)),
        ]

    /// The genes that a search over several timeframes has behind those of ``geneLayout``: whether the gate counts, and
    /// its threshold.
    public static let timeframeGenes: [Gene] = [
        Gene("timeframeGate", .categorical(count: 2)),
        Gene("timeframeThreshold", .real(minimum: -1, maximum: 2, step: 0.25)),
    ]

    /// The genes of a search, with or without a gate on several timeframes.
    public static func layout(timeframes: Bool) -> [Gene] { timeframes ? geneLayout + timeframeGenes : geneLayout }

    private static let grids = layout(timeframes: true).map { GeneGrid($0.domain) }

    private static let periodDomain = GeneDomain.integer(minimum: 0, maximum: QuantisedPeriod.grid.count - 1)

    /// The space of all genomes, with or without a gate on several timeframes.
    ///
    /// - Throws: ``GeneSpaceError``, which a test of ``geneLayout`` rules out.
    public static func space(timeframes: Bool = false) throws(GeneSpaceError) -> GeneSpace {
        try GeneSpace(layout(timeframes: timeframes))
    }

    /// The strategy that gene values describe; each is moved to the nearest legal one.
    ///
    /// - Precondition: `genes` has one value per gene of a ``layout(timeframes:)``.
    public init(genes: [Double]) {
        let base = Self.geneLayout.count
        precondition(genes.count == base || genes.count == Self.grids.count, "a strategy has \(base) genes or two more")
        var next = 0
        func value() -> Double {
            defer { next += 1 }
            return Self.grids[next].snapped(genes[next])
        }
        func index() -> Int { Int(value()) }
        func period() -> QuantisedPeriod { QuantisedPeriod.allCases[index()] }
        terms = (0..<Self.termCount).map { _ in
            Term(Feature.allCases[index()], over: period(), weight: value())
        }
        (entryThreshold, exitShare) = (value(), value())
        permission = Permission.allCases[index()]
        (stopRanges, takeProfitRanges, rangePeriod) = (value(), value(), period())
        (maximumHolding, cooldown) = (index(), index())
        (volatilityPeriod, gateLow, gateHigh) = (period(), value(), value())
        volatilityTarget = Self.volatilityTargets[index()]
        if genes.count > base { timeframes = TimeframeGate(isOn: value() != 0, threshold: value()) }
    }

    /// Its genes: with those of ``timeframeGenes`` when it knows of several timeframes.
    public var layout: [Gene] { Self.layout(timeframes: timeframes != nil) }

    /// The gene values of this strategy in the order of ``layout``, each moved to the nearest legal one.
    ///
    /// - Precondition: there are at most ``termCount`` terms; missing ones get the weight 0.
    public var genes: [Double] {
        precondition(terms.count <= Self.termCount, "the genes hold \(Self.termCount) terms")
        let spare = Array(repeating: Term(.trend, over: .usual, weight: 0), count: Self.termCount - terms.count)
        let values: [Double] =
            (terms + spare).flatMap { term in
                [Self.position(of: term.feature, in: Feature.allCases), Double(term.period.index), term.weight]
            } + [
                entryThreshold, exitShare, Self.position(of: permission, in: Permission.allCases), stopRanges,
                takeProfitRanges, Double(rangePeriod.index), Double(maximumHolding), Double(cooldown),
                Double(volatilityPeriod.index), gateLow, gateHigh, Double(Self.level(of: volatilityTarget)),
            ]
        let gate: [Double] = timeframes.map { [$0.isOn ? 1 : 0, $0.threshold] } ?? []
        return zip(layout, values + gate).map { $0.domain.snapped($1) }
    }

    private static func position<T: Equatable>(of value: T, in choices: [T]) -> Double {
        Double(choices.firstIndex(of: value) ?? 0)
    }

    /// The position of the volatility target nearest to `target`.
    private static func level(of target: Double) -> Int {
        volatilityTargets.indices.min { abs(volatilityTargets[$0] - target) < abs(volatilityTargets[$1] - target) } ?? 0
    }
}

/// ``GeneDomain/snapped(_:)`` with everything about the domain worked out once: a search reads millions of genes.
private struct GeneGrid {
    private let bounds: ClosedRange<Double>
    private let maximum: Double
    private let step: Double
    private let last: Double

    init(_ domain: GeneDomain) {
        bounds = domain.bounds
        last = Double((domain.cardinality ?? 1) - 1)
        switch domain {
        case .integer(_, let maximum, let step): (self.maximum, self.step) = (Double(maximum), Double(step))
        case .real(_, let maximum, let step): (self.maximum, self.step) = (maximum, step ?? 1)
        case .categorical(let count): (maximum, step) = (Double(count - 1), 1)
        }
    }

    /// The legal value nearest to `value`; NaN becomes the smallest one.
    func snapped(_ value: Double) -> Double {
        let inside = value >= bounds.lowerBound ? Swift.min(value, bounds.upperBound) : bounds.lowerBound
        let index = Swift.min(((inside - bounds.lowerBound) / step).rounded(), last)
        return Swift.min(bounds.lowerBound + index * step, maximum)
    }
}

/// The genome as an artifact stores it: gene values by name.
extension StrategyGenome {
    /// The gene values by gene name.
    public var namedGenes: [String: Double] {
        Dictionary(uniqueKeysWithValues: zip(layout.map(\.name), genes))
    }

    /// The strategy of named gene values; nil when a gene is missing, unknown or has a value that is not legal.
    public init?(namedGenes: [String: Double]) {
        let isWider = namedGenes.keys.contains(Self.timeframeGenes[0].name)
        let layout = Self.layout(timeframes: isWider)
        let values = layout.compactMap { gene in
            namedGenes[gene.name].flatMap { gene.domain.contains($0) ? $0 : nil }
        }
        guard values.count == layout.count, namedGenes.count == values.count else { return nil }
        self.init(genes: values)
    }
}
