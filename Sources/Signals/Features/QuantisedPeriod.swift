/// One of the eight periods, in bars, that every feature and strategy uses.
///
/// The grid grows by about 1.5 a step: fine enough to matter, and small enough that each column is computed once per
/// series and shared by all genomes.
public struct QuantisedPeriod: Hashable, Comparable, Codable, Sendable, CaseIterable, CustomStringConvertible {
    /// The periods in bars, ascending.
    public static let grid = [5, 8, 12, 18, 27, 40, 60, 90]

    /// The position in ``grid``.
    public let index: Int

    /// The period at a position of the grid.
    ///
    /// - Precondition: `index` is a position in ``grid``.
    public init(index: Int) {
        precondition(Self.grid.indices.contains(index), "a period's index is 0 ..< \(Self.grid.count)")
        self.index = index
    }

    /// The period of exactly `bars`; nil when the grid does not hold it.
    public init?(bars: Int) {
        guard let index = Self.grid.firstIndex(of: bars) else { return nil }
        self.index = index
    }

    /// The period in bars.
    public var bars: Int { Self.grid[index] }

    /// All periods, ascending.
    public static let allCases = grid.indices.map { QuantisedPeriod(index: $0) }

    /// The longest period.
    public static let longest = QuantisedPeriod(index: grid.count - 1)

    public var description: String { "\(bars)" }

    /// Reads the number of bars.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let bars = try container.decode(Int.self)
        guard let period = QuantisedPeriod(bars: bars) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\(bars) is not one of the periods \(Self.grid)")
        }
        self = period
    }

    /// Writes the number of bars.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bars)
    }

    public static func < (left: QuantisedPeriod, right: QuantisedPeriod) -> Bool { left.index < right.index }
}
