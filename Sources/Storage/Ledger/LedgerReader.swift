public import Core
import Foundation
import GRDB

/// Reads a ledger, also while the runner writes to it. Every call sees one consistent state.
public final class LedgerReader: Sendable {
    /// The database file.
    public let path: String
    private let queue: DatabaseQueue

    /// Opens the ledger at `path` for reading only.
    ///
    /// - Throws: ``LedgerError``; `missing` when there is none.
    public init(path: String) throws(LedgerError) {
        self.path = path
        queue = try LedgerConnection.reader(path)
    }

    init(_ queue: DatabaseQueue, path: String) {
        self.queue = queue
        self.path = path
    }

    /// What the ledger is bound to.
    public func identity() throws(LedgerError) -> LedgerIdentity {
        let meta = try meta()
        guard let mode = meta[LedgerMetaKey.mode], let account = meta[LedgerMetaKey.account] else {
            throw .corrupt(path: path, detail: "mode and account are missing")
        }
        return LedgerIdentity(mode: mode, account: account)
    }

    /// All meta values by key.
    public func meta() throws(LedgerError) -> [String: String] {
        let pairs = try rows("SELECT key, value FROM meta") { row in (try row.text("key"), try row.text("value")) }
        return Dictionary(pairs) { first, _ in first }
    }

    /// The kill latch; nil when it is not set.
    public func latch() throws(LedgerError) -> KillLatch? {
        guard let text = try meta()[LedgerMetaKey.killLatch] else { return nil }
        // A latch that cannot be read is still a latch.
        return (try? JSONDecoder().decode(KillLatch.self, from: Data(text.utf8)))
            ?? KillLatch(reason: "LATCH_UNREADABLE", at: .epoch)
    }

    /// The kill latch of a ledger of any version, read from the one table that all of them share.
    ///
    /// - Throws: ``LedgerError``; `foreign` when the file is a database without it.
    public static func latch(ofAnyVersion path: String) throws(LedgerError) -> KillLatch? {
        try LedgerReader(try LedgerConnection.unchecked(path), path: path).latch()
    }

    /// The sequence of the last journal row; 0 while the journal is empty.
    public func journalLength() throws(LedgerError) -> Int64 {
        try rows("SELECT coalesce(max(sequence), 0) AS last FROM journal") { try $0.number("last") }.first ?? 0
    }

    /// The time of the last journal row; nil while the journal is empty.
    public func lastJournalTime() throws(LedgerError) -> Timestamp? {
        try rows("SELECT time FROM journal ORDER BY sequence DESC LIMIT 1") {
            Timestamp(milliseconds: try $0.number("time"))
        }.first
    }

    /// Passes every journal row after `sequence` to `body`, in order, without holding them all in memory.
    ///
    /// - Throws: ``LedgerError``, or what `body` throws.
    public func readJournal(after sequence: Int64 = 0, _ body: (JournalEntry) throws -> Void) throws {
        try queue.read { db in
            let cursor = try failable {
                try Row.fetchCursor(
                    db, sql: "SELECT \(JournalEntry.columns) FROM journal WHERE sequence > ? ORDER BY sequence",
                    arguments: [sequence])
            }
            while let row = try failable({ try cursor.next() }) { try body(try failable { try JournalEntry(row) }) }
        }
    }

    /// The journal row of the newest snapshot, whether or not it is what was written; nil when there is none.
    package func newestSnapshot() throws(LedgerError) -> Int64? {
        try rows("SELECT sequence FROM snapshots ORDER BY sequence DESC LIMIT 1") { try $0.number("sequence") }.first
    }

    /// The newest snapshot of the engine; nil when there is none, or when it is not what was written.
    public func snapshot() throws(LedgerError) -> LedgerSnapshot? {
        try reading { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT * FROM snapshots ORDER BY sequence DESC LIMIT 1") else {
                return nil
            }
            let sequence = try row.number("sequence")
            let sealed = try String.fetchOne(
                db, sql: "SELECT content FROM seals WHERE origin = 'snapshots' AND row = ? ORDER BY sequence DESC",
                arguments: [String(sequence)])
            guard sealed == LedgerSeal.content("snapshots", String(sequence), row.sealColumns).hex else { return nil }
            return LedgerSnapshot(
                sequence: sequence, version: try row.text("version"), engine: try row.text("engine"))
        }
    }

    /// Opens the journal in order; errors of the database are translated, those of `body` are passed on.
    func journalTexts(_ columns: String, _ body: (RowCursor) throws -> Void) throws {
        try queue.read { db in
            let cursor = try failable {
                try Row.fetchCursor(db, sql: "SELECT \(columns) FROM journal ORDER BY sequence")
            }
            do { try body(cursor) } catch let error as DatabaseError { throw LedgerError(error, path: path) }
        }
    }

    /// All positions ever held, by symbol.
    public func positions() throws(LedgerError) -> [LedgerPositionRow] {
        try rows("SELECT * FROM positions ORDER BY symbol", LedgerPositionRow.init)
    }

    /// All protections, by symbol.
    public func protections() throws(LedgerError) -> [LedgerProtection] {
        try rows("SELECT * FROM protections ORDER BY symbol", LedgerProtection.init)
    }

    /// All executions in the order in which they were booked.
    public func fills() throws(LedgerError) -> [Fill] {
        try rows("SELECT * FROM fills ORDER BY id", Fill.init)
    }

    /// All intents in the order in which they were written down.
    public func intents() throws(LedgerError) -> [LedgerIntent] {
        try rows("SELECT * FROM intents ORDER BY rowid", LedgerIntent.init)
    }

    /// All news of orders in the order in which they were written down.
    public func orderEvents() throws(LedgerError) -> [LedgerOrderEvent] {
        try rows("SELECT * FROM order_events ORDER BY id", LedgerOrderEvent.init)
    }

    /// The equity curve, by time of writing.
    public func equity() throws(LedgerError) -> [LedgerEquity] {
        try rows("SELECT * FROM equity ORDER BY id", LedgerEquity.init)
    }

    // MARK: Plumbing

    /// Closes the connection. Nothing may be called afterwards.
    func closeConnection() throws(LedgerError) {
        try LedgerError.translating(path) { try queue.close() }
    }

    /// Reads in one transaction and translates errors.
    func reading<Result>(_ body: (Database) throws -> Result) throws(LedgerError) -> Result {
        try LedgerError.translating(path) { try queue.read(body) }
    }

    /// The open connection, for copying.
    func withConnection<Result>(_ body: (DatabaseQueue) throws -> Result) throws(LedgerError) -> Result {
        try LedgerError.translating(path) { try body(queue) }
    }

    private func rows<Element>(_ sql: String, _ make: (Row) throws -> Element) throws(LedgerError) -> [Element] {
        try reading { db in try Row.fetchAll(db, sql: sql).map(make) }
    }

    private func failable<Result>(_ body: () throws -> Result) throws -> Result {
        try LedgerError.translating(path, body)
    }
}
