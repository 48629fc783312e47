import ArgumentParser
import Core
import Foundation
import Runner

/// `aitrade run`.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "The runner: acts on a signals artifact, under the kill switch.",
        discussion: """
            Without --loop it acts once on the latest signals and stops. In backtest mode it replays the stored bars
            through the simulated broker into the ledger; killed at any moment, it continues where it was.

            Exit codes: 0 done, 10 halted by the kill switch and proven flat, 11 halted and not proven flat, 65 unusable
            input, 69 no venue, 73 a file cannot be written, 75 another instance runs on this state, 77 live not
            allowed, 78 configuration error.

            Example: aitrade run --loop --assets BTCUSDT --sleep 1
            """)

    @Option(help: "Signals artifact.") var signals = ArtifactFile.defaultPath
    @Flag(help: "Go on until the data end or the kill switch halts it.") var loop = false
    @Option(help: "Seconds to wait after each bar.") var sleep: Double = 0
    @Option(help: "Assets, separated by commas; all of the artifact by default.") var assets: String?
    @Option(help: "backtest, paper or live; EXECUTION_MODE by default.") var mode: String?
    @OptionGroup var state: StateFolderOption
    @Option(help: "Act on rows from this moment on (UTC).") var from: String?
    @Option(help: "Stop at this moment (UTC).") var to: String?
    @Option(help: "Stop after so many bars.") var maxSteps: Int?
    @Flag(help: "Start a new replay; the old ledger is kept under a dated name.") var new = false
    @Option(help: ReleaseChoice.help) var release = ReleaseChoice.never
    @Flag(help: "Print the summary as JSON.") var json = false
    @OptionGroup var bars: BarFolderOption

    func validate() throws {
        guard sleep.isFinite, (0...86_400).contains(sleep) else {
            throw ValidationError("--sleep takes 0 to 86400 seconds")
        }
        guard maxSteps.map({ $0 > 0 }) ?? true else { throw ValidationError("--max-steps takes a positive number") }
        guard mode == nil || mode.flatMap(ExecutionMode.init(rawValue:)) != nil else {
            throw ValidationError("--mode takes backtest, paper or live")
        }
    }

    func run() async throws {
        let settings = try await Settings.load()
        try checkMode(settings)
        let replay = try Replay(
            request: ReplayRequest(
                signals: signals, assets: try assets.map(Flags.symbols), stateFolder: state.folder,
                barFolder: bars.folder, from: try from.map { try Flags.moment($0, flag: "--from") },
                to: try to.map { try Flags.moment($0, flag: "--to") }, lastRowOnly: !loop, startNew: new,
                sleep: .milliseconds(Int64(sleep * 1000)), maxSteps: maxSteps, isQuiet: json, release: release),
            settings: settings)
        let end = try await replay.run()
        try replay.report(end, json: json)
        switch end.outcome {
        case .finished, .stopped: return
        case .halted: throw ExitStatusRequest(.halted)
        case .haltedNotFlat: throw ExitStatusRequest(.haltedNotFlat)
        }
    }

    /// Live falls back to paper without permission; paper and live need a venue client.
    private func checkMode(_ settings: Settings) throws {
        var wanted = mode.flatMap(ExecutionMode.init(rawValue:)) ?? settings.executionMode
        if wanted == .live, !settings.allowLive {
            Output.warn("live trading is not allowed (ALLOW_LIVE=1 is not set): falling back to paper")
            wanted = .paper
        }
        if wanted == .live { try settings.risk.requireDecisions() }
        guard wanted == .backtest else {
            throw CommandFailure(
                .venueUnavailable, "there is no venue client for \(wanted.rawValue) mode yet",
                fix: "use --mode backtest, which replays stored bars through the simulated broker")
        }
    }
}
