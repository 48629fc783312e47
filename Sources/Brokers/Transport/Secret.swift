/// A text that must never be shown: it prints as `<REDACTED>` everywhere, also inside other values.
package struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself; only what signs or sends may ask for it.
    package let revealed: String

    /// Hides a text.
    package init(_ text: String) {
        revealed = text
    }

    package var description: String { Self.mark }
    package var debugDescription: String { Self.mark }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// What stands in the place of a secret.
    private static let mark = "<REDACTED>"
    /// What is shorter occurs by chance.
    private static let shortest = 4

    /// A venue's or gateway's own words without what we sent to be believed: some repeat a request in their refusals.
    ///
    /// - Parameter marks: Words that stand beside a signature or token; a text that has one is left out whole.
    package static func hide(_ secrets: [Secret], in text: String, marks: [String]) -> String {
        let lower = text.lowercased()
        if marks.contains(where: { lower.contains($0) }) { return "\(mark): the answer repeats the request" }
        return secrets.map(\.revealed).filter { $0.utf8.count >= shortest }
            .reduce(text) { $0.replacing($1, with: mark) }
    }
}
