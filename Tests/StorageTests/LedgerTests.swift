import Core
import Foundation
import GRDB
import Storage
import Testing

@Suite struct LedgerTests {
    @Test func whatIsCommittedIsReadBackExactly() throws {
        let fixture = try LedgerFixture()
        let ledger = try fixture.open()
        let life = try LedgerFixture.life()
        for commit in life { try ledger.commit(commit) }
        let reader = try LedgerReader(path: fixture.path)
        #expect(try reader.identity() == LedgerFixture.identity)
        #expect(try reader.intents() == life.flatMap(\.intents))
        #expect(try reader.fills() == life.flatMap(\.fills))
        #expect(try reader.orderEvents() == life.flatMap(\.orderEvents))
        #expect(try reader.equity() == life.flatMap(\.equity))
        #expect(try reader.protections() == life.flatMap(\.protections))
        let last = try #require(life.last?.positions.last?.position)
        #expect(try reader.positions().map(\.lots) == [last.lots])
        #expect(try reader.positions().map(\.realised) == [last.realised])
        var drafts: [JournalDraft] = []
        try reader.readJournal { drafts.append($0.draft) }
        #expect(drafts == life.flatMap(\.journal))
        var tail: [Int64] = []
        try ledger.reader.readJournal(after: 4) { tail.append($0.sequence) }
        #expect(tail == [5, 6])
        #expect(try reader.verify().isSound)
    }

    @Test func everyKindOfOrderIsReadBack() throws {
        let fixture = try LedgerFixture()
        let ledger = try fixture.open()
        let price = try #require(Price("10.5"))
        var commit = LedgerCommit()
        for (index, kind) in [OrderKind.market, .limit(price), .stop(trigger: price), .takeProfit(trigger: price)]
            .enumerated()
        {
            let request = try LedgerFixture.request("o\(index)", kind: kind)
            commit.intents.append(LedgerIntent(request: request, venue: LedgerFixture.venue, at: .epoch))
        }
        #expect(try ledger.commit(commit) == 0)
        #expect(try ledger.reader.intents() == commit.intents)
    }

    /// Guards against GRDB's own `synchronous = NORMAL`; the same figure on a reader would say nothing.
    @Test func theWriterFlushesEveryCommitAndKeepsAWriteAheadLog() throws {
        let fixture = try LedgerFixture()
        let queue = try LedgerConnection.writer(fixture.path)
        let settings = try ["synchronous", "journal_mode", "foreign_keys", "busy_timeout"].map { name in
            try queue.writeWithoutTransaction { try String.fetchOne($0, sql: "PRAGMA \(name)") }
        }
        #expect(settings == ["2", "wal", "1", "5000"])
    }

    @Test func anIntentIsWrittenOnceAndNeverWithAnotherContent() throws {
        let fixture = try LedgerFixture()
        let ledger = try fixture.open()
        var commit = LedgerCommit()
        commit.intents = [
            LedgerIntent(
                request: try LedgerFixture.request("o1"), venue: LedgerFixture.venue, at: LedgerFixture.time(1))
        ]
        try ledger.commit(commit)
        var again = commit
        again.intents = [
            LedgerIntent(request: commit.intents[0].request, venue: LedgerFixture.venue, at: LedgerFixture.time(2))
        ]
        try ledger.commit(again)
        #expect(try ledger.reader.intents() == commit.intents)
        again.intents = [
            LedgerIntent(request: try LedgerFixture.request("o1", .buy, "3"), venue: LedgerFixture.venue, at: .epoch)
        ]
        again.journal = [JournalDraft(at: .epoch, event: "{}", effects: "[]")]
        #expect(
            throws: LedgerError.conflictingIntent(path: fixture.path, id: ClientOrderID("o1"), field: "quantity")
        ) { try ledger.commit(again) }
        #expect(try ledger.reader.journalLength() == 0, "a refused commit leaves nothing")
    }

    @Test func anExecutionIsBookedOnceAndNeverWithAnotherContent() throws {
        let fixture = try LedgerFixture()
        let ledger = try fixture.open()
        var commit = LedgerCommit()
        commit.fills = [try LedgerFixture.fill("t1", nil, .buy, "1", at: "10", step: 1)]
        try ledger.commit(commit)
        try ledger.commit(commit)
        #expect(try ledger.reader.fills() == commit.fills)
        commit.fills = [try LedgerFixture.fill("t1", nil, .buy, "1", at: "10.01", step: 1)]
        #expect(
            throws: LedgerError.conflictingFill(
                path: fixture.path, venue: LedgerFixture.venue, tradeID: "t1", field: "price")
        ) { try ledger.commit(commit) }
    }

    @Test func newsOfForeignOrdersIsKeptAsExternal() throws {
        let fixture = try LedgerFixture()
        let ledger = try fixture.open()
        var commit = LedgerCommit()
        commit.fills = [try LedgerFixture.fill("t1", "not-ours", .buy, "1", at: "10", step: 1)]
        var position = Position(symbol: try LedgerFixture.symbol())
        position.book(commit.fills[0])
        commit.positions = [LedgerPosition(position, at: .epoch)]
        try ledger.commit(commit)
        #expect(try ledger.reader.fills() == commit.fills)
        #expect(try ledger.reader.verify().isSound)
    }

    @Test func aLedgerServesOneModeAndAccount() throws {
        let fixture = try LedgerFixture.lived()
        for other in [LedgerIdentity(mode: "live", account: "main"), LedgerIdentity(mode: "paper", account: "x")] {
            let error = #expect(
                throws: LedgerError.wrongIdentity(path: fixture.path, stored: LedgerFixture.identity, asked: other)
            ) { try Ledger(path: fixture.path, identity: other) }
            let advice = other.mode == "live" ? "--mode paper" : "ledger account --adopt"
            #expect(error?.fix.contains(advice) == true)
        }
        _ = try fixture.open()
    }

    @Test func aLedgerOfRenewedKeysGoesOn() throws {
        let fixture = try LedgerFixture.lived()
        let before = try fixture.open().reader.fills()
        let renewed = LedgerIdentity(mode: LedgerFixture.identity.mode, account: "renewed")
        try Ledger.rebind(fixture.path, to: renewed.account)
        #expect(throws: LedgerError.self) { try fixture.open() }
        let ledger = try Ledger(path: fixture.path, identity: renewed)
        #expect(try ledger.reader.fills() == before && ledger.reader.verify().isSound)
    }

    @Test func theLatchSurvivesAndKeepsItsFirstReason() throws {
        let fixture = try LedgerFixture()
        let first = KillLatch(reason: "manual", at: LedgerFixture.time(1))
        do {
            let ledger = try fixture.open()
            #expect(try ledger.reader.latch() == nil)
            var commit = LedgerCommit()
            commit.latch = .engage(first)
            try ledger.commit(commit)
            commit.latch = .engage(KillLatch(reason: "again", at: LedgerFixture.time(2)))
            try ledger.commit(commit)
        }
        let ledger = try fixture.open()
        #expect(try ledger.reader.latch() == first)
        var commit = LedgerCommit()
        commit.latch = .release
        try ledger.commit(commit)
        #expect(try ledger.reader.latch() == nil)
    }

    @Test func metaValuesAreSetAndRemovedButNotTheLedgersOwn() throws {
        let ledger = try LedgerFixture().open()
        var commit = LedgerCommit()
        commit.meta = [LedgerMetaKey.artifact: "abc", "cursor": "7"]
        try ledger.commit(commit)
        commit.meta = ["cursor": nil]
        try ledger.commit(commit)
        #expect(try ledger.reader.meta()[LedgerMetaKey.artifact] == "abc")
        #expect(try ledger.reader.meta()["cursor"] == nil)
        commit.meta = [LedgerMetaKey.mode: "live"]
        #expect(throws: LedgerError.reservedKey(path: ledger.path, key: "mode")) { try ledger.commit(commit) }
    }

    @Test func theReaderSeesCommitsWhileTheWriterIsOpen() throws {
        let fixture = try LedgerFixture()
        let ledger = try fixture.open()
        let reader = try LedgerReader(path: fixture.path)
        for (count, commit) in try LedgerFixture.life().enumerated() {
            try ledger.commit(commit)
            #expect(try reader.journalLength() == Int64(count + 1))
        }
    }

    @Test func rowsAreNeverChangedOrRemoved() throws {
        let fixture = try LedgerFixture.lived()
        let queue = try DatabaseQueue(path: fixture.path)
        for table in ["journal", "intents", "order_events", "fills", "equity"] {
            for sql in ["DELETE FROM \(table)", "UPDATE \(table) SET time = 0"] {
                #expect(throws: DatabaseError.self, "\(sql)") { try queue.write { try $0.execute(sql: sql) } }
            }
        }
    }

    /// 5 000 durable commits a second are normal here; the bound only catches a lost order of magnitude.
    @Test func aCommitTakesMilliseconds() throws {
        let ledger = try LedgerFixture().open()
        let clock = ContinuousClock()
        let slowest = try (0..<200).map { index in
            var commit = LedgerCommit()
            commit.journal = [JournalDraft(at: LedgerFixture.time(index), event: "{}", effects: "[]")]
            commit.intents = [
                LedgerIntent(request: try LedgerFixture.request("o\(index)"), venue: LedgerFixture.venue, at: .epoch)
            ]
            return try clock.measure { try ledger.commit(commit) }
        }.sorted()[100]
        #expect(slowest < .milliseconds(10), "median \(slowest)")
    }
}
