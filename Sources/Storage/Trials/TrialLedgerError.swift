import GRDB

/// Why the trial ledger cannot be used.
public enum TrialLedgerError: ExplainedError, Hashable {
    /// The file is damaged, or is something else.
    case unusable(path: String, detail: String)
    /// The file or its folder cannot be written.
    case cannotWrite(path: String, detail: String)
    /// The folder cannot be made.
    case file(FileError)

    /// What is wrong.
    public var problem: String {
        switch self {
        case .unusable(let path, let detail): "the trial ledger \(path) cannot be used: \(detail)"
        case .cannotWrite(let path, let detail): "the trial ledger \(path) cannot be written: \(detail)"
        case .file(let error): error.problem
        }
    }

    /// What to do about it.
    public var fix: String {
        switch self {
        case .unusable: "restore it from a copy; without it nobody knows how much was tried"
        case .cannotWrite:
            "give the current user write permission to the file and its folder, or name another with --trials"
        case .file(let error): error.fix
        }
    }

    init(_ error: any Error, path: String) {
        guard let error = error as? DatabaseError else {
            self = .unusable(path: path, detail: "\(error)")
            return
        }
        let detail = error.message ?? "\(error.extendedResultCode)"
        switch error.resultCode {
        case .SQLITE_FULL, .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_BUSY, .SQLITE_IOERR:
            self = .cannotWrite(path: path, detail: detail)
        default: self = .unusable(path: path, detail: detail)
        }
    }
}
