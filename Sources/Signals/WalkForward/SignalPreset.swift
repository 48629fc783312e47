import Optimizer

/// A style of trading as data: windows, how hard to search, what is good, and which genes may take which values.
///
/// What a preset does not mention stays as it is. `aitrade signals presets` lists the bundled ones.
public struct SignalPreset: Hashable, Codable, Sendable {
    /// The name that the artifact carries.
    public var name: String
    /// What it is for, in a sentence.
    public var summary: String
    /// Bars per train window.
    public var trainWindow: Int?
    /// Bars per trade window.
    public var tradeWindow: Int?
    /// Genomes in a generation.
    public var population: Int?
    /// Generations of a fold's search.
    public var generations: Int?
    /// What the search looks for.
    public var fitness: Fitness?
    /// Whether genomes may look at several timeframes, and with which weights.
    public var timeframes: TimeframeChoice?
    /// The values that genes may take, by gene name.
    public var genes: [String: GeneLimit]?

    /// The parts of a ``FitnessRule`` that a preset sets.
    public struct Fitness: Hashable, Codable, Sendable {
        /// See ``FitnessRule/drawdownWeight``.
        public var drawdownWeight: Double?
        /// See ``FitnessRule/fewTradesWeight``.
        public var fewTradesWeight: Double?
        /// See ``FitnessRule/barsPerTrade``.
        public var barsPerTrade: Int?
        /// See ``FitnessRule/dispersionWeight``.
        public var dispersionWeight: Double?

        /// Reads a preset's `fitness`, which has no other keys.
        public init(from decoder: any Decoder) throws {
            try KnownKeys(["drawdownWeight", "fewTradesWeight", "barsPerTrade", "dispersionWeight"]).check(decoder)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            drawdownWeight = try container.decodeIfPresent(Double.self, forKey: .drawdownWeight)
            fewTradesWeight = try container.decodeIfPresent(Double.self, forKey: .fewTradesWeight)
            barsPerTrade = try container.whole(.barsPerTrade)
            dispersionWeight = try container.decodeIfPresent(Double.self, forKey: .dispersionWeight)
            // A penalty below zero is a reward: the search would look for what it is meant to avoid.
            for (key, weight) in [
                (CodingKeys.drawdownWeight, drawdownWeight), (.fewTradesWeight, fewTradesWeight),
                (.dispersionWeight, dispersionWeight),
            ] {
                try container.check(key, weight, in: 0...1_000_000)
            }
            try container.check(.barsPerTrade, barsPerTrade, in: 1...1_000_000)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case name, summary, trainWindow, tradeWindow, population, generations, fitness, timeframes, genes
    }

    /// Reads a preset; a key it does not know is an error.
    public init(from decoder: any Decoder) throws {
        try KnownKeys([
            "name", "summary", "trainWindow", "tradeWindow", "population", "generations", "fitness", "genes",
            "timeframes",
        ]).check(decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        summary = try container.decode(String.self, forKey: .summary)
        trainWindow = try container.whole(.trainWindow)
        tradeWindow = try container.whole(.tradeWindow)
        population = try container.whole(.population)
        generations = try container.whole(.generations)
        fitness = try container.decodeIfPresent(Fitness.self, forKey: .fitness)
        timeframes = try container.decodeIfPresent(TimeframeChoice.self, forKey: .timeframes)
        genes = try container.decodeIfPresent([String: GeneLimit].self, forKey: .genes)
        try checkWords(container)
        try container.check(.trainWindow, trainWindow, in: 1...100_000_000)
        try container.check(.tradeWindow, tradeWindow, in: 1...100_000_000)
        try container.check(.population, population, in: GeneticOptions.populations)
        try container.check(.generations, generations, in: GeneticOptions.generationCounts)
    }

    /// Both texts are printed on terminals and pages, and the name is how an artifact says what it was made with.
    private func checkWords(_ container: KeyedDecodingContainer<CodingKeys>) throws {
        for (key, text, longest) in [(CodingKeys.name, name, 60), (.summary, summary, 500)] {
            let isPlain = text.unicodeScalars.allSatisfy {
                ![.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
            }
            guard isPlain, (1...longest).contains(text.count), text.contains(where: { !$0.isWhitespace }) else {
                throw DecodingError.dataCorruptedError(
                    forKey: key, in: container,
                    debugDescription: "it is one line of 1 to \(longest) characters, none of them a control character")
            }
        }
    }

    /// Puts the preset into options; `timeframes` are the weights of a preset that asks for timeframes without any.
    ///
    /// - Throws: ``GeneLimitError`` where a gene cannot take what the preset says.
    public func apply(to options: inout WalkForwardOptions, timeframes usual: TimeframeWeights = .usual) throws {
        _ = try StrategyGenome.space(limits: genes ?? [:], timeframes: true)
        if let timeframes { options.timeframes = timeframes.weights(usual: usual) }
        options.preset = name
        options.trainWindow = trainWindow ?? options.trainWindow
        options.tradeWindow = tradeWindow ?? options.tradeWindow
        options.search.population = population ?? options.search.population
        options.search.generations = generations ?? options.search.generations
        options.fitness.drawdownWeight = fitness?.drawdownWeight ?? options.fitness.drawdownWeight
        options.fitness.fewTradesWeight = fitness?.fewTradesWeight ?? options.fitness.fewTradesWeight
        options.fitness.barsPerTrade = fitness?.barsPerTrade ?? options.fitness.barsPerTrade
        options.fitness.dispersionWeight = fitness?.dispersionWeight ?? options.fitness.dispersionWeight
        options.limits = genes ?? options.limits
    }
}

extension KeyedDecodingContainer {
    /// A whole number. A decoder of JSON says of a fraction that the data is no JSON, and does not say where.
    fileprivate func whole(_ key: Key) throws -> Int? {
        guard let number = try decodeIfPresent(Double.self, forKey: key) else { return nil }
        guard let whole = Int(exactly: number) else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self, debugDescription: "it takes a whole number, not \(number)")
        }
        return whole
    }

    fileprivate func check<Value: Comparable>(_ key: Key, _ value: Value?, in range: ClosedRange<Value>) throws {
        guard let value, !range.contains(value) else { return }
        throw DecodingError.dataCorruptedError(
            forKey: key, in: self,
            debugDescription: "it takes \(range.lowerBound) to \(range.upperBound), not \(value)")
    }
}

/// The keys that an object may have.
private struct KnownKeys {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private let names: Set<String>

    init(_ names: Set<String>) { self.names = names }

    func check(_ decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let unknown = container.allKeys.map(\.stringValue).filter { !names.contains($0) }.sorted().first
        guard let unknown else { return }
        let context = DecodingError.Context(
            codingPath: decoder.codingPath,
            debugDescription: "unknown key '\(unknown)'; known are \(names.sorted().joined(separator: ", "))")
        throw DecodingError.dataCorrupted(context)
    }
}
