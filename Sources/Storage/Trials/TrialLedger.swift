import Core
import Foundation
import GRDB
import Glibc

/// The books of the search: every search ever run on this machine, so that no statistic may forget how much was tried.
///
/// A table of lines that triggers never let change or go, each chained to the one before by its hash. Numbers are never
/// used twice, and a second file knows the last line (``TrialHead``), so that lines cut off at the end are missed too.
public final class TrialLedger: Sendable {
    /// The file.
    public let path: String
    private let queue: DatabaseQueue

    /// Opens the ledger, and makes a new one where there is none.
    ///
    /// - Throws: ``TrialLedgerError`` when the file cannot be opened or is no trial ledger.
    public init(path: String) throws {
        self.path = path
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(10)
        configuration.label = "trials"
        do {
            if !AtomicFile.folder(of: path).isEmpty { try AtomicFile.createFolder(AtomicFile.folder(of: path)) }
            queue = try DatabaseQueue(path: path, configuration: configuration)
            try Self.migrator(path).migrate(queue)
            try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        } catch let error as FileError {
            throw TrialLedgerError.file(error)
        } catch {
            throw TrialLedgerError(error, path: path)
        }
    }

    /// Opens the ledger to read it; nil when there is none. Where one is gone that its head still knows, that is a
    /// ledger without its lines, and no new beginning.
    ///
    /// - Throws: ``TrialLedgerError`` when it cannot be read.
    public static func existing(_ path: String) throws -> TrialLedger? {
        let isKnown = (TrialHead.read(beside: path)?.count ?? 0) > 0
        return access(path, F_OK) == 0 || isKnown ? try TrialLedger(path: path) : nil
    }

    private static func migrator(_ path: String) -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 trials") { db in
            try db.execute(
                sql: """
                    CREATE TABLE trials (
                        sequence INTEGER PRIMARY KEY AUTOINCREMENT CHECK (sequence > 0),
                        content TEXT NOT NULL,
                        previous_hash TEXT NOT NULL CHECK (length(previous_hash) = 64),
                        hash TEXT NOT NULL CHECK (length(hash) = 64)
                    ) STRICT;
                    CREATE TRIGGER trials_never_update BEFORE UPDATE ON trials
                    BEGIN SELECT RAISE(ABORT, 'lines of the trial ledger are never changed'); END;
                    CREATE TRIGGER trials_never_delete BEFORE DELETE ON trials
                    BEGIN SELECT RAISE(ABORT, 'lines of the trial ledger are never removed'); END;
                    """)
        }
        // From here on the end of the chain is also known outside the database. A head that is there knows of lines
        // that are not, and goes on telling so.
        migrator.registerMigration("2 head") { db in
            let end = try end(db)
            if let head = TrialHead.read(beside: path), head.count > end.count { return }
            try end.write(beside: path)
        }
        return migrator
    }

    /// The last line as the database has it.
    private static func end(_ db: Database) throws -> TrialHead {
        guard
            let last = try Row.fetchOne(db, sql: "SELECT sequence, hash FROM trials ORDER BY sequence DESC LIMIT 1"),
            let hash = Digest(hex: last["hash"] as String)
        else { return .origin }
        return TrialHead(count: last["sequence"], hash: hash)
    }

    /// Whether the database still has the line that the head names.
    private static func has(_ head: TrialHead, _ db: Database) throws -> Bool {
        guard head != .origin else { return true }
        let hash = try String.fetchOne(db, sql: "SELECT hash FROM trials WHERE sequence = ?", arguments: [head.count])
        return hash == head.hash.hex
    }

    /// Appends one line durably.
    ///
    /// - Returns: the line as it stands in the chain.
    /// - Throws: ``TrialLedgerError``.
    @discardableResult public func append(_ entry: TrialEntry) throws -> TrialRow {
        try translating {
            let content = try Self.json(entry)
            let head = TrialHead.read(beside: path)
            let (row, isWhole) = try queue.write { db in
                let previous = try Self.end(db).hash
                let isWhole = try head.map { try Self.has($0, db) } ?? false
                let highest = try Int64.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'trials'")
                let sequence = (highest ?? 0) + 1
                let hash = Self.hash(sequence, content, after: previous)
                try db.execute(
                    sql: "INSERT INTO trials (sequence, content, previous_hash, hash) VALUES (?, ?, ?, ?)",
                    arguments: [sequence, content, previous.hex, hash.hex])
                return (TrialRow(sequence: sequence, previous: previous, hash: hash, entry: entry), isWhole)
            }
            // Where lines are missing already the old head stays, and goes on telling so.
            if isWhole { try TrialHead(count: row.sequence, hash: row.hash).write(beside: path) }
            return row
        }
    }

    /// Every line, oldest first, and what is wrong with the chain; none means sound.
    ///
    /// - Throws: ``TrialLedgerError`` when the file cannot be read.
    public func verified() throws -> (rows: [TrialRow], findings: [TrialFinding]) {
        try translating {
            // Before the lines: another process may append one in between, and the head must not be ahead of them.
            let head = TrialHead.read(beside: path)
            return try queue.read { db in
                let stored = try Row.fetchAll(
                    db, sql: "SELECT sequence, content, previous_hash, hash FROM trials ORDER BY sequence")
                var walk = ChainWalk()
                for row in stored { try walk.take(row) }
                walk.end(
                    highest: try Int64.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'trials'") ?? 0,
                    head: head, path: path)
                return (walk.rows, walk.findings)
            }
        }
    }

    /// Follows the chain line by line.
    private struct ChainWalk {
        private(set) var rows: [TrialRow] = []
        private(set) var findings: [TrialFinding] = []
        private var next: Int64 = 1
        private var previous: Digest? = JournalHash.origin

        mutating func take(_ row: Row) throws {
            let (sequence, content): (Int64, String) = (row["sequence"], row["content"])
            let (before, hash) = (Digest(hex: row["previous_hash"] as String), Digest(hex: row["hash"] as String))
            if sequence > next {
                findings.append(.removed(next...(sequence - 1), after: rows.last?.entry.at))
            } else if before != previous {
                findings.append(.unchained(sequence))
            }
            (next, previous) = (sequence + 1, hash)
            guard let before, let hash, hash == TrialLedger.hash(sequence, content, after: before),
                let entry = try? JSONDecoder().decode(TrialEntry.self, from: Data(content.utf8))
            else { return findings.append(.changed(sequence)) }
            rows.append(TrialRow(sequence: sequence, previous: before, hash: hash, entry: entry))
        }

        mutating func end(highest: Int64, head: TrialHead?, path: String) {
            let known = Swift.max(highest, head?.count ?? 0)
            if known >= next { findings.append(.removed(next...known, after: rows.last?.entry.at)) }
            guard let head else { return findings.append(.headless(TrialHead.path(of: path))) }
            // A line of that number that is another: those after the cut were written anew.
            if let row = rows.first(where: { $0.sequence == head.count }), row.hash != head.hash {
                findings.append(.changed(head.count))
            }
        }
    }

    private static func json(_ entry: TrialEntry) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(entry), as: UTF8.self)
    }

    /// SHA-256 over the hash before, the number as text and the content, each on a line.
    private static func hash(_ sequence: Int64, _ content: String, after previous: Digest) -> Digest {
        Digest.sha256("\(previous.hex)\n\(sequence)\n\(content)\n")
    }

    private func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as FileError {
            throw TrialLedgerError.file(error)
        } catch { throw TrialLedgerError(error, path: path) }
    }
}
