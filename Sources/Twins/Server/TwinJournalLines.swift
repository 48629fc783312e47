package import Core
import Foundation

/// The lines of a journal: a letter, the milliseconds since the line before, and what was told as JSON.
///
/// Keys and passphrases are not written: of the twin's own ones their place in its list is, and those of others, whom
/// it refuses with or without them, are left out. Somebody may point a client with other keys here.
package struct TwinJournalLines: Sendable {
    private var last: Timestamp
    private let known: [String]

    /// Lines after a moment.
    ///
    /// - Parameter known: The keys and passphrases that the twin itself gave out.
    package init(after start: Timestamp, known: [String]) {
        (last, self.known) = (start, known)
    }

    private static let secrets = ["access-key", "access-passphrase", "authorization"]

    /// The line of an input.
    package mutating func line(_ input: TwinInput) -> String {
        let passed = (input.at - last).milliseconds
        last = input.at
        switch input.deed {
        case .tick: return "t\(passed)\n"
        case .request(let request): return "r\(passed) \(wire(request))\n"
        case .knock(let path): return "k\(passed) \(Wire.text(path))\n"
        case .open(let path): return "o\(passed) \(Wire.text(path))\n"
        case .text(let text, let session):
            let told: Wire = ["session": .whole(Int64(session)), "text": .text(harmless(text))]
            return "m\(passed) \(told)\n"
        case .close(let session): return "c\(passed) \(session)\n"
        case .lost: return "l\(passed)\n"
        }
    }

    private func wire(_ request: TwinRequest) -> Wire {
        let fields = request.headers.sorted { $0.key < $1.key }.map { name, value in
            Wire.Member(key: name, value: .text(Self.secrets.contains(name) ? hidden(value) : value))
        }
        return [
            "method": .text(request.method), "target": .text(request.target), "headers": .object(fields),
            "body": .text(Data(request.body).base64EncodedString()),
        ]
    }

    /// What stands for a key in a journal.
    private func hidden(_ secret: String) -> String { "key \(known.firstIndex(of: secret) ?? -1)" }

    private func shown(_ text: String) -> String {
        known.indices.first { text == "key \($0)" }.map { known[$0] } ?? text
    }

    private func credentials(in text: String) -> Wire? {
        guard let message = Wire(json: text.utf8), message["op"]?.string == "login" else { return nil }
        return message["args"]?.elements.first
    }

    /// A text without keys: a login with others is refused without them as well.
    private func harmless(_ text: String) -> String {
        guard let login = credentials(in: text) else { return text }
        let given = ["apiKey", "passphrase"].compactMap { login[$0]?.string }
        guard given.allSatisfy(known.contains) else { return #"{"op":"login","args":[{}]}"# }
        return given.reduce(text) { $0.replacing("\"\($1)\"", with: "\"\(hidden($1))\"") }
    }

    private func whole(_ text: String) -> String {
        guard let login = credentials(in: text) else { return text }
        let given = ["apiKey", "passphrase"].compactMap { login[$0]?.string }
        return given.reduce(text) { $0.replacing("\"\($1)\"", with: "\"\(shown($1))\"") }
    }

    /// The input of a line; nil when it is none.
    package mutating func input(_ line: Substring) -> TwinInput? {
        guard let letter = line.first else { return nil }
        let parts = line.dropFirst().split(separator: " ", maxSplits: 1)
        guard let passed = parts.first.flatMap({ Int64($0) }) else { return nil }
        let told = parts.count > 1 ? Wire(json: parts[1].utf8) : nil
        guard let deed = self.deed(letter, told) else { return nil }
        last = last + .milliseconds(passed)
        return TwinInput(at: last, deed)
    }

    private func deed(_ letter: Character, _ told: Wire?) -> TwinInput.Deed? {
        switch letter {
        case "t": return .tick
        case "l": return .lost
        case "k": return told?.string.map { .knock(path: $0) }
        case "o": return told?.string.map { .open(path: $0) }
        case "c": return told?.string.flatMap { Int($0) }.map { .close(session: $0) }
        case "m":
            guard let text = told?["text"]?.string, let session = told?["session"]?.string.flatMap({ Int($0) })
            else { return nil }
            return .text(whole(text), session: session)
        case "r": return told.flatMap(request).map { .request($0) }
        default: return nil
        }
    }

    private func request(_ told: Wire) -> TwinRequest? {
        guard let method = told["method"]?.string, let target = told["target"]?.string,
            case .object(let fields)? = told["headers"], let body = told["body"]?.string,
            let bytes = Data(base64Encoded: body)
        else { return nil }
        let headers = fields.map { field in
            let value = field.value.string ?? ""
            return (field.key, Self.secrets.contains(field.key) ? shown(value) : value)
        }
        return TwinRequest(
            method: method, target: target, headers: Dictionary(headers) { $1 }, body: Array(bytes))
    }
}
