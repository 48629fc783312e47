import Core
import GRDB
import Storage
import Testing

/// A ledger of an older version can be set aside, and its kill latch is not lost by that.
@Suite struct OlderLedgerTests {
    /// A ledger as the version before the last migration left it.
    private func older(latched: Bool) throws -> LedgerFixture {
        let fixture = try LedgerFixture()
        let ledger = try fixture.open()
        for commit in try LedgerFixture.life() { try ledger.commit(commit) }
        if latched {
            var commit = LedgerCommit()
            commit.latch = .engage(KillLatch(reason: "storm", at: LedgerFixture.time(50)))
            try ledger.commit(commit)
        }
        try ledger.close()
        let queue = try DatabaseQueue(path: fixture.path)
        try queue.writeWithoutTransaction { db in
            for table in ["snapshots", "seals"] { try db.execute(sql: "DROP TABLE \(table)") }
            try db.execute(sql: "DELETE FROM grdb_migrations WHERE identifier LIKE '4 %'")
        }
        try queue.close()
        return fixture
    }

    @Test func itsLatchIsReadAlthoughNobodyBroughtItUpToDate() throws {
        let fixture = try older(latched: true)
        #expect(throws: LedgerError.older(path: fixture.path, migration: "4 seals and snapshots")) {
            try LedgerReader(path: fixture.path)
        }
        #expect(try LedgerReader.latch(ofAnyVersion: fixture.path)?.reason == "storm")
        let released = try older(latched: false)
        #expect(try LedgerReader.latch(ofAnyVersion: released.path) == nil)
    }

    @Test func itIsSetAsideAndStaysReadable() throws {
        let fixture = try older(latched: false)
        let kept = try Ledger.archive(fixture.path, named: "x")
        #expect(try LedgerReader(path: kept).verify().isSound)
        #expect(try LedgerReader(path: kept).fills().count == 3)
        let new = try fixture.open()
        #expect(try new.reader.fills().isEmpty)
    }

    @Test func whatIsNoLedgerHasNoLatchToTell() throws {
        let folder = try TemporaryFolder()
        try folder.write("nothing of the kind", to: "text.sqlite")
        #expect(throws: LedgerError.self) { try LedgerReader.latch(ofAnyVersion: folder.path("text.sqlite")) }
        #expect(throws: LedgerError.missing(path: folder.path("none.sqlite"))) {
            try LedgerReader.latch(ofAnyVersion: folder.path("none.sqlite"))
        }
    }
}
