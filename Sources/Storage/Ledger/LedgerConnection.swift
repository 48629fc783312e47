package import Core
package import GRDB
import Glibc

/// Opens ledger files.
package enum LedgerConnection {
    /// How long a statement waits for another process's lock.
    package static let patience: TimeSpan = .seconds(5)

    /// A connection that writes durably, to a ledger whose integrity and tables were checked.
    ///
    /// GRDB sets `synchronous` to NORMAL when it turns on the write-ahead log, after its own preparation hook; so FULL
    /// is set once more on the open connection, and asserted.
    package static func writer(
        _ path: String, patience: TimeSpan = LedgerConnection.patience, crash: CrashProbe? = nil
    ) throws(LedgerError) -> DatabaseQueue {
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(patience.seconds)
        configuration.label = "ledger"
        if let crash {
            configuration.prepareDatabase { db in
                db.trace { event in
                    if case .statement(let statement) = event, let point = CrashPoint(statement: statement.sql) {
                        crash(point)
                    }
                }
            }
        }
        do throws(LedgerError) {
            return try LedgerError.translating(path) { try open(path, configuration) }
        } catch .cannotOpen where access(AtomicFile.folder(of: path), W_OK) != 0 {
            throw .readOnly(path: path)
        }
    }

    private static func open(_ path: String, _ configuration: Configuration) throws -> DatabaseQueue {
        let isNew = access(path, F_OK) != 0
        if !isNew { try WriteAheadLog.check(beside: path) }
        if !isNew { try probe(path) }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try LedgerSchema.migrator.migrate(queue)
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
            let level = try Int.fetchOne(db, sql: "PRAGMA synchronous")
            precondition(level == 2, "the writer flushes every commit to the disk")
        }
        try queue.read { try checkDefinitions($0, path: path) }
        if isNew {
            // The tables move into the file itself at once: a lost log then costs rows, and never the whole ledger.
            try queue.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
            try flushFolder(of: path)
        }
        return queue
    }

    /// A connection that only reads, beside a writer or without one.
    package static func reader(_ path: String) throws(LedgerError) -> DatabaseQueue {
        let queue = try unchecked(path)
        try LedgerError.translating(path) { try queue.read { try checkDefinitions($0, path: path) } }
        return queue
    }

    /// A connection that only reads, to a ledger of any version.
    package static func unchecked(_ path: String) throws(LedgerError) -> DatabaseQueue {
        guard access(path, F_OK) == 0 else { throw .missing(path: path) }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(patience.seconds)
        configuration.label = "ledger reader"
        try WriteAheadLog.checkBesideWriter(path)
        return try LedgerError.translating(path) { try DatabaseQueue(path: path, configuration: configuration) }
    }

    /// Copies a ledger of this or an older version to a new file and brings the copy up to date.
    package static func copy(_ path: String, upToDateAs target: String) throws(LedgerError) {
        guard access(path, F_OK) == 0 else { throw .missing(path: path) }
        try WriteAheadLog.checkBesideWriter(path)
        try LedgerError.translating(path) {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(patience.seconds)
            let (source, copy) = (
                try DatabaseQueue(path: path, configuration: configuration), try DatabaseQueue(path: target)
            )
            try source.backup(to: copy)
            try copy.close()
            let writer = try open(target, Configuration())
            try writer.close()
        }
    }

    /// Checks an existing ledger by a connection that only reads: a writer would move the log into a damaged file when
    /// it is closed, and nothing may be changed in one.
    private static func probe(_ path: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(patience.seconds)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.read { try check($0, path: path) }
        try queue.close()
    }

    private static func check(_ db: Database, path: String) throws {
        let findings = try String.fetchAll(db, sql: "PRAGMA integrity_check(3)")
        if findings != ["ok"] { throw LedgerError.corrupt(path: path, detail: findings.joined(separator: "; ")) }
        let applied = try LedgerSchema.migrator.appliedIdentifiers(db)
        let known = LedgerSchema.migrator.migrations
        if let unknown = applied.subtracting(known).min() {
            throw LedgerError.newer(path: path, migration: unknown)
        }
        // A crash while the ledger was being made may leave nothing but the migrator's own table.
        let sql = "SELECT count(*) FROM sqlite_master WHERE tbl_name <> 'grdb_migrations'"
        if applied.isEmpty, try Int.fetchOne(db, sql: sql) != 0 {
            throw LedgerError.foreign(path: path, detail: "it holds other tables")
        }
    }

    private static func checkDefinitions(_ db: Database, path: String) throws {
        let expected = try LedgerSchema.expectedDefinitions()
        let found = try LedgerSchema.definitions(db)
        guard found != expected else { return }
        let applied = try LedgerSchema.migrator.appliedIdentifiers(db)
        if let unknown = applied.subtracting(LedgerSchema.migrator.migrations).min() {
            throw LedgerError.newer(path: path, migration: unknown)
        }
        let missing = LedgerSchema.migrator.migrations.filter { !applied.contains($0) }
        if let next = missing.first, !applied.isEmpty { throw LedgerError.older(path: path, migration: next) }
        let difference = Set(expected).symmetricDifference(found).min() ?? ""
        let name = difference.split(separator: ":").first ?? ""
        throw LedgerError.foreign(path: path, detail: "its \(name) is not as it should be")
    }

    private static func flushFolder(of path: String) throws {
        do { try AtomicFile.flushFolder(of: path) } catch { throw LedgerError.file(error) }
    }
}
