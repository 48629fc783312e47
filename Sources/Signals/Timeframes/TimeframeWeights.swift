public import Core

/// Several timeframes and how much each counts; the weights add up to 1.
///
/// ```swift
/// let weights = try TimeframeWeights("15m=.40,1h=.25,4h=.20,1d=.10,1w=.05")
/// ```
public struct TimeframeWeights: Hashable, Codable, Sendable, CustomStringConvertible {
    /// One timeframe.
    public struct Entry: Hashable, Codable, Sendable {
        /// The length of its bars.
        public let interval: BarInterval
        /// How much it counts; more than 0, at most 1.
        public let weight: Double

        /// An entry from its parts.
        public init(interval: BarInterval, weight: Double) {
            (self.interval, self.weight) = (interval, weight)
        }
    }

    /// The timeframes, ascending.
    public let entries: [Entry]

    /// How far the sum of the weights may be from 1.
    public static let tolerance = 1e-9

    /// The most timeframes there may be.
    public static let mostEntries = 12

    /// What is used where nothing else is said: 15m .40, 1h .25, 4h .20, 1d .10, 1w .05.
    public static let usual = TimeframeWeights(
        sorted: [(900_000, 0.4), (3_600_000, 0.25), (14_400_000, 0.2), (86_400_000, 0.1), (604_800_000, 0.05)]
            .compactMap { milliseconds, weight in
                BarInterval(milliseconds: milliseconds).map { Entry(interval: $0, weight: weight) }
            })

    private init(sorted entries: [Entry]) { self.entries = entries }

    /// Checks and sorts the entries.
    ///
    /// - Throws: ``TimeframeWeightsError`` naming what is wrong.
    public init(_ entries: [Entry]) throws(TimeframeWeightsError) {
        guard (1...Self.mostEntries).contains(entries.count) else { throw .count(entries.count) }
        let sorted = entries.sorted { $0.interval < $1.interval }
        for (left, right) in zip(sorted, sorted.dropFirst()) where left.interval == right.interval {
            throw .repeated(left.interval)
        }
        for entry in sorted where !(entry.weight > 0 && entry.weight <= 1) {
            throw .weight(entry.interval, entry.weight)
        }
        let sum = sorted.reduce(0) { $0 + $1.weight }
        guard abs(sum - 1) <= Self.tolerance else { throw .sum(sum) }
        self.init(sorted: sorted)
    }

    /// Reads `15m=.40,1h=.25,...`; a colon does as well as the equals sign.
    ///
    /// - Throws: ``TimeframeWeightsError`` naming what is wrong.
    public init(_ text: String) throws(TimeframeWeightsError) {
        var entries: [Entry] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(omittingEmptySubsequences: false) { $0 == "=" || $0 == ":" }
            guard sides.count == 2, let interval = BarInterval(sides[0].filter { $0 != " " }),
                let weight = Double(String(sides[1].filter { $0 != " " }))
            else { throw .unreadable(String(part)) }
            entries.append(Entry(interval: interval, weight: weight))
        }
        try self.init(entries)
    }

    /// Reads the entries.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            try self.init(container.decode([Entry].self))
        } catch let error as TimeframeWeightsError {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    /// Writes the entries.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(entries)
    }

    /// The timeframes that bars of `base` can make, with their weights brought to a sum of 1; the others, shorter than
    /// a bar or not made of whole bars, drop out.
    public func used(on base: BarInterval) -> [Entry] {
        let kept = entries.filter { $0.interval.milliseconds % base.milliseconds == 0 }
        let sum = kept.reduce(0) { $0 + $1.weight }
        return kept.map { Entry(interval: $0.interval, weight: $0.weight / sum) }
    }

    /// What counts on bars of `base` and what drops out, in a few words.
    public func note(on base: BarInterval) -> String {
        let used = used(on: base)
        let kept = used.map { "\($0.interval) \(Self.rounded($0.weight, 1e4))" }.joined(separator: ", ")
        let left = entries.map(\.interval).filter { interval in !used.contains { $0.interval == interval } }
        guard !left.isEmpty else { return "timeframes \(kept)" }
        let names = left.map(\.description).joined(separator: ", ")
        return "timeframes \(kept) (\(names) left out: not made of whole \(base) bars; the rest share the weight)"
    }

    public var description: String {
        entries.map { "\($0.interval)=\($0.weight)" }.joined(separator: ",")
    }

    /// A number with as many digits as people need.
    static func rounded(_ value: Double, _ scale: Double) -> Double { (value * scale).rounded() / scale }
}

/// Why timeframes and weights are refused.
public enum TimeframeWeightsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A part is not an interval and a number.
    case unreadable(String)
    /// There are none, or too many.
    case count(Int)
    /// A timeframe stands there twice.
    case repeated(BarInterval)
    /// A weight is not more than 0 and at most 1.
    case weight(BarInterval, Double)
    /// The weights do not add up to 1.
    case sum(Double)

    public var description: String {
        switch self {
        case .unreadable(let part): "'\(part)' is not a timeframe and its weight, such as 4h=0.2"
        case .count(let count): "there are \(count) timeframes; 1 to \(TimeframeWeights.mostEntries) are possible"
        case .repeated(let interval): "\(interval) stands there twice"
        case .weight(let interval, let weight):
            "the weight of \(interval) must be more than 0 and at most 1, not \(weight)"
        case .sum(let sum): "the weights add up to \(TimeframeWeights.rounded(sum, 1e10)), not 1"
        }
    }
}
