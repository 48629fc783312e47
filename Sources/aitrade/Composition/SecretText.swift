import Foundation

/// A secret setting, which may come as it is, as the path of a file that holds it, or in base 64.
///
/// Errors name the key and never the value.
struct SecretText {
    private let key: SettingKey

    /// A secret is a line of text: what is longer is not the file that was meant.
    private static let limitBytes = 65_536

    init(_ key: SettingKey) {
        self.key = key
    }

    /// Reads the secret from whichever of its names is set.
    ///
    /// - Parameter value: The value set under a name, if any.
    /// - Throws: ``CommandFailure`` (78) when two names are set, or the file or the base 64 cannot be read.
    func read(_ value: (String) throws -> String?) throws -> String? {
        let given = try key.spellings.compactMap { name in
            try value(name).flatMap { $0.isEmpty ? nil : (name, $0) }
        }
        guard let (name, text) = given.first else { return nil }
        guard given.count == 1 else {
            let names = given.map(\.0).joined(separator: " and ")
            throw CommandFailure(.configuration, "\(names) are both set", fix: "set only one of them")
        }
        switch name {
        case key.rawValue + "_FILE": return try content(of: text, name)
        case key.rawValue + "_B64": return try decoded(text, name)
        default: return text
        }
    }

    private func content(of path: String, _ name: String) throws -> String {
        guard let handle = FileHandle(forReadingAtPath: path),
            let data = try? handle.read(upToCount: Self.limitBytes + 1), data.count <= Self.limitBytes,
            let text = line(data)
        else {
            throw CommandFailure(
                .configuration, "the file that \(name) names cannot be read as one line of text",
                fix: "name a readable file that holds nothing but the secret, or remove \(name)")
        }
        return text
    }

    private func decoded(_ text: String, _ name: String) throws -> String {
        guard let data = Data(base64Encoded: text.trimmingCharacters(in: .whitespacesAndNewlines)),
            let text = line(data)
        else {
            throw CommandFailure(
                .configuration, "\(name) is not base 64 of a line of text",
                fix: "make it with: printf %s SECRET | base64 -w0; or remove \(name)")
        }
        return text
    }

    private func line(_ data: Data) -> String? {
        guard let text = String(data: data, encoding: .utf8)?.trimmingCharacters(in: .whitespacesAndNewlines),
            !text.isEmpty, !text.contains(where: \.isNewline)
        else { return nil }
        return text
    }
}
