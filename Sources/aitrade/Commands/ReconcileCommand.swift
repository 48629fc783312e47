import ArgumentParser
import Core
import Engine
import Foundation
import Logging
import Runner
import Storage

/// `aitrade reconcile`.
struct ReconcileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile", abstract: "Compares the books with the venues, and says what differed.",
        discussion: """
            While a runner runs it is asked to, and its answer is shown; otherwise this command does it itself, under
            the state folder's lock. Exit code 0 when nothing is left open, 1 otherwise.

            Example: aitrade reconcile --json
            """)

    @OptionGroup var state: StateFolderOption
    @OptionGroup var bars: BarFolderOption
    @Option(help: "Signals artifact of the stopped replay.") var signals = ArtifactFile.defaultPath
    @Option(help: "Seconds to wait for a running runner's answer.") var wait = 30.0
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let desk = Operator(folder: state.folder)
        let answer = try await desk.runner == nil ? alone() : ask(desk)
        if json { try Output.json(answer) } else { show(answer) }
        guard answer.isSettled else { throw ExitStatusRequest(.checkFailed) }
    }

    private func ask(_ runner: Operator) async throws -> ReconcileAnswer {
        let name = try runner.send(.reconcile)
        let answers = ReconcileAnswers(stateFolder: URL(filePath: state.folder))
        let end = ContinuousClock.now + .seconds(wait)
        while ContinuousClock.now < end {
            if let answer = answers.take(name) { return answer }
            if runner.runner == nil {
                // It ended before it looked; its last word may still have come.
                if let answer = answers.take(name) { return answer }
                OperatorInbox(stateFolder: URL(filePath: state.folder)).remove(name)
                return try await alone()
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw CommandFailure(
            .checkFailed, "the runner did not answer within \(Output.number(wait, 0)) s",
            fix: "aitrade status shows how it is; --wait waits longer")
    }

    private func alone() async throws -> ReconcileAnswer {
        let path = URL(filePath: state.folder).appending(path: "trades.sqlite").path
        let missing = CommandFailure(
            .corruptInput, "there is no replay's ledger in \(state.folder), so there are no books to compare",
            fix: "start a runner: aitrade run --loop --assets BTCUSDT; or name the folder with --state-dir")
        guard FileManager.default.fileExists(atPath: path) else { throw missing }
        let identity = try LedgerReader(path: path).identity()
        if let mode = ExecutionMode(rawValue: identity.mode), mode != .backtest {
            return try await alone(path, identity, mode)
        }
        guard let text = try LedgerReader(path: path).meta()[ReplayPlan.metaKey] else { throw missing }
        let plan = try ReplayPlan(json: text)
        let settings = try await Settings.load()
        let replay = try Replay(
            request: ReplayRequest(
                signals: signals, assets: plan.symbols, stateFolder: state.folder, barFolder: bars.folder,
                from: plan.from + plan.interval.span, to: plan.to, lastRowOnly: false, startNew: false, sleep: .zero,
                maxSteps: nil, isQuiet: true, release: .never),
            settings: settings)
        return try await replay.reconcile()
    }

    /// The books of a stopped run on venues.
    private func alone(_ path: String, _ identity: LedgerIdentity, _ mode: ExecutionMode) async throws
        -> ReconcileAnswer
    {
        let settings = try await Settings.load()
        let lock = try StateLock.take(state.folder, for: "reconcile")
        defer { lock.release() }
        let ledger = try Ledger(path: path, identity: identity)
        let answer = try await LiveEmergency(
            settings: settings, mode: mode, stateFolder: URL(filePath: state.folder), log: Logger(label: "reconcile")
        ).reconcile(ledger)
        try ledger.close()
        return answer
    }

    private func show(_ answer: ReconcileAnswer) {
        let differences = answer.reconciliations.flatMap { found in found.differences.map { (found.broker, $0) } }
        if differences.isEmpty { print("The books and the venues agree.") }
        for (broker, difference) in differences {
            let subject = difference.symbol.map(\.name) ?? "account"
            let what = "\(difference.kind.rawValue)  \(subject) at \(broker): \(difference.sentence)"
            print("  \(what) [\(difference.action.rawValue)]")
        }
        for broker in answer.unsettled { print("  OPEN  \(broker) could not be read or does not agree yet") }
        for symbol in answer.held { print("  HELD  \(symbol): entries wait; aitrade acknowledge \(symbol) --by NAME") }
    }
}
