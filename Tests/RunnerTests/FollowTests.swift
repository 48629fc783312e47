import Core
import Engine
import Foundation
import Runner
import Storage
import Testing

/// A new version of the program goes on with the ledger of an old one, whatever it would have decided itself.
@Suite struct FollowTests {
    /// The ledger of a finished run, rewritten as if a version with other limits had made the same decisions: every
    /// replay of it disagrees, as that of a changed program would.
    private func rewritten(_ original: TemporaryState, limits: RiskLimits, rows: Int = .max) throws -> TemporaryState {
        let reader = try LedgerReader(path: original.ledgerPath)
        let state = try TemporaryState()
        let ledger = try state.ledger()
        var commit = LedgerCommit()
        try reader.readJournal { row in
            guard commit.journal.count < rows else { return }
            var event = row.draft.event
            if event.hasPrefix("{\"configured\""),
                case .configured(let old) = try JSONDecoder().decode(EngineEvent.self, from: Data(event.utf8))
            {
                let changed = EngineConfiguration(
                    account: old.account, artifact: old.artifact, assets: old.assets, limits: limits, timing: old.timing
                )
                event = String(decoding: try JSONEncoder().encode(EngineEvent.configured(changed)), as: UTF8.self)
            }
            commit.journal.append(JournalDraft(at: row.draft.at, event: event, effects: row.draft.effects))
        }
        commit.intents = try reader.intents()
        commit.orderEvents = try reader.orderEvents()
        commit.fills = try reader.fills()
        commit.equity = try reader.equity()
        var positions: [Symbol: Position] = [:]
        for fill in commit.fills { positions[fill.symbol, default: Position(symbol: fill.symbol)].book(fill) }
        commit.positions = positions.values.map { LedgerPosition($0, at: .epoch) }
        commit.protections = try reader.protections()
        commit.meta = [LedgerMetaKey.programVersion: "1"]
        try ledger.commit(commit)
        try ledger.close()
        return state
    }

    private static let nothingOpens = RiskLimits(maxOrderNotional: MoneyLimit("1"))

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func whatAnotherVersionSentCounts(seed: UInt64) async throws {
        let original = try TemporaryState()
        let end = try await LoopScenario(seed: seed).run(original)
        let state = try rewritten(original, limits: Self.nothingOpens)
        let ledger = try state.ledger()
        let recovered = try Recovery(ledger: ledger).replay(version: "2")
        #expect(!recovered.followed.isEmpty, "this version would have refused every entry")
        for (old, new) in zip(end.engine.desks, recovered.engine.desks) {
            #expect(new.position == old.position)
            #expect(new.openOrders.map(\.request) == old.openOrders.map(\.request), "seed \(seed), \(new.symbol)")
        }
        // The same version must agree with itself.
        #expect(throws: RunnerError.self) { try Recovery(ledger: ledger).replay(version: "1") }
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func whatOnlyThisVersionWouldHaveSentNeverWas(seed: UInt64) async throws {
        let original = try TemporaryState()
        var scenario = try LoopScenario(seed: seed)
        scenario.limits = Self.nothingOpens
        _ = try await scenario.run(original)
        let state = try rewritten(original, limits: RiskLimits())
        let recovered = try Recovery(ledger: try state.ledger()).replay(version: "2")
        #expect(!recovered.followed.isEmpty)
        #expect(recovered.engine.desks.allSatisfy { $0.position.isFlat && $0.openOrders.isEmpty })
    }

    /// Broken off by one version and finished by another: the books stay sound and equal to the venue.
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func anotherVersionGoesOnWhereTheFirstStopped(seed: UInt64) async throws {
        let original = try TemporaryState()
        var scenario = try LoopScenario(seed: seed)
        scenario.maxSteps = 15
        _ = try await scenario.run(original)
        let state = try rewritten(original, limits: Self.nothingOpens)
        scenario.maxSteps = nil
        scenario.version = "2"
        let end = try await scenario.run(state)
        #expect(end.outcome == .finished)
        let books = try Books(state)
        #expect(books.fills.count > (try Books(original)).fills.count || seed > 1)
        let held = Dictionary(uniqueKeysWithValues: end.venue.positions.map { ($0.symbol, $0.quantity) })
        for desk in end.engine.desks { #expect(desk.position.quantity == held[desk.symbol] ?? .zero) }
        // From here on this version goes on from its own snapshot, and agrees with itself.
        let again = try Recovery(ledger: try state.ledger()).replay(version: "2")
        #expect(again.engine == end.engine && again.followed.isEmpty && again.snapshot == again.sequence)
        #expect(try LedgerReader(path: state.ledgerPath).meta()[LedgerMetaKey.programVersion] == "2")
    }

    /// With a snapshot, the rows before it are not decided again, whoever wrote them.
    @Test func aSnapshotTakesThePlaceOfTheRowsBeforeIt() async throws {
        let state = try TemporaryState()
        let end = try await LoopScenario(seed: 3).run(state)
        let ledger = try state.ledger()
        let quick = try Recovery(ledger: ledger).replay()
        let slow = try Recovery(ledger: ledger).replay(usesSnapshot: false)
        #expect(quick.snapshot == quick.sequence && slow.snapshot == 0)
        #expect(quick.engine == end.engine && slow.engine == end.engine)
        #expect(quick.steps == slow.steps && quick.lastBatch == slow.lastBatch)
        let bare = try Recovery(ledger: ledger).replay(rebuildsVenue: false)
        #expect(bare.engine == end.engine && bare.steps.isEmpty && bare.lastBatch == slow.lastBatch)
    }

    @Test func aRowThatIsNotWhatWasWrittenStopsTheStart() async throws {
        let state = try TemporaryState()
        _ = try await LoopScenario(bars: 10).run(state)
        var bytes = Array(try state.data("trades.sqlite"))
        let word = Array("\"barClosed\"".utf8)
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: word) })
        bytes[place + 2] ^= 1
        try Data(bytes).write(to: state.url.appending(path: "trades.sqlite"))
        let error = #expect(throws: RunnerError.self) { try Recovery(ledger: try state.ledger()).replay() }
        guard case .journalAltered(let row) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let named = "journal row \(row) was altered"
        #expect(try LedgerReader(path: state.ledgerPath).verify().findings.contains { "\($0)".hasPrefix(named) })
    }
}
