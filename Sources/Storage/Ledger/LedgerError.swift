public import Core
import GRDB

/// Why the ledger cannot be opened, read or written.
public enum LedgerError: ExplainedError, Hashable {
    /// There is no ledger.
    case missing(path: String)
    /// The file is damaged, or is no database.
    case corrupt(path: String, detail: String)
    /// A backup that was to be restored is not sound.
    case unsound(path: String, finding: String)
    /// The file is a database, but its tables are not those of a ledger.
    case foreign(path: String, detail: String)
    /// A newer program wrote it.
    case newer(path: String, migration: String)
    /// An older program wrote it, and nobody has brought it up to date yet.
    case older(path: String, migration: String)
    /// It belongs to another mode or account.
    case wrongIdentity(path: String, stored: LedgerIdentity, asked: LedgerIdentity)
    /// The file or its folder cannot be written.
    case readOnly(path: String)
    /// The file or its folder cannot be opened.
    case cannotOpen(path: String, detail: String)
    /// The disk is full; nothing of the last commit was written.
    case diskFull(path: String)
    /// Another process keeps it locked.
    case locked(path: String)
    /// The disk failed.
    case inputOutput(path: String, detail: String)
    /// The database refused a row that breaks its rules.
    case refusedRow(path: String, detail: String)
    /// An intent was written down before with another content.
    case conflictingIntent(path: String, id: ClientOrderID, field: String)
    /// An execution was written down before with another content.
    case conflictingFill(path: String, venue: BrokerName, tradeID: String, field: String)
    /// The ledger keeps this meta key itself.
    case reservedKey(path: String, key: String)
    /// A file beside the ledger could not be handled.
    case file(FileError)

    /// What is wrong.
    public var problem: String {
        switch self {
        case .missing(let path): "there is no ledger at \(path)"
        case .corrupt(let path, let detail): "the ledger \(path) is damaged: \(detail)"
        case .unsound(let path, let finding): "the backup \(path) is not sound: \(finding)"
        case .foreign(let path, let detail): "\(path) is not a ledger of AiTrade: \(detail)"
        case .newer(let path, let migration): "the ledger \(path) was written by a newer version ('\(migration)')"
        case .older(let path, let migration):
            "the ledger \(path) was written by an older version (it lacks '\(migration)')"
        case .wrongIdentity(let path, let stored, let asked):
            "the ledger \(path) belongs to mode \(stored.mode), account '\(stored.account)'; "
                + "asked for mode \(asked.mode), account '\(asked.account)'"
        case .readOnly(let path): "the ledger \(path) cannot be written"
        case .cannotOpen(let path, let detail): "the ledger \(path) cannot be opened: \(detail)"
        case .diskFull(let path): "no space left on the disk of \(path)"
        case .locked(let path): "the ledger \(path) is locked by another process"
        case .inputOutput(let path, let detail): "the disk failed under \(path): \(detail)"
        case .refusedRow(let path, let detail): "the ledger \(path) refused a row: \(detail)"
        case .conflictingIntent(_, let id, let field): "the intent \(id) was written down before with another \(field)"
        case .conflictingFill(_, let venue, let tradeID, let field):
            "the execution \(tradeID) of \(venue) was written down before with another \(field)"
        case .reservedKey(_, let key): "the ledger keeps '\(key)' itself"
        case .file(let error): error.problem
        }
    }

    /// What to do about it.
    public var fix: String {
        switch self {
        case .missing: "start a run first, or give --state-dir"
        case .corrupt: "keep the file, restore the last `aitrade ledger backup`, and reconcile before trading"
        case .unsound: "restore an older one; `aitrade ledger list` shows them"
        case .foreign: "move the file away, or give another --state-dir"
        case .newer: "use the version of aitrade that wrote it, or a newer one"
        case .older: "`aitrade ledger vacuum` or the next `aitrade run` brings it up to date; restore takes it as it is"
        case .wrongIdentity(_, let stored, let asked) where stored.mode == asked.mode:
            "set the keys that it was begun with, or give another --state-dir; were the keys of this account renewed: "
                + "aitrade ledger account --adopt"
        case .wrongIdentity(_, let stored, _): "use --mode \(stored.mode), or give another --state-dir"
        case .readOnly: "give the current user write permission to the file and its folder, or another --state-dir"
        case .cannotOpen:
            "check that the folder exists and that you may write in it (reading a live ledger needs that too)"
        case .diskFull: "free some disk space, then start again; nothing is half-written"
        case .locked: "stop the process that holds it, then start again"
        case .inputOutput: "check the disk before trading on"
        case .conflictingIntent, .refusedRow:
            "this is a fault of the program: stop trading and report it with the ledger"
        case .conflictingFill: "compare with the venue's own statement, then run `aitrade reconcile`"
        case .reservedKey: "use another key"
        case .file(let error): error.fix
        }
    }

    /// Translates what SQLite says.
    package init(_ error: any Error, path: String) {
        guard let error = error as? DatabaseError else {
            self = (error as? LedgerError) ?? .corrupt(path: path, detail: "\(error)")
            return
        }
        let detail = error.message ?? "\(error.extendedResultCode)"
        switch error.resultCode {
        case .SQLITE_FULL: self = .diskFull(path: path)
        case .SQLITE_READONLY: self = .readOnly(path: path)
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH: self = .cannotOpen(path: path, detail: detail)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .locked(path: path)
        case .SQLITE_IOERR: self = .inputOutput(path: path, detail: detail)
        case .SQLITE_CONSTRAINT: self = .refusedRow(path: path, detail: detail)
        case .SQLITE_ERROR: self = .foreign(path: path, detail: detail)
        default: self = .corrupt(path: path, detail: detail)
        }
    }

    /// Runs `body` and translates what it throws.
    package static func translating<Result>(
        _ path: String, _ body: () throws -> Result
    ) throws(LedgerError) -> Result {
        do { return try body() } catch { throw LedgerError(error, path: path) }
    }
}
