import Core
import Foundation
import GRDB
import Glibc

/// The books of the search: every search ever run on this machine, so that no statistic may forget how much was tried.
///
/// A table of lines that triggers never let change or go, each chained to the one before by its hash. Numbers are never
/// used twice, so that lines cut off at the end are missed too.
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
            try Self.migrator.migrate(queue)
            try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        } catch let error as FileError {
            throw TrialLedgerError.file(error)
        } catch {
            throw TrialLedgerError(error, path: path)
        }
    }

    /// Opens the ledger to read it; nil when there is none.
    ///
    /// - Throws: ``TrialLedgerError`` when it cannot be read.
    public static func existing(_ path: String) throws -> TrialLedger? {
        access(path, F_OK) == 0 ? try TrialLedger(path: path) : nil
    }

    private static var migrator: DatabaseMigrator {
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
        return migrator
    }

    /// Appends one line durably.
    ///
    /// - Returns: the line as it stands in the chain.
    /// - Throws: ``TrialLedgerError``.
    @discardableResult public func append(_ entry: TrialEntry) throws -> TrialRow {
        try translating {
            let content = try Self.json(entry)
            return try queue.write { db in
                let last = try Row.fetchOne(db, sql: "SELECT hash FROM trials ORDER BY sequence DESC LIMIT 1")
                let previous = last.flatMap { Digest(hex: $0["hash"] as String) } ?? JournalHash.origin
                let highest = try Int64.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'trials'")
                let sequence = (highest ?? 0) + 1
                let hash = Self.hash(sequence, content, after: previous)
                try db.execute(
                    sql: "INSERT INTO trials (sequence, content, previous_hash, hash) VALUES (?, ?, ?, ?)",
                    arguments: [sequence, content, previous.hex, hash.hex])
                return TrialRow(sequence: sequence, previous: previous, hash: hash, entry: entry)
            }
        }
    }

    /// Every line, oldest first, and what is wrong with the chain; none means sound.
    ///
    /// - Throws: ``TrialLedgerError`` when the file cannot be read.
    public func verified() throws -> (rows: [TrialRow], findings: [TrialFinding]) {
        try translating {
            try queue.read { db in
                let stored = try Row.fetchAll(
                    db, sql: "SELECT sequence, content, previous_hash, hash FROM trials ORDER BY sequence")
                var walk = ChainWalk()
                for row in stored { try walk.take(row) }
                walk.end(
                    highest: try Int64.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'trials'") ?? 0)
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

        mutating func end(highest: Int64) {
            if highest >= next { findings.append(.removed(next...highest, after: rows.last?.entry.at)) }
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
        do { return try body() } catch { throw TrialLedgerError(error, path: path) }
    }
}
