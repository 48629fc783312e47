import Core
import GRDB

/// The chain that makes every table but the journal tamper-evident: each row written anywhere leaves a seal, and each
/// seal's hash covers the seal before it.
///
/// A seal names the table and the row and holds the SHA-256 of the row's content; a row that was removed has a seal
/// without content. The journal has its own chain, in its rows.
enum LedgerSeal {
    /// The sealed tables with the column that names their rows.
    static let tables: [(name: String, key: String)] = [
        ("intents", "client_id"), ("order_events", "id"), ("fills", "id"), ("positions", "symbol"),
        ("protections", "symbol"), ("equity", "id"), ("snapshots", "sequence"), ("meta", "key"),
    ]

    /// Notes about the ends of the two chains; they are checked against the chains themselves.
    static let unsealedKeys: Set<String> = [LedgerMetaKey.journalHead, LedgerMetaKey.sealHead]

    /// The column that names the rows of `table`.
    static func key(of table: String) -> String {
        guard let key = tables.first(where: { $0.name == table })?.key else {
            preconditionFailure("\(table) is a sealed table")
        }
        return key
    }

    /// SHA-256 of a row: table, the row's name, then every other column that has a value, in the order of their names,
    /// each as name, kind and value, all texts preceded by their length (i64, little-endian). So a column that is added
    /// without a value later breaks no seal; a migration that gives old rows values has to seal them again.
    static func content(_ table: String, _ row: String, _ columns: [(name: String, value: DatabaseValue)]) -> Digest {
        var message: [UInt8] = []
        message.reserveCapacity(256)
        append(table, to: &message)
        append(row, to: &message)
        let key = key(of: table)
        for column in columns.sorted(by: { $0.name < $1.name })
        where column.name != key && !column.value.isNull {
            append(column.name, to: &message)
            switch column.value.storage {
            case .null: preconditionFailure("columns without a value are left out")
            case .int64(let number):
                message.append(1)
                append(number, to: &message)
            case .double(let number):
                message.append(2)
                append(Int64(bitPattern: number.bitPattern), to: &message)
            case .string(let text):
                message.append(3)
                append(text, to: &message)
            case .blob(let data):
                message.append(4)
                append(Int64(data.count), to: &message)
                message.append(contentsOf: data)
            }
        }
        return Digest.sha256(message)
    }

    /// SHA-256 of the hash before, the seal's place, table, row and content.
    static func hash(
        sequence: Int64, table: String, row: String, content: Digest?, after previous: Digest
    ) -> Digest {
        var message = previous.bytes
        append(sequence, to: &message)
        append(table, to: &message)
        append(row, to: &message)
        message.append(content == nil ? 0 : 1)
        message.append(contentsOf: content?.bytes ?? [])
        return Digest.sha256(message)
    }

    private static func append(_ text: String, to message: inout [UInt8]) {
        append(Int64(text.utf8.count), to: &message)
        message.append(contentsOf: text.utf8)
    }

    private static func append(_ number: Int64, to message: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { message.append(contentsOf: $0) }
    }
}

/// Adds seals to the end of the chain, inside one transaction.
struct LedgerSealer {
    private let db: Database
    private var sequence: Int64
    private var hash: Digest
    private(set) var hasSealed = false

    init(_ db: Database) throws {
        self.db = db
        let last = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT sequence, hash FROM seals ORDER BY sequence DESC LIMIT 1"))
        sequence = last?["sequence"] ?? 0
        hash = last.flatMap { Digest(hex: $0["hash"] as String) } ?? JournalHash.origin
    }

    /// What ``LedgerMetaKey/sealHead`` says after the last seal.
    var head: String { "\(sequence):\(hash.hex)" }

    /// Seals a row as it stands now; nil content says that it was removed.
    mutating func seal(_ table: String, _ row: String, _ columns: [(name: String, value: DatabaseValue)]?) throws {
        let content = columns.map { LedgerSeal.content(table, row, $0) }
        sequence += 1
        hash = LedgerSeal.hash(sequence: sequence, table: table, row: row, content: content, after: hash)
        hasSealed = true
        try db.cachedStatement(
            sql: "INSERT INTO seals (sequence, origin, row, content, hash) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [sequence, table, row, content?.hex, hash.hex])
    }

    /// Seals every row that is there: what a ledger held before there were seals.
    mutating func sealEverything() throws {
        for (table, key) in LedgerSeal.tables {
            let order = table == "intents" ? "rowid" : key
            for row in try Row.fetchAll(db, sql: "SELECT * FROM \(table) ORDER BY \(order)") {
                let name = (row[key] as DatabaseValue).sealText
                if table == "meta", LedgerSeal.unsealedKeys.contains(name) { continue }
                try seal(table, name, row.sealColumns)
            }
        }
        if hasSealed {
            try db.execute(
                sql: "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
                arguments: [LedgerMetaKey.sealHead, head]
            )
        }
    }
}

extension Row {
    /// All columns with their values.
    var sealColumns: [(name: String, value: DatabaseValue)] { map { ($0.0, $0.1) } }
}

extension DatabaseValue {
    /// The value of a key column as text.
    var sealText: String {
        switch storage {
        case .int64(let number): String(number)
        case .string(let text): text
        case .null: "NULL"
        case .double(let number): String(number)
        case .blob(let data): "\(data.count) bytes"
        }
    }
}
