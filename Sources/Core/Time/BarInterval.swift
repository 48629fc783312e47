/// The length of a bar, written as a count and a unit: `1m`, `15m`, `1h`, `4h`, `1d`, `1w`.
public struct BarInterval: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    /// The length of one bar.
    public let span: TimeSpan

    private static let units: [(suffix: Character, milliseconds: Int64)] = [
        ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
    ]

    /// A bar of `milliseconds`, which must be a positive whole number of seconds.
    public init?(milliseconds: Int64) {
        guard milliseconds > 0, milliseconds % 1000 == 0 else { return nil }
        span = TimeSpan(milliseconds: milliseconds)
    }

    /// Reads `15m`, `1h`, `1d`; nil when the text is not a positive count followed by one of `s m h d w`.
    public init?(_ text: some StringProtocol) {
        guard let suffix = text.last, let unit = Self.units.first(where: { $0.suffix == suffix }),
            let count = Int64(text.dropLast()), (1...100_000).contains(count)
        else { return nil }
        span = TimeSpan(milliseconds: count * unit.milliseconds)
    }

    /// The length of one bar in milliseconds.
    public var milliseconds: Int64 { span.milliseconds }

    /// The shortest spelling: the largest unit that divides the length.
    public var description: String {
        for unit in Self.units where milliseconds % unit.milliseconds == 0 {
            return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
        }
        return "\(milliseconds)ms"
    }

    public static func < (left: BarInterval, right: BarInterval) -> Bool { left.span < right.span }
}
