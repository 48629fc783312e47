import Foundation
import GRDB
import Glibc

/// A table that can be exported.
public enum LedgerTable: String, Sendable, CaseIterable {
    /// Executions.
    case fills
    /// Steps of the engine.
    case journal
    /// The equity curve.
    case equity
    /// Orders as intended.
    case intents
    /// News of orders.
    case orderEvents = "order_events"
    /// Positions.
    case positions
    /// Protections.
    case protections
    /// What the ledger is bound to, the ends of its chains, the kill latch.
    case meta
}

/// How an export is written.
public enum LedgerFormat: String, Sendable, CaseIterable {
    /// A header, then one line a row.
    case csv
    /// One array of objects.
    case json
}

extension LedgerReader {
    /// Writes a table as text, column names as in the database, amounts as exact decimal text.
    ///
    /// - Parameter write: Takes the text piece by piece.
    /// - Throws: ``LedgerError``, or what `write` throws.
    public func export(_ table: LedgerTable, as format: LedgerFormat, to write: (String) throws -> Void) throws {
        try reading { db in
            let order =
                switch table {
                case .positions, .protections: "symbol"
                case .meta: "key"
                case .fills, .journal, .equity, .intents, .orderEvents: "rowid"
                }
            let cursor = try Row.fetchCursor(db, sql: "SELECT * FROM \(table.rawValue) ORDER BY \(order)")
            let names = cursor.columnNames
            if format == .csv { try write(names.joined(separator: ",") + "\n") }
            var isFirst = true
            while let row = try cursor.next() {
                let values = names.map { row[$0] as DatabaseValue }
                switch format {
                case .csv: try write(values.map(Self.field).joined(separator: ",") + "\n")
                case .json:
                    let members = try zip(names, values).map { "\(try Self.json($0)):\(try Self.json($1))" }
                    try write((isFirst ? "[\n{" : ",\n{") + members.joined(separator: ",") + "}")
                }
                isFirst = false
            }
            if format == .json { try write(isFirst ? "[]\n" : "\n]\n") }
        }
    }

    /// Copies the whole ledger to a new file while it is in use, and checks the copy.
    ///
    /// - Throws: ``LedgerError``; a file at `target` is never overwritten, and a failed copy leaves nothing behind.
    public func backup(to target: String) throws(LedgerError) {
        guard access(target, F_OK) != 0 else {
            throw .file(FileError(action: "back up to", path: target, code: EEXIST))
        }
        let temporary = "\(target).\(getpid()).tmp"
        do throws(LedgerError) {
            try withConnection { source in
                let copy = try DatabaseQueue(path: temporary)
                try source.backup(to: copy)
                // One plain file: the copy carries no write-ahead log.
                try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
                let findings = try copy.read { try String.fetchAll($0, sql: "PRAGMA integrity_check(3)") }
                guard findings == ["ok"] else {
                    throw LedgerError.corrupt(path: temporary, detail: findings.joined(separator: "; "))
                }
                try copy.close()
            }
            try Self.publish(temporary, as: target)
        } catch {
            for suffix in ["", "-wal", "-shm", "-journal"] { unlink(temporary + suffix) }
            throw error
        }
    }

    private static func publish(_ temporary: String, as target: String) throws(LedgerError) {
        let descriptor = open(temporary, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw .file(FileError(action: "back up to", path: target, code: errno))
        }
        close(descriptor)
        guard rename(temporary, target) == 0 else {
            throw .file(FileError(action: "back up to", path: target, code: errno))
        }
        do { try AtomicFile.flushFolder(of: target) } catch { throw .file(error) }
    }

    private static func field(_ value: DatabaseValue) -> String {
        switch value.storage {
        case .null: ""
        case .int64(let number): String(number)
        case .double(let number): String(number)
        case .string(let text): CSVText.quoted(text)
        case .blob: ""
        }
    }

    private static func json(_ value: DatabaseValue) throws -> String {
        switch value.storage {
        case .null, .blob: "null"
        case .int64(let number): String(number)
        case .double(let number): String(number)
        case .string(let text): try json(text)
        }
    }

    private static func json(_ text: String) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return String(decoding: try encoder.encode(text), as: UTF8.self)
    }
}
