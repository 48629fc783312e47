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
            the state folder's lock. While the kill switch is engaged it CLOSES whatever is open at a venue, like a
            runner would, and ends with 1.

            Exit codes: 0 the accounts were read and nothing is left open, 1 something is, 69 a venue cannot be read,
            75 somebody else works on the folder.

            Example: aitrade reconcile --json
            """)

    @OptionGroup var state: StateFolderOption
    @OptionGroup var bars: BarFolderOption
    @Option(help: "Signals artifact of the stopped replay.") var signals = ArtifactFile.defaultPath
    @Option(help: "Seconds to wait for a running runner's answer, or for the venues.") var wait = 30.0
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let desk = Operator(folder: state.folder)
        let killed = killReason()
        if let killed, !json {
            print("The kill switch is engaged (\(killed)): whatever is open at a venue is closed.")
            Output.flush()
        }
        let answer = try await desk.runner == nil ? alone() : ask(desk)
        if json { try Output.json(Shown(answer: answer, killSwitch: killed)) } else { show(answer) }
        if let silent = answer.unread, !silent.isEmpty {
            throw CommandFailure(
                .venueUnavailable, "\(silent.map(\.text).joined(separator: ", ")) could not be read",
                fix: "aitrade doctor checks the way there")
        }
        guard answer.isSettled, killed == nil else { throw ExitStatusRequest(.checkFailed) }
    }

    /// The answer, and whether the kill switch was engaged.
    private struct Shown: Encodable {
        let answer: ReconcileAnswer
        let killSwitch: String?

        private enum CodingKeys: String, CodingKey { case killSwitch }

        func encode(to encoder: any Encoder) throws {
            try answer.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(killSwitch, forKey: .killSwitch)
        }
    }

    /// Why the kill switch is engaged, by its file or by the ledger's latch; nil when it is not, and for a replay,
    /// which holds nothing at a venue.
    private func killReason() -> String? {
        guard let reader = try? LedgerReader(path: "\(state.folder)/trades.sqlite"),
            (try? reader.identity())?.mode != ExecutionMode.backtest.rawValue
        else { return nil }
        switch KillSwitchFile(folder: URL(filePath: state.folder)).read() {
        case .engaged(let reason): return reason
        case .unreadable: return KillSwitchJudge.unreadableReason
        case .missing, .released: return (try? reader.latch())?.reason
        }
    }

    func validate() throws {
        guard wait.isFinite, (0...3600).contains(wait) else { throw ValidationError("--wait takes 0 to 3600 seconds") }
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
        ).reconcile(ledger, within: .milliseconds(Int64(wait * 1000)))
        try ledger.close()
        return answer
    }

    private func show(_ answer: ReconcileAnswer) {
        let differences = answer.reconciliations.flatMap { found in found.differences.map { (found.broker, $0) } }
        for (broker, difference) in differences {
            let subject = difference.symbol.map(\.name) ?? "account"
            let what = "\(difference.kind.rawValue)  \(subject) at \(broker): \(difference.sentence)"
            print("  \(what) [\(difference.action.rawValue)]")
        }
        let flag = StateFolder.flag(state.folder)
        if answer.isProvenFlat == true {
            return print("CLOSED: every venue was read flat. It stays halted until `aitrade kill --release\(flag)`.")
        }
        if differences.isEmpty, answer.isSettled { print("The books and the venues agree.") }
        let unread = answer.unread ?? []
        for broker in answer.unsettled {
            print("  OPEN  \(broker) \(unread.contains(broker) ? "could not be read" : "does not agree yet")")
        }
        for symbol in answer.held {
            print("  HELD  \(symbol): entries wait; aitrade acknowledge \(symbol) --by NAME\(flag)")
        }
    }
}
