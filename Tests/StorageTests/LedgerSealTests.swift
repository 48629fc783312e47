import Core
import Foundation
import GRDB
import Storage
import Testing

/// Whatever is altered in whatever row of whatever table behind the ledger's back is named.
@Suite struct LedgerSealTests {
    /// A ledger with rows in every table, written in many commits, in one plain file.
    private static func everyTable() throws -> LedgerFixture {
        let fixture = try LedgerFixture()
        let ledger = try fixture.open()
        for commit in try LedgerFixture.life() { try ledger.commit(commit) }
        for version in ["1", "2"] {
            var last = LedgerCommit()
            last.journal = [JournalDraft(at: LedgerFixture.time(40), event: "{\"kill\":{}}", effects: "[]")]
            last.snapshot = LedgerSnapshot(version: version, engine: "{\"now\":12}")
            last.latch = .engage(KillLatch(reason: "storm", at: LedgerFixture.time(40)))
            last.meta = ["artifact": "abc", "program_version": version]
            try ledger.commit(last)
        }
        try ledger.close()
        return fixture
    }

    private struct Cell {
        let table: String
        let key: String
        /// How `verify` names the row.
        let row: String
        let column: String
        let value: DatabaseValue
    }

    private static let tables =
        [
            ("intents", "client_id"), ("order_events", "id"), ("fills", "id"), ("positions", "symbol"),
            ("protections", "symbol"), ("equity", "id"), ("snapshots", "sequence"), ("meta", "key"),
            ("seals", "sequence"), ("journal", "sequence"),
        ]

    private static func cells(_ fixture: LedgerFixture) throws -> [Cell] {
        let queue = try DatabaseQueue(path: fixture.path)
        return try queue.read { db in
            try tables.flatMap { table, key in
                try Row.fetchAll(db, sql: "SELECT * FROM \(table)").flatMap { row in
                    let name = "\(row[key] as DatabaseValue)".trimmingCharacters(in: ["\""])
                    return row.map { Cell(table: table, key: key, row: name, column: $0.0, value: $0.1) }
                }
            }
        }
    }

    /// Another value of the same kind, one random letter or bit away.
    private func changed(_ value: DatabaseValue, _ random: inout SeededRandom) -> any DatabaseValueConvertible {
        switch value.storage {
        case .null: return "x"
        case .int64(let number): return number ^ (1 << Int64(random.below(20)))
        case .string(let text):
            var bytes = Array(text.utf8)
            guard !bytes.isEmpty else { return "x" }
            let place = random.below(bytes.count)
            bytes[place] = bytes[place] == 0x61 ? 0x62 : 0x61
            return String(decoding: bytes, as: UTF8.self)
        case .double, .blob: return 1
        }
    }

    @Test func everyAlteredCellOfEveryTableIsNamedWithItsRow() throws {
        var random = SeededRandom(seed: 7)
        let fixture = try Self.everyTable()
        let sound = try fixture.verification()
        #expect(sound.isSound, "\(sound.findings)")
        let cells = try Self.cells(fixture)
        #expect(Set(cells.map(\.table)).count == Self.tables.count && cells.count > 200)
        let whole = try fixture.folder.bytes("trades.sqlite")
        for (cell, isHidden) in cells.flatMap({ [($0, false), ($0, true)] }) {
            try fixture.folder.write(whole, to: "trades.sqlite")
            let value = changed(cell.value, &random)
            if isHidden, case .string(let text) = cell.value.storage {
                // What stands behind a NUL is read by nobody.
                let longer = "\(cell.column) = ? || char(0) || 'x'"
                guard try fixture.tamper(cell.table, longer, [text], where: cell.key, cell.row) else { continue }
            } else {
                let other = "\(cell.column) = ?"
                guard !isHidden, try fixture.tamper(cell.table, other, [value], where: cell.key, cell.row) else {
                    continue
                }
            }
            let findings = try fixture.verification().findings.map(\.description)
            let name = "\(cell.table) row \(cell.row) "
            let isEnd = cell.table == "meta" && cell.row == "journal_head"
            #expect(
                findings.contains { $0.hasPrefix(name) || (isEnd && $0.hasPrefix("the journal ends")) },
                "\(cell.table).\(cell.column) of \(cell.row) := \(value): \(findings)")
        }
    }

    @Test func removedAddedAndSwappedRowsAreNamed() throws {
        let fixture = try Self.everyTable()
        let whole = try fixture.folder.bytes("trades.sqlite")
        for (sql, name) in [
            ("DELETE FROM fills WHERE id = 2", "fills row 2 was altered: it is missing"),
            ("DELETE FROM protections", "protections row ABC was altered: it is missing"),
            ("DELETE FROM meta WHERE key = 'kill_latch'", "meta row kill_latch was altered: it is missing"),
            ("DELETE FROM meta WHERE key = 'seal_head'", "meta row seal_head was altered"),
            ("INSERT INTO meta VALUES ('kill', '1')", "meta row kill was altered: nobody wrote such a row"),
            (
                "INSERT INTO equity (time, currency, equity, unrealised) VALUES (1, 'USDT', '1', '0')",
                "equity row 4 was altered: nobody wrote such a row"
            ),
            ("DELETE FROM seals WHERE sequence = (SELECT max(sequence) FROM seals)", "meta row seal_head was altered"),
            ("DELETE FROM seals WHERE sequence = 5", "seals row 5 was altered: it is missing"),
            ("UPDATE intents SET rowid = rowid + 10 WHERE client_id = 'o1'", "intents row o2 was altered"),
        ] {
            try fixture.folder.write(whole, to: "trades.sqlite")
            try fixture.tamper(sql)
            let findings = try fixture.verification().findings.map(\.description)
            #expect(
                findings.contains { $0.hasPrefix(name) } || findings.contains { $0.contains("not where") },
                "\(findings)")
        }
    }

    /// The same digest in upper case is another row: found by flipping bytes at random.
    @Test func evenTheCaseOfAHashIsNamed() throws {
        let fixture = try Self.everyTable()
        let whole = try fixture.folder.bytes("trades.sqlite")
        for (sql, name) in [
            ("UPDATE journal SET hash = upper(hash) WHERE sequence = 2", "journal row 2 "),
            ("UPDATE journal SET previous_hash = upper(previous_hash) WHERE sequence = 2", "journal row 2 "),
            ("UPDATE seals SET content = upper(content) WHERE sequence = 4", "seals row 4 "),
            ("UPDATE seals SET hash = upper(hash) WHERE sequence = 4", "seals row 4 "),
        ] {
            try fixture.folder.write(whole, to: "trades.sqlite")
            try fixture.tamper(sql)
            let findings = try fixture.verification().findings.map(\.description)
            #expect(findings.contains { $0.hasPrefix(name) }, "\(sql): \(findings)")
        }
    }

    /// Bytes of the file itself: what is flipped is named, refused, or was in space that holds no row.
    @Test func aFlippedByteOfTheFileIsNeverReadAsTruth() throws {
        var random = SeededRandom(seed: 3)
        let fixture = try Self.everyTable()
        let whole = try fixture.folder.bytes("trades.sqlite")
        let truth = try dump(fixture)
        var noticed = 0
        for _ in 0..<400 {
            var bytes = whole
            let place = random.below(bytes.count)
            bytes[place] ^= UInt8(1 << random.below(8))
            try fixture.folder.write(bytes, to: "trades.sqlite")
            guard let check = try? fixture.verification(), check.isSound else {
                noticed += 1
                continue
            }
            #expect(try dump(fixture) == truth, "byte \(place) of \(bytes.count)")
        }
        #expect(noticed > 40, "\(noticed) of 400 flips hit something")
    }

    /// Everything a program can read in the ledger.
    private func dump(_ fixture: LedgerFixture) throws -> [String] {
        let queue = try DatabaseQueue(path: fixture.path)
        defer { try? queue.close() }
        return try queue.read { db in
            try Self.tables.flatMap { table, key in
                try Row.fetchAll(db, sql: "SELECT * FROM \(table) ORDER BY \(key)").map { "\(table) \($0.description)" }
            }
        }
    }

    /// What was written before there were seals gets them when the ledger is first opened by this version.
    @Test func anOlderLedgerIsSealedWhenItIsOpened() throws {
        let fixture = try LedgerFixture.lived()
        try fixture.tamper("DROP TABLE seals; DROP TABLE snapshots", droppingTriggersOf: ["seals"])
        try fixture.tamper("DELETE FROM meta WHERE key = 'seal_head'")
        try fixture.tamper("DELETE FROM grdb_migrations WHERE identifier LIKE '4%'")
        let error = #expect(throws: LedgerError.self) { try LedgerReader(path: fixture.path) }
        #expect(error == .older(path: fixture.path, migration: "4 seals and snapshots"))
        try fixture.open().close()
        let check = try fixture.verification()
        #expect(check.isSound && check.seals > 15, "\(check.findings)")
        try fixture.tamper("UPDATE equity SET equity = '2000' WHERE id = 2")
        #expect(try fixture.verification().findings.first?.description.hasPrefix("equity row 2 ") == true)
    }
}
