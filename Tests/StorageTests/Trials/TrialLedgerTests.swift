import Core
import GRDB
import Storage
import Testing

/// The search's books cannot be cleaned of bad runs without that being seen.
@Suite struct TrialLedgerTests {
    private static func entry(
        _ kind: TrialEntry.Kind, _ search: Int, trials: Int = 100, last: Int64 = 2000, symbol: String = "BTCUSDT"
    ) throws -> TrialEntry {
        TrialEntry(
            kind: kind, at: Timestamp(milliseconds: Int64(search) * 1000),
            fingerprint: Digest.sha256("search \(search)"),
            artifact: kind == .finished || kind == .override ? Digest.sha256("artifact \(search)") : nil,
            summary: "search \(search)",
            assets: kind == .override
                ? []
                : [
                    TrialEntry.Asset(
                        symbol: try #require(Symbol(symbol)), first: 1000, last: last, evaluations: trials * 2,
                        trials: trials, effective: Double(trials) / 2, sharpeVariance: 0.01, bars: 500)
                ],
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
        #expect(rows.made(Digest.sha256("artifact 3")))
        #expect(!rows.made(Digest.sha256("artifact 9")))
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
        try ledger.append(Self.entry(.finished, 5, trials: 9, symbol: "SBER"))
        try ledger.append(Self.entry(.override, 1))
        let rows = try ledger.verified().rows
        let bitcoin = try #require(Symbol("BTCUSDT"))
        #expect(rows.tried(on: bitcoin, first: 1500, last: 3000).map(\.trials) == [400, 70, 1000])
        #expect(rows.tried(on: bitcoin, first: 1050, last: 3000).map(\.trials) == [400, 70, 1000, 7])
        #expect(rows.tried(on: bitcoin, first: 5000, last: 6000).isEmpty)
        #expect(rows.overrides(of: Digest.sha256("artifact 1")).map(\.reason) == ["paper proved it"])
    }

    @Test func aFileThatIsNoLedgerIsRefusedWithAFix() throws {
        let folder = try TemporaryFolder()
        try folder.write(Array(repeating: UInt8(7), count: 5000), to: "trials.sqlite")
        #expect(throws: TrialLedgerError.self) { try TrialLedger(path: folder.path("trials.sqlite")) }
    }
}
