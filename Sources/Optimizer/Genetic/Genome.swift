/// One candidate of a search: a value per gene, in the order of the ``GeneSpace``.
///
/// Whole numbers and choices are exact whole `Double`s, so two genomes are equal exactly when they mean the same.
public struct Genome: Hashable, Codable, Sendable {
    /// The values in the order of the genes.
    public let values: [Double]

    /// A genome of `values`; ``GeneSpace/contains(_:)`` tells whether they are legal.
    public init(_ values: [Double]) {
        self.values = values.map { $0 == 0 ? 0 : $0 }
    }

    /// Reads a bare list of numbers.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode([Double].self))
    }

    /// Writes a bare list of numbers.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(values)
    }
}
