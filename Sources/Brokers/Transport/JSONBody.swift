/// A request's body: written once and sent as those bytes. Members keep the order they are given in.
package indirect enum JSONBody: Hashable, Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral
{
    /// A string.
    case text(String)
    /// A whole number.
    case number(Int64)
    /// True or false.
    case flag(Bool)
    /// A list.
    case list([JSONBody])
    /// An object.
    case object([JSONMember])

    /// A string.
    package init(stringLiteral value: String) { self = .text(value) }

    /// A whole number.
    package init(integerLiteral value: Int64) { self = .number(value) }

    /// True or false.
    package init(booleanLiteral value: Bool) { self = .flag(value) }

    /// A list.
    package init(arrayLiteral elements: JSONBody...) { self = .list(elements) }

    /// An object; members with nil are left out.
    package init(_ members: KeyValuePairs<String, JSONBody?>) {
        self = .object(members.compactMap { name, value in value.map { JSONMember(name: name, value: $0) } })
    }

    /// A string, when there is one.
    package static func maybe(_ text: String?) -> JSONBody? { text.map(JSONBody.text) }

    /// The JSON text without blanks.
    package var text: String {
        switch self {
        case .text(let text): Self.quoted(text)
        case .number(let number): String(number)
        case .flag(let flag): flag ? "true" : "false"
        case .list(let elements): "[" + elements.map(\.text).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { "\(Self.quoted($0.name)):\($0.value.text)" }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case let scalar where scalar.value < 0x20:
                result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

/// A member of an object.
package struct JSONMember: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// Its value.
    package let value: JSONBody
}
