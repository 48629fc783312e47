import ArgumentParser
import Core
import Foundation
import Storage

/// `aitrade ledger list`.
struct LedgerList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Shows the ledger in use, the archived ones and the backups.",
        discussion: "Example: aitrade ledger list --json")

    @OptionGroup var state: StateFolderOption
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let files = try LedgerFolder(state.folder).list()
        if json { return try Output.json(files) }
        if files.isEmpty { return print("  there is no ledger in \(state.folder)") }
        Output.table(
            ["file", "kind", "mode", "rows", "bytes"],
            files.map {
                [
                    $0.path, $0.kind.rawValue, $0.identity?.mode ?? "?", $0.journalRows.map(String.init) ?? "?",
                    "\($0.bytes)",
                ]
            })
        for file in files { if let fault = file.fault { print("  WRONG: \(fault)") } }
    }
}

/// `aitrade ledger backup`.
struct LedgerBackup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copies the ledger, also while the runner writes, and checks the copy.",
        discussion: "Example: aitrade ledger backup; or: aitrade ledger backup /backups/trades-today.sqlite")

    @OptionGroup var ledger: LedgerOption
    @Argument(help: "The file to make; it must not exist. By default a dated one in backups/ of the state folder.")
    var target: String?
    @Flag(help: "Print JSON.") var json = false

    private struct Report: Encodable {
        let backup: String
        let journalRows: Int
        let heads: [String]
    }

    /// Verifies a copy that was just made. An unsound one does not stay: it would be the newest backup, one more each
    /// day, and keep the sound ones from being looked for.
    ///
    /// - Throws: `CommandFailure` with what is wrong first.
    static func verified(_ path: String) throws -> LedgerVerification {
        let check = try LedgerReader(path: path).verify()
        guard let finding = check.findings.first else { return check }
        try? FileManager.default.removeItem(atPath: path)
        throw CommandFailure(
            .corruptInput, "the ledger is not sound, and no backup was made of it: \(finding)",
            fix: "aitrade ledger verify names every fault, aitrade ledger list the backups to restore")
    }

    func run() async throws {
        let reader = try ledger.open()
        let path = try target ?? LedgerRotate.newBackup(in: LedgerFolder(ledger.state.folder))
        try reader.backup(to: path)
        let check = try Self.verified(path)
        if json {
            return try Output.json(Report(backup: path, journalRows: check.journalRows, heads: check.heads))
        }
        print("  \(path) is a complete copy with \(check.journalRows) journal rows, and sound.")
    }
}

/// `aitrade ledger rotate`.
struct LedgerRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Makes a backup and removes those that are too old.",
        discussion: """
            For a timer, once a day. Only dated files in backups/ of the state folder are removed, and never the newest.
            Example: aitrade ledger rotate --keep-days 30
            """)

    @OptionGroup var ledger: LedgerOption
    @Option(help: "Backups older than so many days go.") var keepDays = 30
    @Flag(help: "Print JSON.") var json = false

    private struct Report: Encodable {
        let backup: String
        let removed: [String]
    }

    func validate() throws {
        guard (1...36_500).contains(keepDays) else { throw ValidationError("--keep-days takes 1 to 36500 days") }
    }

    static func newBackup(in folder: LedgerFolder) throws -> String {
        try AtomicFile.createFolder(folder.backups)
        return folder.backupPath(DateText.fileName(.wallClock))
    }

    func run() async throws {
        let folder = LedgerFolder(ledger.state.folder)
        let reader = try ledger.open()
        let path = try Self.newBackup(in: folder)
        // A second rotation within the same second has nothing to add.
        if !FileManager.default.fileExists(atPath: path) { try reader.backup(to: path) }
        _ = try LedgerBackup.verified(path)
        let removed = try folder.removeBackups(olderThan: keepDays, now: .wallClock, moment: DateText.fromFileName)
        if json { return try Output.json(Report(backup: path, removed: removed)) }
        print("  \(path) is a complete copy, and sound.")
        for file in removed { print("  removed \(file)") }
    }
}

/// `aitrade ledger restore`.
struct LedgerRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Puts a backup in the place of the ledger.",
        discussion: """
            Refused while a runner works on the state folder. The backup is verified as a whole first; the ledger it
            takes the place of is kept as trades-replaced-DATE.sqlite. Orders and fills since the backup are not in it:
            the next start reconciles with the venues.

            Example: aitrade ledger restore state/backups/trades-20261121-120000.sqlite
            """)

    @OptionGroup var state: StateFolderOption
    @Argument(help: "The backup.") var file: String
    @Flag(help: "Print JSON.") var json = false

    private struct Report: Encodable {
        let restored: String
        let journalRows: Int64
        let replaced: String?
    }

    func run() async throws {
        guard FileManager.default.fileExists(atPath: file) else {
            throw CommandFailure(
                .corruptInput, "there is no file \(file)", fix: "aitrade ledger list shows the backups")
        }
        try AtomicFile.createFolder(state.folder)
        let lock = try StateLock.take(state.folder, for: "ledger restore")
        defer { lock.release() }
        let path = LedgerFolder(state.folder).current
        try refuseLiftingTheLatch(path)
        let kept = try Ledger.restore(file, to: path, named: DateText.fileName(.wallClock))
        let rows = try LedgerReader(path: path).journalLength()
        if json { return try Output.json(Report(restored: path, journalRows: rows, replaced: kept)) }
        print("  \(path) is \(file) again, with \(rows) journal rows.")
        if let kept { print("  The ledger it took the place of is kept as \(kept)") }
    }

    /// A restored ledger does not lift the kill switch: only an explicit release does.
    private func refuseLiftingTheLatch(_ path: String) throws {
        guard let latch = try? LedgerReader(path: path).latch(), try LedgerReader(path: file).latch() == nil else {
            return
        }
        throw CommandFailure(
            .haltedNotFlat, "\(path) is halted by the kill switch (\(latch.reason)) and \(file) is not",
            fix: "release it first: aitrade kill --release --state-dir \(state.folder), then aitrade run")
    }
}

/// `aitrade ledger vacuum`.
struct LedgerVacuum: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vacuum",
        abstract: "Rewrites the ledger without unused space; refused while a runner works on it.",
        discussion: "Example: aitrade ledger vacuum")

    @OptionGroup var state: StateFolderOption
    @Flag(help: "Print JSON.") var json = false

    private struct Report: Encodable {
        let ledger: String
        let bytesBefore: Int64
        let bytesAfter: Int64
    }

    func run() async throws {
        let path = LedgerFolder(state.folder).current
        guard FileManager.default.fileExists(atPath: path) else { throw LedgerError.missing(path: path) }
        let lock = try StateLock.take(state.folder, for: "ledger vacuum")
        defer { lock.release() }
        let size = try Ledger.vacuum(path)
        if json { return try Output.json(Report(ledger: path, bytesBefore: size.before, bytesAfter: size.after)) }
        print("  \(path): \(size.before) bytes before, \(size.after) after")
    }
}
