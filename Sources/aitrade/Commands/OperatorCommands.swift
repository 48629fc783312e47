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

    /// What the runner's state file tells; nil while there is none that can be read.
    var state: Known? {
        (try? Data(contentsOf: url.appending(path: "runner_state.json")))
            .flatMap { try? JSONDecoder().decode(Known.self, from: $0) }
    }

    /// The part of the runner's state that commands are checked against.
    struct Known: Decodable {
        struct Asset: Decodable {
            let symbol: Symbol
            let held: Bool
            let hold: String?
        }

        struct Risk: Decodable { let restrictions: [TradingRestriction] }

        let assets: [Asset]
        let risk: Risk
    }

    /// What became of a command, for scripts.
    struct Sent: Encodable {
        let command: String
        /// The file in the inbox; nil when there was nothing to do.
        let file: String?
        let runnerPid: Int32?
        let text: String
    }

    /// Hands in a command, and says when it will be taken.
    func submit(_ command: OperatorCommand, _ name: String, _ what: String, json: Bool) throws {
        let file = try send(command)
        let text = "\(what) \(runner == nil ? "It is taken when the runner starts again." : "The runner takes it now.")"
        try say(Sent(command: name, file: file, runnerPid: runner, text: text), json: json)
    }

    func say(_ sent: Sent, json: Bool) throws {
        if json { try Output.json(sent) } else { print(sent.text) }
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
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let code = rule.flatMap(RiskCode.init(rawValue:))
        if let rule, code == nil {
            throw CommandFailure(
                .usage, "'\(rule)' is no rule",
                fix: "use one of " + RiskCode.allCases.map(\.rawValue).joined(separator: ", "))
        }
        let desk = Operator(folder: state.folder)
        if let known = desk.state, !known.risk.restrictions.contains(where: { code == nil || $0.rule == code }) {
            let text =
                "\(rule ?? "No rule") has \(rule == nil ? "" : "not ")stopped anything: there is nothing to release."
            return try desk.say(
                Operator.Sent(command: "release", file: nil, runnerPid: desk.runner, text: text), json: json)
        }
        try desk.submit(
            .release(rule: code, by: by, reason: reason), "release", "\(by) releases \(rule ?? "every rule").",
            json: json)
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
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        guard let known = Symbol(symbol) else {
            throw CommandFailure(.usage, "'\(symbol)' is no symbol", fix: "for example BTCUSDT")
        }
        let desk = Operator(folder: state.folder)
        var what = "\(by) acknowledges \(symbol)."
        if let state = desk.state {
            guard let asset = state.assets.first(where: { $0.symbol == known }) else {
                let names = state.assets.map(\.symbol.name).joined(separator: ", ")
                throw CommandFailure(
                    .usage, "\(symbol) is not traded in \(self.state.folder)",
                    fix: "name one of: \(names); or another --state-dir")
            }
            if asset.hold == nil, !asset.held { what += " Nothing of it was held." }
        }
        try desk.submit(.acknowledge(known, by: by), "acknowledge", what, json: json)
    }
}
