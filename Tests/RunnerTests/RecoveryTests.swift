import Core
import Engine
import Runner
import Storage
import Testing

@Suite struct RecoveryTests {
    @Test(arguments: [1 as UInt64, 2, 3]) func theJournalReplaysToTheSameEngine(seed: UInt64) async throws {
        let state = try TemporaryState()
        let scenario = try LoopScenario(seed: seed)
        let end = try await scenario.run(state)
        #expect(!end.engine.desks.allSatisfy { $0.position.realised == .zero }, "something was traded")
        let recovered = try Recovery(ledger: try state.ledger()).replay()
        #expect(recovered.engine == end.engine)
        #expect(recovered.lastBatch?.at == end.engine.now)
    }

    @Test func anEmptyJournalReplaysToAnEngineThatKnowsNothing() throws {
        let recovered = try Recovery(ledger: try TemporaryState().ledger()).replay()
        #expect(recovered.engine == Engine())
        #expect(recovered.steps.isEmpty && recovered.lastBatch == nil)
    }

    @Test func aChangedEffectIsRefusedByItsSequence() async throws {
        let journal = try await journal()
        let row = try #require(journal.firstIndex { $0.effects.contains("\"quantity\":\"") })
        let changed = journal[row].effects.replacing("\"quantity\":\"", with: "\"quantity\":\"1")
        try #require(changed != journal[row].effects)
        let copy = try ledger(of: journal, replacing: row) {
            JournalDraft(at: $0.at, event: $0.event, effects: changed)
        }
        #expect(throws: RunnerError.journalDisagrees(sequence: row + 1)) { try Recovery(ledger: copy.ledger).replay() }
    }

    @Test func anEventThatNobodyKnowsIsRefusedByItsSequence() async throws {
        let journal = try await journal()
        let copy = try ledger(of: journal, replacing: 3) {
            JournalDraft(at: $0.at, event: #"{"prayer":{}}"#, effects: $0.effects)
        }
        #expect(throws: RunnerError.journalUnreadable(sequence: 4)) { try Recovery(ledger: copy.ledger).replay() }
        #expect("\(RunnerError.journalUnreadable(sequence: 4))".contains("4"))
        #expect("\(RunnerError.journalDisagrees(sequence: 7))".contains("--new"))
    }

    private func journal() async throws -> [JournalDraft] {
        let state = try TemporaryState()
        _ = try await LoopScenario(bars: 10).run(state)
        var drafts: [JournalDraft] = []
        try LedgerReader(path: state.ledgerPath).readJournal { drafts.append($0.draft) }
        return drafts
    }

    private func ledger(
        of journal: [JournalDraft], replacing row: Int, _ change: (JournalDraft) -> JournalDraft
    ) throws -> (ledger: Ledger, state: TemporaryState) {
        let state = try TemporaryState()
        let ledger = try state.ledger()
        var commit = LedgerCommit()
        commit.journal = journal
        commit.journal[row] = change(journal[row])
        try ledger.commit(commit)
        return (ledger, state)
    }
}
