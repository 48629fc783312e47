import ArgumentParser
import Core
import Engine
import Foundation
import Runner
import Storage

/// Hands commands to the runner of a state folder.
struct Operator {
    let folder: String

    private var url: URL { URL(filePath: folder) }

    /// The process that runs on the folder; nil when none does.
    var runner: Int32? { InstanceLock.holder(path: url.appending(path: "runner.lock").path)?.pid }

    /// Leaves a command in the inbox.
    ///
    /// - Returns: Its name.
    func send(_ command: OperatorCommand) throws -> String {
        guard FileManager.default.fileExists(atPath: url.appending(path: "trades.sqlite").path) else {
            throw CommandFailure(
                .corruptInput, "there is no ledger in \(folder): no runner has worked there",
                fix: "name the runner's folder with --state-dir")
        }
        return try OperatorInbox(stateFolder: url).write(
            command, at: Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)),
            by: ProcessInfo.processInfo.processIdentifier)
    }

    /// Says when a command will be taken.
    func confirm(_ what: String) {
        print(runner == nil ? "\(what) It is taken when the runner starts again." : "\(what) The runner takes it now.")
    }
}

/// `aitrade release`.
struct ReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Lets trading go on after a risk rule stopped it; needs a name.",
        discussion: """
            A daily loss, a drawdown or a streak of losses stops entries until somebody says by name that they may go
            on. The kill switch has a release of its own: aitrade kill --release.

            Example: aitrade release --rule DAILY_LOSS --by ann --reason "news day, understood"
            """)

    @OptionGroup var state: StateFolderOption
    @Option(help: "The rule's code; every rule by default.") var rule: String?
    @Option(help: "Who says so.") var by: String
    @Option(help: "Why, for the record.") var reason: String

    func run() async throws {
        let code = rule.flatMap(RiskCode.init(rawValue:))
        if let rule, code == nil {
            throw CommandFailure(
                .usage, "'\(rule)' is no rule",
                fix: "use one of " + RiskCode.allCases.map(\.rawValue).joined(separator: ", "))
        }
        let desk = Operator(folder: state.folder)
        _ = try desk.send(.release(rule: code, by: by, reason: reason))
        desk.confirm("\(by) releases \(rule ?? "every rule").")
    }
}

/// `aitrade acknowledge`.
struct AcknowledgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acknowledge", abstract: "Lets entries go on after someone else changed a position.",
        discussion: """
            A position that the runner did not open is adopted, protected and tagged EXTERNAL; entries on that symbol
            are held until somebody says by name that it is known.

            Example: aitrade acknowledge BTCUSDT --by ann
            """)

    @Argument(help: "The symbol.") var symbol: String
    @OptionGroup var state: StateFolderOption
    @Option(help: "Who says so.") var by: String

    func run() async throws {
        guard let known = Symbol(symbol) else {
            throw CommandFailure(.usage, "'\(symbol)' is no symbol", fix: "for example BTCUSDT")
        }
        let desk = Operator(folder: state.folder)
        _ = try desk.send(.acknowledge(known, by: by))
        desk.confirm("\(by) acknowledges \(symbol).")
    }
}
