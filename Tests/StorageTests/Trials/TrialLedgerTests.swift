import Core
import Foundation
import GRDB
import Storage
import Testing

/// The search's books cannot be cleaned of bad runs without that being seen.
@Suite struct TrialLedgerTests {
    private static func entry(
        _ kind: TrialEntry.Kind, _ search: Int, trials: Int = 100, last: Int64 = 2000, symbols: [String] = ["BTCUSDT"],
        shared: Bool = false
    ) throws -> TrialEntry {
        TrialEntry(
            kind: kind, at: Timestamp(milliseconds: Int64(search) * 1000),
            fingerprint: Digest.sha256("search \(search)"),
            artifact: kind == .finished || kind == .override ? Digest.sha256("artifact \(search)") : nil,
            summary: "search \(search)",
            assets: kind == .override
                ? []
                : try symbols.map { symbol in
                    TrialEntry.Asset(
                        symbol: try #require(Symbol(symbol)), first: 1000, last: last, evaluations: trials * 2,
                        trials: trials, effective: Double(trials) / 2, sharpeVariance: 0.01, bars: 500,
                        group: shared ? "*" : symbol)
                },
            reason: kind == .override ? "paper proved it" : nil)
    }

    private func ledger(_ folder: TemporaryFolder, runs: Int) throws -> TrialLedger {
        let ledger = try TrialLedger(path: folder.path("books/trials.sqlite"))
        for run in 1...runs { try ledger.append(Self.entry(.finished, run)) }
        return ledger
    }

    /// Does what the triggers forbid, as somebody with a SQLite shell could.
    private func tamper(_ folder: TemporaryFolder, _ sql: String) throws {
        let queue = try DatabaseQueue(path: folder.path("books/trials.sqlite"))
        try queue.write { db in
            try db.execute(sql: "DROP TRIGGER trials_never_delete; DROP TRIGGER trials_never_update; \(sql)")
        }
        try queue.close()
    }

    @Test func linesAreChainedAndReadBackAsWritten() throws {
        let folder = try TemporaryFolder()
        let ledger = try ledger(folder, runs: 4)
        let (rows, findings) = try ledger.verified()
        #expect(findings.isEmpty)
        #expect(rows.map(\.sequence) == [1, 2, 3, 4])
        #expect(try rows.map(\.entry) == (1...4).map { try Self.entry(.finished, $0) })
        for (row, next) in zip(rows, rows.dropFirst()) { #expect(next.previous == row.hash) }
        #expect(rows.know(Digest.sha256("artifact 3")))
        #expect(!rows.know(Digest.sha256("artifact 9")))
        // Who wrote down why it may run has made it known, also where nobody had kept books before.
        try ledger.append(Self.entry(.override, 9))
        #expect(try ledger.verified().rows.know(Digest.sha256("artifact 9")))
        #expect(try TrialLedger.existing(folder.path("none.sqlite")) == nil)
    }

    @Test func linesCannotBeChangedOrRemoved() throws {
        let folder = try TemporaryFolder()
        _ = try ledger(folder, runs: 2)
        let queue = try DatabaseQueue(path: folder.path("books/trials.sqlite"))
        for sql in ["DELETE FROM trials", "UPDATE trials SET content = '{}' WHERE sequence = 1"] {
            #expect(throws: DatabaseError.self) { try queue.write { try $0.execute(sql: sql) } }
        }
    }

    @Test(arguments: [
        ("DELETE FROM trials WHERE sequence = 2", "line 2 was removed"),
        ("DELETE FROM trials WHERE sequence IN (2, 3)", "lines 2...3 were removed"),
        ("DELETE FROM trials WHERE sequence = 1", "line 1 was removed"),
        ("DELETE FROM trials WHERE sequence = 5", "line 5 was removed"),
        ("UPDATE trials SET content = replace(content, '100', '1') WHERE sequence = 3", "line 3 was changed"),
        ("DELETE FROM trials WHERE sequence = 2; UPDATE trials SET sequence = 2 WHERE sequence = 3", "line 2 "),
        ("UPDATE trials SET hash = previous_hash WHERE sequence = 2", "line 2 was changed"),
    ])
    func aBadRunThatWasTakenOutIsNamed(_ sql: String, _ finding: String) throws {
        let folder = try TemporaryFolder()
        _ = try ledger(folder, runs: 5)
        try tamper(folder, sql)
        let findings = try TrialLedger(path: folder.path("books/trials.sqlite")).verified().findings
        #expect(findings.first?.description.hasPrefix(finding) == true, "\(findings)")
    }

    @Test func aLineAfterATakenOneStillShowsTheHole() throws {
        let folder = try TemporaryFolder()
        _ = try ledger(folder, runs: 3)
        try tamper(folder, "DELETE FROM trials WHERE sequence = 3")
        let ledger = try TrialLedger(path: folder.path("books/trials.sqlite"))
        try ledger.append(Self.entry(.finished, 9))
        #expect(
            try ledger.verified().findings == [.removed(3...3, after: Timestamp(milliseconds: 2000))])
    }

    /// Books that are thrown away are no new beginning as long as their head knows of them.
    @Test func booksThatWereThrownAwayAreMissed() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("books/trials.sqlite")
        _ = try ledger(folder, runs: 3)
        let head = try String(contentsOfFile: folder.path("books/trials.head"), encoding: .utf8)
        for file in [path, "\(path)-wal", "\(path)-shm"] { try? FileManager.default.removeItem(atPath: file) }
        let found = try #require(try TrialLedger.existing(path))
        #expect(try found.verified().findings == [.removed(1...3, after: nil)])
        try TrialLedger(path: path).append(Self.entry(.begun, 9))
        #expect(try !found.verified().findings.isEmpty)
        #expect(try String(contentsOfFile: folder.path("books/trials.head"), encoding: .utf8) == head)
        #expect(try TrialLedger.existing(folder.path("books/other.sqlite")) == nil)
    }

    /// The number of the last line is remembered in the database and beside it: whoever resets the one is caught by the
    /// other, also after the next search.
    @Test func linesCutOffWithTheirNumbersAreMissedBesideTheDatabase() throws {
        let folder = try TemporaryFolder()
        _ = try ledger(folder, runs: 4)
        try tamper(
            folder,
            "DELETE FROM trials WHERE sequence > 2; UPDATE sqlite_sequence SET seq = 2 WHERE name = 'trials'")
        let cut = try TrialLedger(path: folder.path("books/trials.sqlite"))
        #expect(try cut.verified().findings == [.removed(3...4, after: Timestamp(milliseconds: 2000))])
        for run in 7...9 {
            try cut.append(Self.entry(.finished, run))
            #expect(try !cut.verified().findings.isEmpty, "after line \(run - 4)")
        }
        #expect(try cut.verified().findings == [.changed(4)])
    }

    @Test func theFileBesideTheLedgerIsNeededAndMayBeBehind() throws {
        let folder = try TemporaryFolder()
        let (ledger, head) = (try ledger(folder, runs: 3), folder.path("books/trials.head"))
        let before = try String(contentsOfFile: head, encoding: .utf8)
        try ledger.append(Self.entry(.finished, 4))
        // A crash between line and head.
        try before.write(toFile: head, atomically: true, encoding: .utf8)
        #expect(try ledger.verified().findings.isEmpty)
        try ledger.append(Self.entry(.finished, 5))
        #expect(try String(contentsOfFile: head, encoding: .utf8).hasPrefix("5 "))
        for damage in ["", "5", "five \(String(repeating: "0", count: 64))"] {
            try damage.write(toFile: head, atomically: true, encoding: .utf8)
            #expect(try ledger.verified().findings == [.headless(head)])
        }
        try FileManager.default.removeItem(atPath: head)
        #expect(try TrialLedger(path: folder.path("books/trials.sqlite")).verified().findings == [.headless(head)])
    }

    @Test func aLedgerOfBeforeGetsItsHead() throws {
        let folder = try TemporaryFolder()
        _ = try ledger(folder, runs: 2)
        let head = folder.path("books/trials.head")
        try tamper(folder, "DELETE FROM grdb_migrations WHERE identifier = '2 head'")
        try FileManager.default.removeItem(atPath: head)
        #expect(try TrialLedger(path: folder.path("books/trials.sqlite")).verified().findings.isEmpty)
        #expect(try String(contentsOfFile: head, encoding: .utf8).hasPrefix("2 "))
    }

    @Test func everySearchCountsOnceAndNoneIsForgotten() throws {
        let folder = try TemporaryFolder()
        let ledger = try TrialLedger(path: folder.path("trials.sqlite"))
        // A finished one, twice; one that was stopped twice; one that was killed; one on other bars; another asset.
        try ledger.append(Self.entry(.begun, 1, trials: 500))
        try ledger.append(Self.entry(.finished, 1, trials: 400))
        try ledger.append(Self.entry(.begun, 1, trials: 500))
        try ledger.append(Self.entry(.finished, 1, trials: 400))
        try ledger.append(Self.entry(.begun, 2, trials: 900))
        try ledger.append(Self.entry(.interrupted, 2, trials: 20))
        try ledger.append(Self.entry(.begun, 2, trials: 900))
        try ledger.append(Self.entry(.interrupted, 2, trials: 70))
        try ledger.append(Self.entry(.begun, 3, trials: 1000))
        try ledger.append(Self.entry(.finished, 4, trials: 7, last: 1100))
        try ledger.append(Self.entry(.finished, 5, trials: 9, symbols: ["SBER"]))
        try ledger.append(Self.entry(.finished, 6, trials: 11, symbols: ["SBER", "GAZP"]))
        try ledger.append(Self.entry(.finished, 7, trials: 13, symbols: ["SBER", "GAZP"], shared: true))
        try ledger.append(Self.entry(.override, 1))
        let rows = try ledger.verified().rows
        // Every asset counts for every other one, and genomes that assets shared count once.
        let shares = [9, 11, 11, 13]
        #expect(rows.tried(first: 1500, last: 3000).map(\.trials) == [400, 70, 1000] + shares)
        #expect(rows.tried(first: 1050, last: 3000).map(\.trials) == [400, 70, 1000, 7] + shares)
        #expect(rows.tried(first: 5000, last: 6000).isEmpty)
        #expect(rows.overrides(of: Digest.sha256("artifact 1")).map(\.reason) == ["paper proved it"])
    }

    @Test func aFileThatIsNoLedgerIsRefusedWithAFix() throws {
        let folder = try TemporaryFolder()
        try folder.write(Array(repeating: UInt8(7), count: 5000), to: "trials.sqlite")
        #expect(throws: TrialLedgerError.self) { try TrialLedger(path: folder.path("trials.sqlite")) }
    }
}
