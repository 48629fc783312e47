/// A text that must never be shown: it prints as `<REDACTED>` everywhere, also inside other values.
package struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself; only what signs or sends may ask for it.
    package let revealed: String

    /// Hides a text.
    package init(_ text: String) {
        revealed = text
    }

    package var description: String { "<REDACTED>" }
    package var debugDescription: String { "<REDACTED>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
