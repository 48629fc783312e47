package import Core

/// A JSON value as a venue writes it: members keep their order, numbers keep their digits.
package indirect enum Wire: Hashable, Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case flag(Bool)
    /// A bare number, as text.
    case number(String)
    /// A string.
    case text(String)
    /// A list.
    case list([Wire])
    /// An object.
    case object([Member])

    /// One member of an object.
    package struct Member: Hashable, Sendable {
        package let key: String
        package let value: Wire

        /// A member from its parts.
        package init(key: String, value: Wire) {
            (self.key, self.value) = (key, value)
        }
    }

    /// The value of a literal, where the compiler would not know what it is a literal of.
    package static func json(_ value: Wire) -> Wire { value }

    /// A whole number without quotes.
    package static func whole(_ value: Int64) -> Wire { .number(String(value)) }

    /// An exact amount as a string, which is how venues write amounts.
    package static func amount(_ value: some ExactAmount) -> Wire { .text(value.description) }

    /// A moment in milliseconds as a string.
    package static func moment(_ at: Timestamp) -> Wire { .text(String(at.milliseconds)) }

    /// The member called `key`; nil when there is none, it is null, or this is no object.
    package subscript(key: String) -> Wire? {
        guard case .object(let members) = self, let found = members.last(where: { $0.key == key })?.value,
            found != .null
        else { return nil }
        return found
    }

    /// The text of a string or number; nil when it is neither.
    package var string: String? {
        switch self {
        case .text(let text), .number(let text): text
        case .flag(let flag): flag ? "true" : "false"
        case .null, .list, .object: nil
        }
    }

    /// The elements of a list; none when it is no list.
    package var elements: [Wire] {
        if case .list(let elements) = self { return elements }
        return []
    }

    /// This object with further members behind its own, in place of those of the same name.
    package func adding(_ members: Wire) -> Wire {
        guard case .object(let own) = self, case .object(let more) = members else { return self }
        return .object(own.filter { old in !more.contains { $0.key == old.key } } + more)
    }
}

extension Wire: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringInterpolation,
    ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral
{
    package init(dictionaryLiteral elements: (String, Wire)...) {
        self = .object(elements.map { Member(key: $0.0, value: $0.1) })
    }

    package init(arrayLiteral elements: Wire...) { self = .list(elements) }
    package init(stringLiteral value: String) { self = .text(value) }
    package init(booleanLiteral value: Bool) { self = .flag(value) }
    package init(integerLiteral value: Int) { self = .number(String(value)) }
}

extension Wire: CustomStringConvertible {
    /// The JSON text, without blanks.
    package var description: String {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The bytes of the JSON text.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        write(to: &bytes)
        return bytes
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += Array("null".utf8)
        case .flag(let flag): bytes += Array((flag ? "true" : "false").utf8)
        case .number(let digits): bytes += Array(digits.utf8)
        case .text(let text): Self.quote(text, to: &bytes)
        case .list(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.quote(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func quote(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x0a: bytes += Array("\\n".utf8)
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                bytes += Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
