public import Optimizer

/// The part of a gene's values that a search may take, both ends included; written as `[minimum, maximum]`.
///
/// A choice is limited by its position: `permission` 1...1 is long only.
public struct GeneLimit: Hashable, Codable, Sendable {
    /// The smallest value.
    public var minimum: Double
    /// The largest value.
    public var maximum: Double

    /// A limit from its ends.
    public init(_ minimum: Double, _ maximum: Double) {
        (self.minimum, self.maximum) = (minimum, maximum)
    }

    /// Reads `[minimum, maximum]`.
    public init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        minimum = try container.decode(Double.self)
        maximum = try container.decode(Double.self)
    }

    /// Writes `[minimum, maximum]`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(minimum)
        try container.encode(maximum)
    }
}

/// Why a limit cannot be put on a gene.
public enum GeneLimitError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no such gene.
    case unknownGene(String)
    /// An end is not one of the gene's values, or they are in the wrong order.
    case badLimit(String, GeneLimit, allowed: String)

    public var description: String {
        switch self {
        case .unknownGene(let name):
            "there is no gene '\(name)'; docs/strategy.md lists them"
        case .badLimit(let name, let limit, let allowed):
            "the gene '\(name)' cannot be limited to [\(limit.minimum), \(limit.maximum)]; it takes \(allowed)"
        }
    }
}

extension StrategyGenome {
    /// The space of the genomes whose genes keep within limits; without a gate on several timeframes, limits of its
    /// genes limit nothing.
    ///
    /// - Throws: ``GeneLimitError`` naming the gene and what it takes.
    public static func space(limits: [String: GeneLimit], timeframes: Bool = false) throws -> GeneSpace {
        let names = Set(layout(timeframes: true).map(\.name))
        if let unknown = limits.keys.sorted().first(where: { !names.contains($0) }) {
            throw GeneLimitError.unknownGene(unknown)
        }
        return try GeneSpace(
            try layout(timeframes: timeframes).map { gene in
                guard let limit = limits[gene.name] else { return gene }
                return Gene(gene.name, try limited(gene, limit))
            })
    }

    private static func limited(_ gene: Gene, _ limit: GeneLimit) throws(GeneLimitError) -> GeneDomain {
        let domain = gene.domain
        let (low, high) = (domain.snapped(limit.minimum), domain.snapped(limit.maximum))
        guard abs(low - limit.minimum) < 1e-9, abs(high - limit.maximum) < 1e-9, low <= high else {
            let bounds = domain.bounds
            throw .badLimit(
                gene.name, limit, allowed: "\(bounds.lowerBound) to \(bounds.upperBound) on its grid, lower end first")
        }
        return switch domain {
        case .integer(_, _, let step): .integer(minimum: Int(low), maximum: Int(high), step: step)
        case .real(_, _, let step): .real(minimum: low, maximum: high, step: step)
        case .categorical: .integer(minimum: Int(low), maximum: Int(high))
        }
    }
}
