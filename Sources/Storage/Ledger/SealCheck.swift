import Core
import GRDB

/// Compares every row of the sealed tables with its seal, and the seals with their chain.
struct SealCheck {
    private struct Name: Hashable {
        let table: String
        let row: String
    }

    private struct Seal {
        let sequence: Int64
        /// nil when the row was removed.
        let content: Digest?
    }

    let db: Database
    private(set) var findings: [LedgerFinding] = []
    private(set) var count = 0
    private(set) var head = "nothing"
    private var newest: [Name: Seal] = [:]

    init(db: Database) {
        self.db = db
    }

    mutating func run() throws {
        try readSeals()
        for (table, key) in LedgerSeal.tables {
            do { try compare(table, key) } catch { findings.append(.damaged("table \(table): \(error)")) }
        }
        for (name, seal) in newest.sorted(by: { $0.value.sequence < $1.value.sequence }) where seal.content != nil {
            findings.append(.alteredRow(table: name.table, row: name.row, what: "it is missing"))
        }
    }

    /// Walks the chain. After a faulty seal it goes on from what is stored, so that each one is named.
    private mutating func readSeals() throws {
        var (sequence, hash) = (Int64(0), JournalHash.origin)
        let cursor = try Row.fetchCursor(
            db, sql: "SELECT sequence, origin, row, content, hash FROM seals ORDER BY sequence")
        while let row = try cursor.next() {
            count += 1
            sequence += 1
            let place: Int64 = row[0]
            if place != sequence {
                findings.append(
                    .alteredRow(table: "seals", row: "\(sequence)", what: "it is missing; the next is \(place)"))
                sequence = place
            }
            let (table, name) = ((row[1] as DatabaseValue).sealText, (row[2] as DatabaseValue).sealText)
            let content = Digest(asWritten: row[3])
            let isReadable = content != nil || (row[3] as DatabaseValue).isNull
            let stored = Digest(asWritten: row[4])
            let computed = LedgerSeal.hash(
                sequence: sequence, table: table, row: name, content: content, after: hash)
            if stored != computed || !isReadable {
                let what = "it does not match its hash (it is the seal of \(table) row \(name))"
                findings.append(.alteredRow(table: "seals", row: "\(sequence)", what: what))
            }
            hash = stored ?? computed
            newest[Name(table: table, row: name)] = Seal(sequence: sequence, content: content)
        }
        head = "\(sequence):\(hash.hex)"
        let noted = try String.fetchOne(
            db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [LedgerMetaKey.sealHead])
        if let noted, noted == head { return }
        findings.append(
            .alteredRow(
                table: "meta", row: LedgerMetaKey.sealHead,
                what: "it says the seals end at \(noted ?? "nothing"), but they end at \(head)"))
    }

    private mutating func compare(_ table: String, _ key: String) throws {
        // Rows that are only ever added stand in the order of their seals.
        let isOrdered = ["intents", "order_events", "fills", "equity"].contains(table)
        let order = table == "intents" ? "rowid" : key
        var last = Int64(0)
        let cursor = try Row.fetchCursor(db, sql: "SELECT * FROM \(table) ORDER BY \(order)")
        while let row = try cursor.next() {
            let name = (row[key] as DatabaseValue).sealText
            if table == "meta", LedgerSeal.unsealedKeys.contains(name) { continue }
            let seal = newest.removeValue(forKey: Name(table: table, row: name))
            guard let seal, let content = seal.content else {
                findings.append(.alteredRow(table: table, row: name, what: "nobody wrote such a row"))
                continue
            }
            if LedgerSeal.content(table, name, row.sealColumns) != content {
                findings.append(.alteredRow(table: table, row: name, what: "its content does not match its seal"))
            }
            if isOrdered, seal.sequence <= last {
                findings.append(.alteredRow(table: table, row: name, what: "it is not where it was written"))
            }
            last = max(last, seal.sequence)
        }
    }
}
