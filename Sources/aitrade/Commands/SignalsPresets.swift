import ArgumentParser
import Signals

/// `aitrade signals presets`.
struct SignalsPresets: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "presets", abstract: "Lists the bundled presets; they are data, see docs/presets.md.",
        discussion: "Example: aitrade signals --preset swing")

    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let presets = try BundledPresets.all.map { try BundledPresets.load($0.name) }
        if json { return try Output.json(presets) }
        for preset in presets {
            print("  \(preset.name.padding(to: 10))\(preset.summary)")
            if let timeframes = preset.timeframes { print("            timeframes \(timeframes)") }
            let genes = (preset.genes ?? [:]).sorted { $0.key < $1.key }
                .map { "\($0.key) \($0.value.minimum) to \($0.value.maximum)" }
            if !genes.isEmpty { print("            \(genes.joined(separator: ", "))") }
        }
    }
}

extension String {
    /// This text with blanks behind it up to a width.
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
