import ArgumentParser
import Core
import Foundation
import Runner
import Storage

/// `aitrade kill`.
struct KillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kill", abstract: "Pulls, releases or rehearses the kill switch.",
        discussion: """
            Writes kill_switch.json in the state folder; an editor or a script may do the same:
              {"enabled": true, "reason": "manual"}
            A runner sees it within 250 ms: it cancels everything, closes everything, reads the venues again, and exits
            with 10 when they are proven flat. It stays halted over restarts until --release. Where no runner works
            nobody acts on it: then the last lines say so, and which `aitrade flatten` closes what is open.

            --drill rehearses the whole halt on simulated brokers whose requests get lost by --seed, measures it and
            keeps the figures for `aitrade status`. The state's positions, ledger and switch are not touched.

            Example: aitrade kill --reason "exchange maintenance"
            """)

    @OptionGroup var state: StateFolderOption
    @Option(help: "Why, for the record.") var reason = "manual"
    @Flag(help: "Release the switch: writes {\"enabled\": false}.") var release = false
    @Flag(help: "Rehearse a halt on simulated brokers.") var drill = false
    @Option(help: "Which requests get lost in the drill.") var seed: UInt64 = 0
    @Option(help: "How many of a hundred requests, and of answers, get lost in the drill.") var failures = 10
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        guard !drill || !release else { throw ValidationError("--drill and --release exclude each other") }
        guard (0...50).contains(failures) else { throw ValidationError("--failures takes 0 to 50") }
    }

    func run() async throws {
        if drill { return try await rehearse() }
        let file = KillSwitchFile(folder: URL(filePath: state.folder))
        // Before the file is written: a runner may be halted and gone a moment later.
        var echo = KillEcho(folder: state.folder, engages: !release)
        try AtomicFile.createFolder(state.folder)
        try file.write(engaged: !release, reason: release ? "released" : reason)
        await echo.findHands()
        if json { return try Output.json(echo.report(file, release ? "released" : reason)) }
        echo.lines(file).forEach { print($0) }
    }

    private func rehearse() async throws {
        let record = try await KillDrill(seed: seed, failurePercent: failures).run()
        try AtomicFile.createFolder(state.folder)
        try DrillBook(stateFolder: URL(filePath: state.folder)).append(record)
        if json {
            try Output.json(record)
        } else {
            print(record.isFlat ? "The drill ended flat." : "THE DRILL DID NOT END FLAT.")
            print("  began with  \(record.positions) positions and \(record.orders) orders at two simulated brokers")
            print("  lost        \(record.lostMessages) requests and answers (seed \(seed))")
            for (name, span) in record.halt.stages { print("  \(name) after \(span)") }
        }
        guard record.isFlat else { throw ExitStatusRequest(.haltedNotFlat) }
    }
}

extension HaltRecord {
    /// The stages by name, with how long each took from the trigger.
    var stages: [(name: String, span: String)] {
        func text(_ span: TimeSpan?) -> String { span.map { "\($0.milliseconds) ms" } ?? "not yet" }
        return [
            ("blocked    ", text(blockedAfter)), ("cancelled  ", text(cancelledAfter)),
            ("proven flat", text(flatAfter)),
        ]
    }
}

/// Where the state is.
struct StateFolderOption: ParsableArguments {
    static let standard = "state"

    @Option(name: .customLong("state-dir"), help: "Folder of ledger, heartbeat and kill switch.")
    var folder = StateFolderOption.standard
}
