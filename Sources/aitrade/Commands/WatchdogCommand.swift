import ArgumentParser
import Foundation
import Logging

/// `aitrade watchdog`.
struct WatchdogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watchdog", abstract: "Watches a runner from outside: alerts, and gets flat when it is gone.",
        discussion: """
            Reads the heartbeat of the state folder and notices a runner that is dead, frozen or going round in circles.
            With --on-stale flatten it engages the kill switch, kills exactly the recorded process, takes its lock and
            closes everything by itself, also on a full disk. Without --once it watches until it is stopped or has
            closed everything.

            Exit codes: 0 all is well or the runner ended in order, 1 an alert (--once), 10 everything closed and proven
            flat, 11 not proven flat, 75 the runner cannot be fenced or somebody else holds the lock (--once), 78
            configuration error.

            Example: aitrade watchdog --on-stale flatten --max-age 15
            """)

    @OptionGroup var state: StateFolderOption
    @Option(help: "Seconds after which a runner is stale: three missed beats.") var maxAge: Double = 15
    @Option(help: "What to do then: alert or flatten.") var onStale = "alert"
    @Flag(help: "Judge once and end; looks again only until it can tell.") var once = false
    @Flag(help: "Print the result as JSON.") var json = false
    @Option(name: .customLong("bars"), help: "Folder of bar files; the one that the runner used by default.")
    var bars: String?

    func validate() throws {
        guard maxAge.isFinite, (1...86_400).contains(maxAge) else {
            throw ValidationError("--max-age takes 1 to 86400 seconds")
        }
        guard ["alert", "flatten"].contains(onStale) else { throw ValidationError("--on-stale takes alert or flatten") }
    }

    func run() async throws {
        let settings = try await Settings.load()
        guard FileManager.default.fileExists(atPath: state.folder) else {
            throw CommandFailure(
                .configuration, "there is no folder \(state.folder)",
                fix: "name the folder of the runner with --state-dir")
        }
        LogSetup.start(settings.log, stateFolder: URL(filePath: state.folder), name: "watchdog.log")
        let watch = Watch(
            WatchRequest(
                stateFolder: state.folder, bars: bars, maxAge: .milliseconds(Int64(maxAge * 1000)),
                flattens: onStale == "flatten", once: once),
            settings: settings, log: Logger(label: "watchdog"))
        let listener = await StopSignals.forward(to: { await watch.requestStop() })
        defer { listener.cancel() }
        if !once, !json {
            print("Watching \(state.folder): stale after \(Output.number(maxAge, 1)) s, then \(onStale).")
            Output.flush()
        }
        let report = await watch.run()
        if json { try Output.json(report) } else { show(report) }
        guard report.exitCode == 0 else { throw ExitStatusRequest(code: report.exitCode) }
    }

    private func show(_ report: WatchReport) {
        print("  \(report.verdict): \(report.text)")
        guard let flatten = report.flatten else { return }
        if flatten.isFlat {
            print(
                "  CLOSED: everything was read flat. It stays halted until `aitrade kill "
                    + "--release\(StateFolder.flag(state.folder))`.")
            if flatten.way == .closeOut {
                print("  The ledger could not be written and does not know it yet; the next `aitrade run` makes it up.")
            }
        } else {
            let open = flatten.stillOpen.map { "\($0.symbol) \($0.quantity) at \($0.broker)" }
            print("  NOT PROVEN FLAT. Still open: \(open.isEmpty ? "unknown" : open.joined(separator: ", ")).")
        }
        for problem in flatten.problems { print("  problem: \(problem)") }
    }
}
