import Foundation
import Signals

/// The presets that are part of the program, and those in files.
enum BundledPresets {
    /// By name; the texts are `Sources/aitrade/Presets/NAME.json`.
    static let all: [(name: String, bytes: [UInt8])] = [
        ("standard", PackageResources.standard_json), ("grinder", PackageResources.grinder_json),
        ("swing", PackageResources.swing_json), ("trend", PackageResources.trend_json),
        ("sniper", PackageResources.sniper_json),
    ]

    /// Where to read on.
    static let help = "docs/presets.md lists the keys; 'aitrade signals presets' the bundled presets"

    /// The preset of that name, or the one in that file.
    ///
    /// - Throws: `CommandFailure` naming what is wrong with it.
    static func load(_ name: String) throws -> SignalPreset {
        if let known = all.first(where: { $0.name == name }) { return try preset(Data(known.bytes), name) }
        guard let data = FileManager.default.contents(atPath: name) else {
            let names = all.map(\.name).joined(separator: ", ")
            throw CommandFailure(.usage, "'\(name)' is neither a preset nor a file", fix: "one of \(names), or a file")
        }
        let own = try preset(data, name)
        // An artifact carries the name alone: who reads it would take the bundled preset for what was searched with.
        if let known = all.first(where: { $0.name == own.name }), try preset(Data(known.bytes), known.name) != own {
            throw CommandFailure(
                .corruptInput, "preset \(name) has the name of the bundled '\(own.name)' and other values",
                fix: "give it a \"name\" of its own")
        }
        return own
    }

    private static func preset(_ data: Data, _ name: String) throws -> SignalPreset {
        if let fault = fault(data) {
            throw CommandFailure(.corruptInput, "preset \(name) is no JSON: \(fault)", fix: help)
        }
        do {
            return try JSONDecoder().decode(SignalPreset.self, from: data)
        } catch let error as DecodingError {
            throw CommandFailure(.corruptInput, "preset \(name): \(sentence(error))", fix: help)
        }
    }

    private static func sentence(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "the key '\(key.stringValue)' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            (context.codingPath.map(\.stringValue) + [context.debugDescription]).joined(separator: ": ")
        @unknown default: "\(error)"
        }
    }

    /// Where text that is no JSON goes wrong; the decoder only says that it does.
    private static func fault(_ data: Data) -> String? {
        do {
            _ = try JSONSerialization.jsonObject(with: data)
            return nil
        } catch {
            return (error as? CocoaError)?.userInfo[NSDebugDescriptionErrorKey] as? String ?? "\(error)"
        }
    }
}
