/// A request's body: written once, signed and sent as the same bytes. Members keep the order they are given in.
package indirect enum BitgetBody: Sendable, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    /// A string.
    case text(String)
    /// A list.
    case list([BitgetBody])
    /// An object; members with nil are left out.
    case object([(String, BitgetBody?)])

    /// A string.
    package init(stringLiteral value: String) { self = .text(value) }

    /// A list.
    package init(arrayLiteral elements: BitgetBody...) { self = .list(elements) }

    /// An object.
    package init(dictionaryLiteral elements: (String, BitgetBody?)...) { self = .object(elements) }

    /// An object.
    init(_ object: BitgetBody) { self = object }

    /// A string, when there is one.
    static func maybe(_ text: String?) -> BitgetBody? { text.map(BitgetBody.text) }

    /// The JSON text without blanks.
    package var text: String {
        switch self {
        case .text(let text): Self.quoted(text)
        case .list(let elements): "[" + elements.map(\.text).joined(separator: ",") + "]"
        case .object(let members):
            "{"
                + members.compactMap { name, value in value.map { "\(Self.quoted(name)):\($0.text)" } }
                .joined(separator: ",") + "}"
        }
    }

    /// The same object with more members.
    func adding(_ name: String, _ value: String?) -> BitgetBody {
        guard case .object(let members) = self, let value else { return self }
        return .object(members + [(name, .text(value))])
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
