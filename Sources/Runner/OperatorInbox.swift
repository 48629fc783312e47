public import Core
public import Engine
public import Foundation
import Storage

/// One operator's command on its way to a running loop: a file in `state/inbox/`.
public struct InboxCommand: Hashable, Sendable {
    /// Names the command; files are taken in the order of their names.
    public let name: String
    /// What to do.
    public let command: OperatorCommand

    /// A command named `name`.
    public init(name: String, command: OperatorCommand) {
        (self.name, self.command) = (name, command)
    }
}

/// The folder through which people and scripts talk to a running loop.
///
/// One JSON file is one command: `{"command": "acknowledge", "symbol": "BTCUSDT", "by": "ann"}`,
/// `{"command": "release", "rule": "DAILY_LOSS", "by": "ann", "reason": "checked"}` (no rule: every rule) or
/// `{"command": "reconcile"}`. A file
/// is written under another name and renamed, taken once, and deleted after it was written down; one that cannot be
/// understood is moved to `inbox/refused/`.
public struct OperatorInbox: Sendable {
    /// A file that is no command.
    public struct Malformed: Hashable, Sendable {
        /// Its name.
        public let name: String
        /// What is wrong with it.
        public let reason: String
    }

    private struct Form: Codable {
        var command: String
        var symbol: String?
        var rule: String?
        var by: String?
        var reason: String?
    }

    private static let limitBytes = 65_536
    /// So many files are taken at once.
    private static let limitFiles = 32

    /// Where it is: `state/inbox`.
    public let folder: URL

    /// The inbox of a state folder.
    public init(stateFolder: URL) {
        folder = stateFolder.appending(path: "inbox")
    }

    /// Hands in a command, as the command line does.
    ///
    /// - Returns: The file's name.
    /// - Throws: `FileError`.
    public func write(_ command: OperatorCommand, at now: Timestamp, by pid: Int32) throws -> String {
        let form: Form =
            switch command {
            case .reconcile: Form(command: "reconcile")
            case .acknowledge(let symbol, let by): Form(command: "acknowledge", symbol: symbol.name, by: by)
            case .release(let rule, let by, let reason):
                Form(command: "release", rule: rule?.rawValue, by: by, reason: reason)
            }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let name = "\(now.milliseconds)-\(pid).json"
        try AtomicFile.createFolder(folder.path)
        try AtomicFile.write(Array(try encoder.encode(form)) + [10], to: folder.appending(path: name).path)
        return name
    }

    /// The commands that wait, oldest first, and the files that are none.
    public func read() -> (commands: [InboxCommand], malformed: [Malformed]) {
        var (commands, malformed): ([InboxCommand], [Malformed]) = ([], [])
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names.filter({ $0.hasSuffix(".json") && !$0.hasPrefix(".") }).sorted().prefix(Self.limitFiles) {
            let path = folder.appending(path: name).path
            switch PlainFile.read(path, limit: Self.limitBytes) {
            case .missing: break
            case .unreadable(let reason): malformed.append(Malformed(name: name, reason: reason))
            case .content(let data):
                do throws(CommandFault) {
                    commands.append(InboxCommand(name: name, command: try Self.command(data)))
                } catch {
                    malformed.append(Malformed(name: name, reason: error.reason))
                }
            }
        }
        return (commands, malformed)
    }

    private struct CommandFault: Error { let reason: String }

    private static func command(_ data: Data) throws(CommandFault) -> OperatorCommand {
        guard let form = try? JSONDecoder().decode(Form.self, from: data) else {
            throw CommandFault(reason: #"it is not JSON with the text "command""#)
        }
        switch form.command {
        case "reconcile": return .reconcile
        case "acknowledge":
            guard let symbol = form.symbol.flatMap({ Symbol($0) }) else {
                throw CommandFault(reason: #""symbol" is missing or no symbol"#)
            }
            return .acknowledge(symbol, by: try name(form))
        case "release":
            let rule = form.rule.flatMap(RiskCode.init(rawValue:))
            if let text = form.rule, rule == nil { throw CommandFault(reason: "'\(text)' is no rule") }
            return .release(rule: rule, by: try name(form), reason: form.reason ?? "")
        default: throw CommandFault(reason: "'\(form.command)' is not reconcile, acknowledge or release")
        }
    }

    private static func name(_ form: Form) throws(CommandFault) -> String {
        guard let by = form.by, !by.isEmpty else { throw CommandFault(reason: #""by" is missing: who says so?"#) }
        return by
    }

    /// Takes a file away that was written down.
    public func remove(_ name: String) {
        try? FileManager.default.removeItem(at: folder.appending(path: name))
    }

    /// Moves a file aside that is no command.
    public func refuse(_ name: String) {
        let aside = folder.appending(path: "refused")
        try? FileManager.default.createDirectory(at: aside, withIntermediateDirectories: true)
        let target = aside.appending(path: name)
        try? FileManager.default.removeItem(at: target)
        try? FileManager.default.moveItem(at: folder.appending(path: name), to: target)
    }
}
