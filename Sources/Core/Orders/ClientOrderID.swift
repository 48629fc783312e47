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
        var bytes = Array(Digest.sha256(message).bytes.prefix(16))
        bytes[6] = bytes[6] & 0x0f | 0x80
        bytes[8] = bytes[8] & 0x3f | 0x80
        let digits = Array("0123456789abcdef")
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text.append("-") }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return ClientOrderID(text)
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
