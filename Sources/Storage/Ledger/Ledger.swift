import Core
import Foundation
import GRDB
import Glibc

/// The books of one account in one mode: the one source of truth, an SQLite database in `state/`.
///
/// Every commit is one transaction, flushed to the disk before the call returns. The process that writes holds the
/// ``InstanceLock`` of the state folder; others read through ``LedgerReader`` at any time.
///
/// ```swift
/// let ledger = try Ledger(path: "state/trades.sqlite", identity: LedgerIdentity(mode: "paper", account: "main"))
/// var commit = LedgerCommit()
/// commit.intents = [LedgerIntent(request: request, venue: venue, at: now)]
/// try ledger.commit(commit)    // only now may the order be sent
/// ```
public final class Ledger: Sendable {
    /// The database file.
    public let path: String
    /// What it is bound to.
    public let identity: LedgerIdentity
    /// Reads what is committed.
    public let reader: LedgerReader
    private let queue: DatabaseQueue

    /// Opens the ledger at `path`, or makes it; checks its integrity, its tables and whom it belongs to.
    ///
    /// - Throws: ``LedgerError``; nothing is changed in an existing file then.
    public init(path: String, identity: LedgerIdentity) throws(LedgerError) {
        do { try AtomicFile.createFolder(AtomicFile.folder(of: path)) } catch { throw .file(error) }
        self.path = path
        self.identity = identity
        queue = try LedgerConnection.writer(path)
        reader = LedgerReader(queue, path: path)
        try LedgerError.translating(path) { [queue] in
            try queue.write { try LedgerWriter(db: $0, path: path).bind(to: identity) }
        }
    }

    /// Writes everything in `commit` in one transaction and flushes it to the disk.
    ///
    /// An intent or execution that was written down before with the same content is passed over.
    ///
    /// - Returns: The sequence of the last journal row; 0 while the journal is empty.
    /// - Throws: ``LedgerError``; nothing of the commit is written then.
    @discardableResult
    public func commit(_ commit: LedgerCommit) throws(LedgerError) -> Int64 {
        try LedgerError.translating(path) {
            try queue.write { db in try LedgerWriter(db: db, path: path).write(commit) }
        }
    }

    /// Copies the whole ledger to a new file while it is in use, and checks the copy.
    ///
    /// - Throws: ``LedgerError``; a file at `path` is never overwritten.
    public func backup(to path: String) throws(LedgerError) {
        try reader.backup(to: path)
    }

    /// Moves everything into the database file itself and closes it. Nothing may be called afterwards.
    public func close() throws(LedgerError) {
        try LedgerError.translating(path) {
            try queue.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
            try queue.close()
        }
    }

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
        let target = freeName(path, date: date)
        guard rename(path, target) == 0 else {
            throw .file(FileError(action: "rename", path: path, code: errno))
        }
        do { try AtomicFile.flushFolder(of: path) } catch { throw .file(error) }
        return target
    }

    private static func freeName(_ path: String, date: String) -> String {
        let stem = path.hasSuffix(".sqlite") ? String(path.dropLast(7)) : path
        var target = "\(stem)-\(date).sqlite"
        var number = 2
        while access(target, F_OK) == 0 {
            target = "\(stem)-\(date)-\(number).sqlite"
            number += 1
        }
        return target
    }
}
