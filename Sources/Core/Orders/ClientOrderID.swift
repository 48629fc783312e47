/// The name we give an order before anyone else sees it: the key that makes sending it idempotent.
///
/// Derived from what the order is for, never from attempt, process or wall time, and shaped as a UUID of 36 characters
/// so that every venue accepts it. A retry reuses it.
public struct ClientOrderID: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    /// 36 characters, lower case.
    public let text: String

    /// Takes an existing identifier, for example one that a venue reports.
    public init(_ text: String) {
        self.text = text
    }

    /// The identifier of one leg: SHA-256 of the parts, each preceded by its length, shaped as a version 8 UUID.
    ///
    /// - Parameters:
    ///   - artifact: Digest of the signals artifact in hexadecimal, or another name of what caused the order.
    ///   - account: The account the order is for.
    ///   - symbol: The instrument.
    ///   - time: The signal row's time, or the moment of the cause.
    ///   - leg: Counts the orders of one cause.
    ///   - purpose: What the order is for.
    public static func derived(
        artifact: String, account: String, symbol: Symbol, time: Timestamp, leg: Int, purpose: OrderPurpose
    ) -> ClientOrderID {
        let parts = [artifact, account, symbol.name, String(time.milliseconds), String(leg), purpose.rawValue]
        let message = parts.map { "\($0.utf8.count):\($0)" }.joined()
        var bytes = Digest.sha256(message).bytes
        bytes[6] = bytes[6] & 0x0f | 0x80
        bytes[8] = bytes[8] & 0x3f | 0x80
        let text = String(unsafeUninitializedCapacity: 36) { text in
            var place = 0
            for index in 0..<16 {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    text[place] = UInt8(ascii: "-")
                    place += 1
                }
                text[place] = hexDigit(bytes[index] >> 4)
                text[place + 1] = hexDigit(bytes[index] & 15)
                place += 2
            }
            return place
        }
        return ClientOrderID(text)
    }

    private static func hexDigit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") - 10 + nibble
    }

    /// Reads the bare text.
    public init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    /// Writes the bare text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    public var description: String { text }
    public static func < (left: ClientOrderID, right: ClientOrderID) -> Bool { left.text < right.text }
}
