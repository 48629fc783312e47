import Core
import GRDB
import Glibc

extension Ledger {
    /// Moves the ledger at `path` aside, so that a new one can begin. The caller holds the state folder's lock.
    ///
    /// - Parameters:
    ///   - path: The ledger.
    ///   - date: Becomes a part of the new name, such as `2026-11-21`.
    /// - Returns: The new path, `trades-2026-11-21.sqlite` beside the old one; numbered when that exists already.
    /// - Throws: ``LedgerError``; `locked` when somebody still has it open.
    public static func archive(_ path: String, named date: String) throws(LedgerError) -> String {
        guard access(path, F_OK) == 0 else { throw .missing(path: path) }
        try LedgerError.translating(path) {
            let queue = try LedgerConnection.writer(path)
            // One plain file: everything moves in from the log, which fails while another connection is open.
            try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            try queue.close()
        }
        let target = freeName(path, "-\(date)")
        guard rename(path, target) == 0 else {
            throw .file(FileError(action: "rename", path: path, code: errno))
        }
        do { try AtomicFile.flushFolder(of: path) } catch { throw .file(error) }
        return target
    }

    private static func freeName(_ path: String, _ suffix: String) -> String {
        let stem = path.hasSuffix(".sqlite") ? String(path.dropLast(7)) : path
        var target = "\(stem)\(suffix).sqlite"
        var number = 2
        while access(target, F_OK) == 0 {
            target = "\(stem)\(suffix)-\(number).sqlite"
            number += 1
        }
        return target
    }

    /// Rewrites the whole file without the space that nothing uses any more. The caller holds the state folder's lock.
    ///
    /// - Returns: The file's size before and after, in bytes.
    /// - Throws: ``LedgerError``; the ledger is then unchanged. It needs as much free disk space again as the file has.
    public static func vacuum(_ path: String) throws(LedgerError) -> (before: Int64, after: Int64) {
        guard access(path, F_OK) == 0 else { throw .missing(path: path) }
        let before = size(path)
        try LedgerError.translating(path) {
            let queue = try LedgerConnection.writer(path)
            try queue.writeWithoutTransaction { db in
                try db.execute(sql: "VACUUM")
                _ = try db.checkpoint(.truncate)
            }
            try queue.close()
        }
        return (before, size(path))
    }

    /// Puts a backup in the place of the ledger at `path`, after checking the whole of it. What was there is kept
    /// beside it. The caller holds the state folder's lock.
    ///
    /// A crash in between leaves either the old ledger or the restored one.
    ///
    /// - Returns: Where the replaced ledger is now; nil when there was none.
    /// - Throws: ``LedgerError``; `unsound` names what is wrong in the backup. The ledger is then unchanged.
    public static func restore(_ backup: String, to path: String, named date: String) throws(LedgerError) -> String? {
        let incoming = "\(path).restoring"
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(incoming + suffix) }
        try LedgerConnection.copy(backup, upToDateAs: incoming)
        let reader = try LedgerReader(path: incoming)
        if let fault = try reader.verify().findings.first {
            unlink(incoming)
            throw .unsound(path: backup, finding: fault.description)
        }
        let hasOld = access(path, F_OK) == 0
        if hasOld, let stored = try? LedgerReader(path: path).identity() {
            let asked = try reader.identity()
            if stored != asked {
                unlink(incoming)
                throw .wrongIdentity(path: backup, stored: asked, asked: stored)
            }
        }
        try reader.closeConnection()
        do { try AtomicFile.flush(incoming) } catch { throw .file(error) }
        var kept: String?
        if hasOld {
            let target = freeName(path, "-replaced-\(date)")
            try setAside(path, as: target)
            kept = target
        }
        guard rename(incoming, path) == 0 else {
            throw .file(FileError(action: "restore to", path: path, code: errno))
        }
        unlink(path + "-shm")
        do { try AtomicFile.flushFolder(of: path) } catch { throw .file(error) }
        return kept
    }

    /// Binds a ledger to another name of its account, as after its keys were renewed. Nobody else may write it.
    ///
    /// - Throws: ``LedgerError``; the ledger is then unchanged.
    public static func rebind(_ path: String, to account: String) throws(LedgerError) {
        let queue = try LedgerConnection.writer(path)
        try LedgerError.translating(path) {
            try queue.write { db in
                var writer = try LedgerWriter(db: db, path: path)
                try writer.rebind(to: account)
            }
            try queue.close()
        }
    }

    /// Gives the old ledger a second name and takes its log out of the way, so that the next file does not get it.
    private static func setAside(_ path: String, as target: String) throws(LedgerError) {
        do throws(LedgerError) {
            try LedgerError.translating(path) {
                let queue = try LedgerConnection.writer(path)
                try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
                try queue.close()
            }
        } catch .locked(let path) {
            throw .locked(path: path)
        } catch {
            // Too damaged to be opened: its log is kept beside it as it is.
            guard rename(path + "-wal", target + "-wal") == 0 || errno == ENOENT else {
                throw .file(FileError(action: "rename", path: path + "-wal", code: errno))
            }
        }
        guard link(path, target) == 0 else { throw .file(FileError(action: "keep", path: target, code: errno)) }
    }

    private static func size(_ path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }
}
