import ArgumentParser
import Foundation
import Storage

/// `aitrade kill`.
struct KillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kill", abstract: "Pulls or releases the kill switch.",
        discussion: """
            Writes kill_switch.json in the state folder; an editor or a script may do the same:
              {"enabled": true, "reason": "manual"}
            A runner sees it within 250 ms: it cancels everything, closes everything, reads the venues again, and exits
            with 10 when they are proven flat. It stays halted over restarts until --release.

            Example: aitrade kill --reason "exchange maintenance"
            """)

    @OptionGroup var state: StateFolderOption
    @Option(help: "Why, for the record.") var reason = "manual"
    @Flag(help: "Release the switch: writes {\"enabled\": false}.") var release = false

    private struct Form: Encodable {
        let enabled: Bool
        let reason: String
    }

    func run() async throws {
        let path = URL(filePath: state.folder).appending(path: "kill_switch.json").path
        let form = Form(enabled: !release, reason: release ? "released" : reason)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        if !FileManager.default.fileExists(atPath: "\(state.folder)/trades.sqlite") {
            Output.warn("there is no ledger in \(state.folder): no runner has worked there yet, check --state-dir")
        }
        try AtomicFile.createFolder(state.folder)
        try AtomicFile.write(Array(try encoder.encode(form)) + [10], to: path)
        print(
            release
                ? "The kill switch is released: \(path). A runner trades again once its venues are proven flat."
                : "The kill switch is engaged: \(path). `aitrade status` shows when everything is flat.")
    }
}

/// Where the state is.
struct StateFolderOption: ParsableArguments {
    @Option(name: .customLong("state-dir"), help: "Folder of ledger, heartbeat and kill switch.")
    var folder = "state"
}
