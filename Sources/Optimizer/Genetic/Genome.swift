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

    /// Reads numbers separated by spaces.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let words = try container.decode(String.self).split(separator: " ")
        let values = words.compactMap { Double($0) }
        guard values.count == words.count else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a gene is not a number")
        }
        self.init(values)
    }

    /// Writes numbers separated by spaces, each in the shortest spelling that reads back exactly. A stored search holds
    /// thousands of genomes; one text each is read and written ten times faster than a list of numbers.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(values.map { "\($0)" }.joined(separator: " "))
    }
}
