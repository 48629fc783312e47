/// The length of a bar, written as a count and a unit: `1m`, `15m`, `1h`, `4h`, `1d`, `1w`.
public struct BarInterval: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    /// The length of one bar.
    public let span: TimeSpan

    private static let units: [(suffix: Character, milliseconds: Int64)] = [
        ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
    ]

    /// The longest bar: ten years of 365 days.
    public static let longestMilliseconds: Int64 = 315_360_000_000

    /// A bar of `milliseconds`; nil when that is not a positive whole number of seconds or longer than
    /// ``longestMilliseconds``.
    public init?(milliseconds: Int64) {
        guard (1...Self.longestMilliseconds).contains(milliseconds), milliseconds % 1000 == 0 else { return nil }
        span = TimeSpan(milliseconds: milliseconds)
    }

    /// Reads `15m`, `1h`, `1d`; nil when the text is not a positive count followed by one of `s m h d w`, or longer
    /// than ``longestMilliseconds``.
    public init?(_ text: some StringProtocol) {
        let digits = text.dropLast()
        guard let unit = Self.units.first(where: { $0.suffix == text.last }), let count = Int64(digits), count > 0,
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            case (let length, false) = count.multipliedReportingOverflow(by: unit.milliseconds)
        else { return nil }
        self.init(milliseconds: length)
    }

    /// Reads the spelling, such as `1h`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let interval = BarInterval(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is not an interval")
        }
        self = interval
    }

    /// Writes the shortest spelling.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// The length of one bar in milliseconds.
    public var milliseconds: Int64 { span.milliseconds }

    /// The start of the bar of this length that holds a moment, both in milliseconds UTC.
    ///
    /// Bars are counted from 1970-01-01 00:00 UTC, whole weeks from the Monday after it.
    public func start(holding moment: Int64) -> Int64 {
        let monday: Int64 = 4 * 86_400_000
        let origin = milliseconds % 604_800_000 == 0 ? monday : 0
        let into = (moment - origin) % milliseconds
        return moment - (into < 0 ? into + milliseconds : into)
    }

    /// The shortest spelling: the largest unit that divides the length.
    public var description: String {
        for unit in Self.units where milliseconds % unit.milliseconds == 0 {
            return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
        }
        return "\(milliseconds)ms"
    }

    public static func < (left: BarInterval, right: BarInterval) -> Bool { left.span < right.span }
}
