import Core
import Foundation
import GRDB
import Storage
import Testing

@Suite struct LedgerRecoveryTests {
    /// What a killed process leaves: the files as they are while the ledger is still open.
    private func crashImage(of fixture: LedgerFixture) throws -> LedgerFixture {
        let image = try LedgerFixture()
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: fixture.path + suffix, toPath: image.path + suffix)
        }
        return image
    }

    @Test func everyCommitSurvivesAKill() throws {
        let fixture = try LedgerFixture()
        let ledger = try fixture.open()
        for (count, commit) in try LedgerFixture.life().enumerated() {
            try ledger.commit(commit)
            let image = try crashImage(of: fixture)
            let recovered = try image.open()
            #expect(try recovered.reader.journalLength() == Int64(count + 1))
            let findings = try recovered.reader.verify().findings
            #expect(findings.isEmpty, "after commit \(count): \(findings)")
        }
    }

    /// A power cut may tear the log anywhere: what is recovered is a whole number of commits.
    @Test func aTornLogRecoversWholeCommits() throws {
        let fixture = try LedgerFixture()
        let ledger = try fixture.open()
        let life = try LedgerFixture.life()
        for commit in life { try ledger.commit(commit) }
        let log = try fixture.folder.bytes("trades.sqlite-wal")
        for cut in stride(from: 0, through: log.count, by: max(1, log.count / 60)) {
            let image = try crashImage(of: fixture)
            try image.folder.write(Array(log[..<cut]), to: "trades.sqlite-wal")
            let recovered = try image.open()
            let length = Int(try recovered.reader.journalLength())
            #expect(length <= life.count)
            let findings = try recovered.reader.verify().findings
            #expect(findings.isEmpty, "cut at \(cut): \(findings)")
            #expect(try recovered.reader.fills().count == life.prefix(length).flatMap(\.fills).count)
        }
    }

    @Test func theFirstConnectionMayStillBeOpenWhenTheNextBegins() throws {
        let fixture = try LedgerFixture()
        let dead = try fixture.open()
        let life = try LedgerFixture.life()
        for commit in life.prefix(3) { try dead.commit(commit) }
        let next = try fixture.open()
        for commit in life { try next.commit(with(commit)) }
        #expect(try next.reader.verify().findings.isEmpty)
        #expect(try next.reader.fills().count == 3)
        _ = dead.path
    }

    /// The same commit without its journal rows: intents and executions repeat, as after a restart.
    private func with(_ commit: LedgerCommit) -> LedgerCommit {
        var repeated = commit
        repeated.journal = []
        return repeated
    }

    /// How long that takes is measured by scripts/recovery-time.sh, where nothing else runs.
    @Test func aHundredThousandRowsOpenAndRead() throws {
        let fixture = try LedgerFixture()
        var commit = LedgerCommit()
        let event = String(repeating: "{\"price\":\"42283.58\"}", count: 10)
        commit.journal = (0..<100_000).map { JournalDraft(at: LedgerFixture.time($0), event: event, effects: "[]") }
        try fixture.open().commit(commit)
        var count = 0
        let ledger = try fixture.open()
        try ledger.reader.readJournal { count += $0.draft.event.isEmpty ? 0 : 1 }
        #expect(count == 100_000)
    }

    @Test func damagedFilesAreRefused() throws {
        let fixture = try LedgerFixture.lived()
        let good = try fixture.folder.bytes("trades.sqlite")
        for (index, bytes) in [
            Array("not a database, but long enough to look like one".utf8), Array(good[..<(good.count / 2)]),
            Array(good[..<100]) + [UInt8](repeating: 0x5a, count: good.count - 100),
        ].enumerated() {
            try fixture.folder.write(bytes, to: "trades.sqlite")
            let error = #expect(throws: LedgerError.self) { try fixture.open() }
            guard case .corrupt = error else {
                Issue.record("damage \(index): \(String(describing: error))")
                continue
            }
        }
    }

    @Test func otherDatabasesAndAlteredTablesAreRefused() throws {
        let other = try LedgerFixture()
        let queue = try DatabaseQueue(path: other.path)
        try queue.write { try $0.execute(sql: "CREATE TABLE songs (title TEXT)") }
        try queue.close()
        guard case .foreign = #expect(throws: LedgerError.self, performing: { try other.open() }) else {
            Issue.record("another program's database")
            return
        }
        let altered = try LedgerFixture.lived()
        try altered.tamper("DROP INDEX fills_by_intent")
        let error = #expect(throws: LedgerError.self) { try altered.open() }
        #expect(error?.description.contains("index fills_by_intent") == true)
    }

    @Test func aNewerLedgerIsRefused() throws {
        let fixture = try LedgerFixture.lived()
        try fixture.tamper("INSERT INTO grdb_migrations (identifier) VALUES ('99 future')")
        #expect(throws: LedgerError.newer(path: fixture.path, migration: "99 future")) { try fixture.open() }
    }

    @Test func aMissingLedgerIsNamed() throws {
        let fixture = try LedgerFixture()
        #expect(throws: LedgerError.missing(path: fixture.path)) { try LedgerReader(path: fixture.path) }
        #expect(throws: LedgerError.missing(path: fixture.path)) { try Ledger.archive(fixture.path, named: "x") }
    }

    @Test(.enabled(if: SmallDisk.isPermitted, Comment(rawValue: SmallDisk.reason)))
    func aFullDiskRefusesTheCommitAndKeepsTheBooks() throws {
        let disk = try SmallDisk(kibibytes: 400)
        let path = disk.path("trades.sqlite")
        let ledger = try Ledger(path: path, identity: LedgerFixture.identity)
        var commit = LedgerCommit()
        commit.journal = [JournalDraft(at: .epoch, event: String(repeating: "x", count: 4000), effects: "[]")]
        var written: Int64 = 0
        let error = #expect(throws: LedgerError.self) {
            for _ in 0..<1000 { written = try ledger.commit(commit) }
        }
        #expect(error == .diskFull(path: path))
        #expect(written > 3)
        #expect(try ledger.reader.journalLength() == written)
        #expect(try ledger.reader.verify().findings.isEmpty)
    }

    @Test(.enabled(if: SmallDisk.isPermitted, Comment(rawValue: SmallDisk.reason)))
    func aReadOnlyDiskIsNamed() throws {
        let disk = try SmallDisk(kibibytes: 800)
        let path = disk.path("trades.sqlite")
        let ledger = try Ledger(path: path, identity: LedgerFixture.identity)
        try ledger.close()
        let archived = try Ledger.archive(path, named: "x")
        try Ledger(path: path, identity: LedgerFixture.identity).close()
        try disk.makeReadOnly()
        #expect(try LedgerReader(path: archived).verify().isSound)
        let error = #expect(throws: LedgerError.self) { try Ledger(path: path, identity: LedgerFixture.identity) }
        #expect(error == .readOnly(path: path), "\(String(describing: error))")
        let missing = disk.path("new.sqlite")
        let second = #expect(throws: LedgerError.self) { try Ledger(path: missing, identity: LedgerFixture.identity) }
        #expect(second?.fix.contains("--state-dir") == true)
    }

    @Test func backupsAreWholeAndNeverOverwrite() throws {
        let fixture = try LedgerFixture()
        let ledger = try fixture.open()
        for commit in try LedgerFixture.life() { try ledger.commit(commit) }
        let target = fixture.folder.path("copy.sqlite")
        try ledger.backup(to: target)
        let copy = try LedgerReader(path: target)
        #expect(try copy.verify().findings.isEmpty)
        #expect(try copy.fills() == ledger.reader.fills())
        #expect(throws: LedgerError.self) { try ledger.backup(to: target) }
        let names = try fixture.folder.names.filter { !$0.hasPrefix("trades.sqlite") }
        #expect(names.allSatisfy { $0.hasPrefix("copy.sqlite") && !$0.hasSuffix(".tmp") }, "\(names)")
        _ = try Ledger(path: target, identity: LedgerFixture.identity)
    }

    @Test func archivesKeepEverythingUnderADatedName() throws {
        let fixture = try LedgerFixture()
        do {
            let ledger = try fixture.open()
            for commit in try LedgerFixture.life() { try ledger.commit(commit) }
        }
        let first = try Ledger.archive(fixture.path, named: "2026-11-21")
        #expect(first == fixture.folder.path("trades-2026-11-21.sqlite"))
        #expect(try fixture.folder.names == ["trades-2026-11-21.sqlite"])
        #expect(try LedgerReader(path: first).fills().count == 3)
        let open = try fixture.open()
        #expect(throws: LedgerError.locked(path: fixture.path)) {
            try Ledger.archive(fixture.path, named: "2026-11-21")
        }
        try open.close()
        #expect(try Ledger.archive(fixture.path, named: "2026-11-21").hasSuffix("trades-2026-11-21-2.sqlite"))
    }
}
