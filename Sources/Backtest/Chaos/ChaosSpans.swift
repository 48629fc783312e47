/// How long something took, every time, in milliseconds.
public struct ChaosSpans: Hashable, Codable, Sendable {
    private var spans: [Int64] = []

    /// Nothing took any time yet.
    public init() {}

    /// How many times there were.
    public var count: Int { spans.count }

    mutating func note(_ milliseconds: Int64) { spans.append(milliseconds) }

    /// Adds the times of another run.
    public mutating func add(_ other: ChaosSpans) { spans += other.spans }

    /// The shortest span that at least this share of all do not exceed (nearest rank), in milliseconds; zero without
    /// any.
    public func quantile(_ share: Double) -> Int64 {
        let rank = Int((share * Double(spans.count)).rounded(.up))
        return spans.isEmpty ? 0 : spans.sorted()[min(max(rank, 1), spans.count) - 1]
    }
}
