package import Engine
import Foundation

/// Turns events and effects into the journal's text and back. The text is canonical (sorted keys), because the
/// journal's hash chain and the comparison on replay are made over it.
package struct JournalCoder: Sendable {
    private let encoder: JSONEncoder
    private let decoder = JSONDecoder()

    /// A coder.
    package init() {
        encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    /// The text of an event.
    package func text(_ event: EngineEvent) throws -> String {
        String(decoding: try encoder.encode(event), as: UTF8.self)
    }

    /// The text of effects.
    package func text(_ effects: [Effect]) throws -> String {
        effects.isEmpty ? "[]" : String(decoding: try encoder.encode(effects), as: UTF8.self)
    }

    func text(_ engine: Engine) throws -> String {
        String(decoding: try encoder.encode(engine), as: UTF8.self)
    }

    /// The event of a text.
    package func event(_ text: String) throws -> EngineEvent {
        try decoder.decode(EngineEvent.self, from: Data(text.utf8))
    }
}
