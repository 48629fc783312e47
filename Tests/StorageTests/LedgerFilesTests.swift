import Core
import Foundation
import GRDB
import Storage
import Testing

@Suite struct LedgerFilesTests {
    @Test func aRestoredBackupIsTheLedgerItWasMadeFrom() throws {
        let fixture = try LedgerFixture()
        let ledger = try fixture.open()
        let life = try LedgerFixture.life()
        for commit in life.prefix(4) { try ledger.commit(commit) }
        let backup = fixture.folder.path("backup.sqlite")
        try ledger.backup(to: backup)
        let heads = try LedgerReader(path: backup).verify().heads
        for commit in life.dropFirst(4) { try ledger.commit(commit) }
        try ledger.close()
        let kept = try #require(try Ledger.restore(backup, to: fixture.path, named: "x"))
        #expect(kept == fixture.folder.path("trades-replaced-x.sqlite"))
        #expect(try fixture.verification().heads == heads)
        #expect(try LedgerReader(path: kept).fills().count == 3)
        let restored = try fixture.open()
        for commit in life.dropFirst(4) { try restored.commit(commit) }
        #expect(try restored.reader.verify().isSound)
        #expect(try fixture.folder.names.allSatisfy { !$0.contains("restoring") })
    }

    /// Also when the old log is still full: its rows must never be applied to the restored file.
    @Test func theLogOfADamagedLedgerIsKeptOutOfTheRestoredOne() throws {
        let fixture = try LedgerFixture()
        let ledger = try fixture.open()
        let life = try LedgerFixture.life()
        for commit in life.prefix(3) { try ledger.commit(commit) }
        let image = try LedgerFixture()
        let backup = image.folder.path("backup.sqlite")
        try ledger.backup(to: backup)
        for commit in life.dropFirst(3) { try ledger.commit(commit) }
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: fixture.path + suffix, toPath: image.path + suffix)
        }
        var damaged = try image.folder.bytes("trades.sqlite")
        for place in 200..<damaged.count { damaged[place] = 0x5a }
        try image.folder.write(damaged, to: "trades.sqlite")
        #expect(throws: LedgerError.self) { try image.open() }
        let kept = try #require(try Ledger.restore(backup, to: image.path, named: "x"))
        #expect(try image.folder.bytes("trades-replaced-x.sqlite") == damaged)
        #expect(FileManager.default.fileExists(atPath: kept + "-wal"))
        #expect(try image.verification().isSound)
        #expect(try image.open().reader.journalLength() == 3)
    }

    @Test func onlyASoundBackupOfTheSameAccountIsRestored() throws {
        let fixture = try LedgerFixture.lived()
        let before = try fixture.folder.bytes("trades.sqlite")
        let altered = try LedgerFixture.lived()
        try altered.tamper("UPDATE fills SET fee = '0' WHERE id = 1")
        let error = #expect(throws: LedgerError.self) {
            try Ledger.restore(altered.path, to: fixture.path, named: "x")
        }
        guard case .unsound(altered.path, let finding) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(finding.contains("fills row 1"))
        let other = try LedgerFixture()
        try Ledger(path: other.path, identity: LedgerIdentity(mode: "live", account: "main")).close()
        #expect(throws: LedgerError.self) { try Ledger.restore(other.path, to: fixture.path, named: "x") }
        try fixture.folder.write("nothing of the kind", to: "text.sqlite")
        #expect(throws: LedgerError.self) {
            try Ledger.restore(fixture.folder.path("text.sqlite"), to: fixture.path, named: "x")
        }
        #expect(throws: LedgerError.missing(path: "/none")) {
            try Ledger.restore("/none", to: fixture.path, named: "x")
        }
        #expect(try fixture.folder.bytes("trades.sqlite") == before)
        #expect(try fixture.folder.names.allSatisfy { !$0.contains("replaced") })
    }

    @Test func aVacuumKeepsEveryRowAndGivesSpaceBack() throws {
        let fixture = try LedgerFixture()
        let ledger = try fixture.open()
        var commit = LedgerCommit()
        commit.journal = [JournalDraft(at: .epoch, event: "{}", effects: "[]")]
        commit.snapshot = LedgerSnapshot(version: "1", engine: String(repeating: "x", count: 400_000))
        try ledger.commit(commit)
        commit.snapshot = LedgerSnapshot(version: "1", engine: "{}")
        try ledger.commit(commit)
        for commit in try LedgerFixture.life() { try ledger.commit(commit) }
        let heads = try ledger.reader.verify().heads
        try ledger.close()
        let size = try Ledger.vacuum(fixture.path)
        #expect(size.after < size.before - 300_000)
        let check = try fixture.verification()
        #expect(check.isSound && check.heads == heads, "\(check.findings)")
    }

    @Test func rotationRemovesOldBackupsAndNeverTheNewest() throws {
        let folder = try TemporaryFolder()
        let ledgers = LedgerFolder(folder.path)
        try FileManager.default.createDirectory(atPath: ledgers.backups, withIntermediateDirectories: true)
        func moment(_ name: String) -> Timestamp? { Int64(name).map { .epoch + .seconds($0 * 86_400) } }
        for name in ["trades-10", "trades-60", "trades-70", "trades-mine", "other-10"] {
            try folder.write("x", to: "backups/\(name).sqlite")
        }
        let now = Timestamp.epoch + .seconds(100 * 86_400)
        #expect(
            try ledgers.removeBackups(olderThan: 35, now: now, moment: moment).map { $0.suffix(16) } == [
                "trades-10.sqlite", "trades-60.sqlite",
            ])
        #expect(try ledgers.removeBackups(olderThan: 1, now: now, moment: moment).isEmpty, "the newest stays")
        #expect(try ledgers.list().map(\.kind) == [.backup, .backup, .backup])
        #expect(try ledgers.list().allSatisfy { $0.fault != nil })
    }

    @Test func aLedgerLockedByAnotherWriterIsNamedAndNothingIsWritten() throws {
        let fixture = try LedgerFixture()
        let ledger = try Ledger(
            path: fixture.path, identity: LedgerFixture.identity, patience: .milliseconds(30))
        let life = try LedgerFixture.life()
        try ledger.commit(life[0])
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: fixture.path, configuration: configuration)
        try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
        let error = #expect(throws: LedgerError.self) { try ledger.commit(life[1]) }
        #expect(error == .locked(path: fixture.path))
        #expect(error?.fix.contains("stop the process") == true)
        // Readers are not in the way of a writer, nor it in theirs.
        #expect(try LedgerReader(path: fixture.path).journalLength() == 1)
        try other.inDatabase { try $0.execute(sql: "COMMIT") }
        try ledger.commit(life[1])
        #expect(try ledger.reader.verify().isSound)
    }
}
