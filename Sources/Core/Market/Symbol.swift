/// The name under which an instrument is traded, such as `BTCUSDT` or `SBER`.
///
/// Upper-case Latin letters, digits, `.`, `-`, `_` and `@`; at most 32 characters, so that a symbol is always safe as
/// part of a file name.
public struct Symbol: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    /// The name as text.
    public let name: String

    /// Accepts a valid name and turns lower-case letters into upper case; nil otherwise.
    public init?(_ text: some StringProtocol) {
        // Foreign letters are refused before the change of case, which would turn some of them into Latin ones.
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let name = text.uppercased()
        guard (1...32).contains(name.utf8.count), name.utf8.allSatisfy(Self.isAllowed), name.first != ".",
            name.first != "-"
        else { return nil }
        self.name = name
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "@"):
            true
        default: false
        }
    }

    /// Reads the bare name.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let symbol = Symbol(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is not a symbol")
        }
        self = symbol
    }

    /// Writes the bare name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }

    public var description: String { name }

    public static func < (left: Symbol, right: Symbol) -> Bool { left.name < right.name }
}
