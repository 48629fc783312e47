package import Core
import Foundation
import GRDB

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
    /// - Parameter crash: Told before each statement of a commit; for tests.
    /// - Throws: ``LedgerError``; nothing is changed in an existing file then.
    public convenience init(path: String, identity: LedgerIdentity, crash: CrashProbe? = nil) throws(LedgerError) {
        try self.init(path: path, identity: identity, patience: LedgerConnection.patience, crash: crash)
    }

    /// Opens the ledger; each commit waits at most `patience` for another process that writes.
    package init(
        path: String, identity: LedgerIdentity, patience: TimeSpan, crash: CrashProbe? = nil
    ) throws(LedgerError) {
        do { try AtomicFile.createFolder(AtomicFile.folder(of: path)) } catch { throw .file(error) }
        self.path = path
        self.identity = identity
        queue = try LedgerConnection.writer(path, patience: patience, crash: crash)
        reader = LedgerReader(queue, path: path)
        try LedgerError.translating(path) { [queue] in
            try queue.write { db in
                var writer = try LedgerWriter(db: db, path: path)
                try writer.bind(to: identity)
            }
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
            try queue.write { db in
                var writer = try LedgerWriter(db: db, path: path)
                return try writer.write(commit)
            }
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
}
