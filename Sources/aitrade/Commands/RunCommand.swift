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
            through the simulated broker into the ledger. Paper takes a venue's prices and simulates the fills. Live
            trades: it needs ALLOW_LIVE=1, keys and a decision about every limit. Killed at any moment, each continues
            where it was.

            Exit codes: 0 done, 1 a live run without --loop left something unguarded, 10 halted by the kill switch and
            proven flat, 11 halted and not proven flat, 65 unusable input, 69 no venue, 73 a file cannot be written, 75
            another instance runs on this state, 77 live not allowed, 78 configuration error.

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
    @Option(help: "Why signals that the deployment gate refuses shall trade live; written into the trial ledger.")
    var overrideGate: String?
    @Flag(help: "Print the summary as JSON.") var json = false
    @OptionGroup var bars: BarFolderOption
    @OptionGroup var trials: TrialLedgerOption

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
        var settings = try await Settings.load()
        let range = try Flags.range(from, to)
        let mode = wantedMode(settings)
        if mode != .backtest { await settings.venues.recogniseTwins() }
        let file = try ArtifactFile(path: signals)
        if mode == .live { try settings.risk.requireDecisions(isRehearsal: settings.venues.isRehearsal) }
        try RunGate(
            file: file, assets: file.assets(try assets.map(Flags.symbols), bars: bars.folder), trials: trials.path
        )
        .admit(
            mode: mode, isRehearsal: settings.venues.isRehearsal, override: overrideGate, isQuiet: json)
        let (end, isGuarded) =
            mode == .backtest
            ? (try await replay(settings, range.from, range.to), true) : try await live(mode, settings)
        switch end.outcome {
        case .finished, .stopped: if !isGuarded { throw ExitStatusRequest(.checkFailed) }
        case .halted: throw ExitStatusRequest(.halted)
        case .haltedNotFlat: throw ExitStatusRequest(.haltedNotFlat)
        }
    }

    private var pause: Duration { .milliseconds(Int64(sleep * 1000)) }

    private func replay(
        _ settings: Settings, _ from: Timestamp?, _ to: Timestamp?
    ) async throws -> Replay.End {
        let replay = try Replay(
            request: ReplayRequest(
                signals: signals, assets: try assets.map(Flags.symbols), stateFolder: state.folder,
                barFolder: bars.folder, from: from, to: to, lastRowOnly: !loop, startNew: new,
                sleep: pause, maxSteps: maxSteps, isQuiet: json, release: release),
            settings: settings)
        let end = try await replay.run()
        try replay.report(end, json: json)
        return end
    }

    /// Runs at venues.
    ///
    /// - Returns: How it ended, and false when it acted once and left something unguarded.
    private func live(
        _ mode: ExecutionMode, _ settings: Settings
    ) async throws -> (end: Replay.End, isGuarded: Bool) {
        guard from == nil, to == nil, release == .never else {
            throw CommandFailure(
                .usage, "--from, --to and --release are for stored bars; \(mode.rawValue) mode takes what comes",
                fix: "leave them out, or use --mode backtest")
        }
        let live = try LiveRun(
            request: LiveRequest(
                mode: mode, signals: signals, assets: try assets.map(Flags.symbols), stateFolder: state.folder,
                barFolder: bars.folder, isLoop: loop, startNew: new, sleep: pause, maxSteps: maxSteps, isQuiet: json),
            settings: settings)
        let end = try await live.run()
        try live.report(end, json: json)
        return (end, loop || live.unguarded(end).isEmpty)
    }

    /// Live falls back to paper without permission.
    private func wantedMode(_ settings: Settings) -> ExecutionMode {
        let wanted = mode.flatMap(ExecutionMode.init(rawValue:)) ?? settings.executionMode
        guard wanted == .live, !settings.allowLive else { return wanted }
        Output.warn("live trading is not allowed (ALLOW_LIVE=1 is not set): falling back to paper")
        return .paper
    }
}
