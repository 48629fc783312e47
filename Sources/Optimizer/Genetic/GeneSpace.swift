public import Core

/// The ordered genes of a search: every ``Genome`` of the search has one value per gene, in this order.
public struct GeneSpace: Hashable, Codable, Sendable {
    /// The genes in order.
    public let genes: [Gene]

    /// Checks and takes the genes.
    ///
    /// - Throws: ``GeneSpaceError`` naming the first gene that is empty, unsound or repeated.
    public init(_ genes: [Gene]) throws(GeneSpaceError) {
        guard !genes.isEmpty else { throw .noGenes }
        var names: Set<String> = []
        for gene in genes {
            if let flaw = gene.domain.flaw { throw .flawedGene(gene.name, flaw) }
            guard names.insert(gene.name).inserted else { throw .repeatedName(gene.name) }
        }
        self.genes = genes
    }

    /// Reads the genes and checks them again.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(container.decode([Gene].self, forKey: .genes))
    }

    /// The number of genes.
    public var count: Int { genes.count }

    /// The number of different genomes, or nil when it is unbounded or does not fit an `Int`.
    public var cardinality: Int? {
        var product = 1
        for gene in genes {
            guard let count = gene.domain.cardinality else { return nil }
            let (value, overflow) = product.multipliedReportingOverflow(by: count)
            if overflow { return nil }
            product = value
        }
        return product
    }

    /// Whether every value of `genome` lies in its gene's domain and on its grid.
    public func contains(_ genome: Genome) -> Bool {
        genome.values.count == count && zip(genes, genome.values).allSatisfy { $0.domain.contains($1) }
    }

    /// Moves every value to the nearest legal one.
    ///
    /// - Precondition: `values` has one element per gene.
    public func snapped(_ values: [Double]) -> Genome {
        precondition(values.count == count, "a genome needs one value per gene")
        return Genome(zip(genes, values).map { $0.domain.snapped($1) })
    }

    /// The values of `genome` by gene name, for a file that people read.
    ///
    /// - Precondition: the genome has one value per gene.
    public func named(_ genome: Genome) -> [String: Double] {
        precondition(genome.values.count == count, "a genome needs one value per gene")
        return Dictionary(uniqueKeysWithValues: zip(genes.map(\.name), genome.values))
    }

    /// The genome that ``named(_:)`` wrote, or nil when a gene is missing, unknown or has an illegal value.
    public func genome(named values: [String: Double]) -> Genome? {
        let ordered = genes.compactMap { values[$0.name] }
        guard ordered.count == count, values.count == count else { return nil }
        let genome = Genome(ordered)
        return contains(genome) ? genome : nil
    }

    /// A genome drawn uniformly from the space.
    public func randomGenome(_ random: inout SeededRandom) -> Genome {
        Genome(genes.map { Self.randomValue($0.domain, &random) })
    }

    /// A value drawn uniformly from `domain`.
    static func randomValue(_ domain: GeneDomain, _ random: inout SeededRandom) -> Double {
        if let cardinality = domain.cardinality { return domain.gridValue(random.below(cardinality)) }
        let bounds = domain.bounds
        return domain.snapped(bounds.lowerBound + random.unit() * (bounds.upperBound - bounds.lowerBound))
    }
}

/// Why genes do not make a ``GeneSpace``.
public enum GeneSpaceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is nothing to search.
    case noGenes
    /// A gene's domain holds no usable values.
    case flawedGene(String, GeneFlaw)
    /// Two genes have one name.
    case repeatedName(String)

    public var description: String {
        switch self {
        case .noGenes: "a search needs at least one gene; add one"
        case .flawedGene(let name, let flaw):
            "gene '\(name)' has an unusable domain (\(flaw.rawValue)); correct its bounds"
        case .repeatedName(let name): "two genes are named '\(name)'; rename one"
        }
    }
}
