import Core
import GRDB

extension LedgerReader {
    /// Checks everything that can be checked from the ledger alone: the file, its references, the journal's chain,
    /// every other row against its seal, positions against executions, executions and order events against intents.
    ///
    /// - Throws: ``LedgerError`` when the ledger cannot be read at all.
    public func verify() throws(LedgerError) -> LedgerVerification {
        try reading { db in
            var check = LedgerCheck(db: db)
            var seals = SealCheck(db: db)
            check.attempt { try $0.file() }
            check.attempt { try $0.hidden() }
            check.attempt { try $0.journal() }
            check.attempt { _ in try seals.run() }
            check.findings += seals.findings
            check.attempt { try $0.orders() }
            check.attempt { try $0.positions() }
            return LedgerVerification(
                journalRows: check.journalRows, intents: check.intents.count, orderEvents: check.orderEvents,
                fills: check.fills, seals: seals.count, heads: [check.journalHead, seals.head],
                findings: check.findings)
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
    /// The largest quantity that an order was asked to be changed to.
    private var changed: [ClientOrderID: Quantity] = [:]
    var journalHead = "nothing"
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

    /// What stands behind a NUL in a text is read by nobody, seals and chains included: no writer leaves one.
    mutating func hidden() throws {
        let keys = [(name: "journal", key: "sequence"), (name: "seals", key: "sequence")] + LedgerSeal.tables
        for (table, key) in keys {
            for column in try db.columns(in: table) {
                let sql = """
                    SELECT \(key) FROM \(table) WHERE typeof(\(column.name)) = 'text'
                    AND instr(CAST(\(column.name) AS BLOB), x'00') > 0
                    """
                for name in try DatabaseValue.fetchAll(db, sql: sql) {
                    let what = "its \(column.name) goes on behind what is read of it"
                    findings.append(.alteredRow(table: table, row: name.sealText, what: what))
                }
            }
        }
    }

    /// One part of the check; a part that the damage makes impossible is a finding, and the others go on.
    mutating func attempt(_ part: (inout LedgerCheck) throws -> Void) {
        do { try part(&self) } catch { findings.append(.damaged("\(error)")) }
    }

    /// Names every row that is not what was written. After such a row the check goes on from what is stored.
    mutating func journal() throws {
        var (sequence, hash): (Int64, Digest?) = (0, JournalHash.origin)
        let cursor = try Row.fetchCursor(db, sql: "SELECT \(JournalEntry.columns) FROM journal ORDER BY sequence")
        while let row = try cursor.next() {
            journalRows += 1
            sequence += 1
            guard let entry = try? JournalEntry(row) else {
                findings.append(.brokenChain(sequence: sequence, what: "a column cannot be read"))
                hash = nil
                continue
            }
            let what = fault(of: entry, expected: sequence, after: hash ?? entry.previousHash)
            if let what { findings.append(.brokenChain(sequence: sequence, what: what)) }
            (sequence, hash) = (entry.sequence, what == nil ? entry.hash : nil)
            journalHead = "\(sequence):\(entry.hash.hex)"
        }
        let sql = "SELECT value FROM meta WHERE key = ?"
        let expected = try String.fetchOne(db, sql: sql, arguments: [LedgerMetaKey.journalHead]) ?? "nothing"
        if journalHead != expected { findings.append(.journalEnd(expected: expected, found: journalHead)) }
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
            keep(row) { check, row in
                let event = try LedgerOrderEvent(row)
                guard let id = event.clientID, let quantity = event.quantity else { return }
                check.changed[id] = max(check.changed[id] ?? .zero, quantity)
            }
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
            guard var ordered = intents[id.text]?.request.quantity else { continue }
            ordered = max(ordered, changed[id] ?? .zero)
            guard quantity > ordered else { continue }
            findings.append(.overfilled(id, ordered: ordered, filled: quantity))
        }
    }

    private mutating func tie(_ row: Row, table: String) {
        let clientID = String.fromDatabaseValue(row["client_id"])
        let intent = String.fromDatabaseValue(row["intent"])
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
