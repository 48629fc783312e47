import Core
import GRDB

extension LedgerReader {
    /// Checks everything that can be checked from the ledger alone: the file, its references, the journal's chain,
    /// positions against executions, executions and order events against intents.
    ///
    /// - Throws: ``LedgerError`` when the ledger cannot be read at all.
    public func verify() throws(LedgerError) -> LedgerVerification {
        try reading { db in
            var check = LedgerCheck(db: db)
            try check.file()
            try check.journal()
            try check.orders()
            try check.positions()
            return LedgerVerification(
                journalRows: check.journalRows, intents: check.intents.count, orderEvents: check.orderEvents,
                fills: check.fills, findings: check.findings)
        }
    }
}

/// The checks of one verification, in one read transaction.
private struct LedgerCheck {
    let db: Database
    var findings: [LedgerFinding] = []
    var intents: [String: LedgerIntent] = [:]
    var journalRows = 0
    var orderEvents = 0
    var fills = 0
    private var books: [Symbol: FIFOCheck] = [:]

    init(db: Database) {
        self.db = db
    }

    mutating func file() throws {
        let damage = try String.fetchAll(db, sql: "PRAGMA integrity_check(20)")
        findings += damage.filter { $0 != "ok" }.map { .damaged($0) }
        for row in try Row.fetchAll(db, sql: "PRAGMA foreign_key_check") {
            findings.append(.danglingReference(table: try row.text("table"), row: (row["rowid"] as Int64?) ?? 0))
        }
    }

    /// Reports the first row that is not what was written; the rows after it hang on it and say nothing more.
    mutating func journal() throws {
        var (sequence, hash) = (Int64(0), JournalHash.origin)
        let cursor = try Row.fetchCursor(db, sql: "SELECT \(JournalEntry.columns) FROM journal ORDER BY sequence")
        while let row = try cursor.next() {
            journalRows += 1
            sequence += 1
            let entry: JournalEntry
            do { entry = try JournalEntry(row) } catch {
                findings.append(.brokenChain(sequence: sequence, what: "\(error)"))
                return
            }
            if let what = fault(of: entry, expected: sequence, after: hash) {
                findings.append(.brokenChain(sequence: sequence, what: what))
                return
            }
            hash = entry.hash
        }
        let found = sequence == 0 ? "nothing" : "\(sequence):\(hash.hex)"
        let sql = "SELECT value FROM meta WHERE key = ?"
        let expected = try String.fetchOne(db, sql: sql, arguments: [LedgerMetaKey.journalHead]) ?? "nothing"
        if found != expected { findings.append(.journalEnd(expected: expected, found: found)) }
    }

    private func fault(of entry: JournalEntry, expected: Int64, after hash: Digest) -> String? {
        if entry.sequence != expected { return "the row is missing; the next is \(entry.sequence)" }
        if entry.previousHash != hash { return "its previous hash is not the hash of the row before" }
        let computed = JournalHash.of(sequence: entry.sequence, entry.draft, after: hash)
        return entry.hash == computed ? nil : "its content does not match its hash"
    }

    /// Every order event and execution has its intent or is external; no order is filled beyond its quantity.
    mutating func orders() throws {
        for row in try Row.fetchAll(db, sql: "SELECT * FROM intents ORDER BY rowid") {
            keep(row) { check, row in check.intents[try row.text("client_id")] = try LedgerIntent(row) }
        }
        for row in try Row.fetchAll(db, sql: "SELECT * FROM order_events ORDER BY id") {
            orderEvents += 1
            tie(row, table: "order_events")
            keep(row) { _, row in _ = try LedgerOrderEvent(row) }
        }
        var filled: [ClientOrderID: Quantity] = [:]
        for row in try Row.fetchAll(db, sql: "SELECT * FROM fills ORDER BY id") {
            fills += 1
            tie(row, table: "fills")
            keep(row) { check, row in
                let fill = try Fill(row)
                check.books[fill.symbol, default: FIFOCheck()].book(fill)
                guard let id = fill.clientID, let intent = check.intents[id.text] else { return }
                filled[id, default: .zero] += fill.quantity
                if intent.request.symbol != fill.symbol || intent.request.side != fill.side {
                    check.findings.append(.mismatchedFill(id, tradeID: fill.tradeID))
                }
            }
        }
        for (id, quantity) in filled.sorted(by: { $0.key < $1.key }) {
            guard let ordered = intents[id.text]?.request.quantity, quantity > ordered else { continue }
            findings.append(.overfilled(id, ordered: ordered, filled: quantity))
        }
    }

    private mutating func tie(_ row: Row, table: String) {
        let clientID: String? = row["client_id"]
        let intent: String? = row["intent"]
        let expected = clientID.flatMap { intents[$0] == nil ? nil : $0 }
        if intent != expected {
            findings.append(.untied(table: table, row: row["id"], clientID: clientID ?? intent ?? "none"))
        }
    }

    mutating func positions() throws {
        var stored = Set<Symbol>()
        for row in try Row.fetchAll(db, sql: "SELECT * FROM positions ORDER BY symbol") {
            keep(row) { check, row in
                let position = try LedgerPositionRow(row)
                stored.insert(position.symbol)
                let book = check.books[position.symbol] ?? FIFOCheck()
                for (field, stored, computed) in book.differences(from: position) {
                    check.findings.append(
                        .positionDiffers(symbol: position.symbol, field: field, stored: stored, computed: computed))
                }
            }
        }
        for (symbol, book) in books.sorted(by: { $0.key < $1.key }) where !stored.contains(symbol) {
            findings.append(
                .positionDiffers(symbol: symbol, field: "quantity", stored: "nothing", computed: "\(book.quantity)"))
        }
    }

    /// Runs `body`; a value that cannot be read becomes a finding.
    private mutating func keep(_ row: Row, _ body: (inout LedgerCheck, Row) throws -> Void) {
        do { try body(&self, row) } catch { findings.append(.unreadable("\(error)")) }
    }
}
