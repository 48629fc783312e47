import Brokers
import Core
import Engine
import Foundation
import Runner
import Storage
import Testing

/// Whoever closes without the ledger gives the closing orders the names that the one before gave.
@Suite struct EmergencyTests {
    private func configuration() throws -> EngineConfiguration { try LoopScenario().configuration }

    private func names(_ state: TemporaryState) throws -> [ClientOrderID] {
        let identity = EmergencyIdentity(
            try configuration(), ledger: state.ledgerPath, killFile: KillSwitchFile(folder: state.url))
        let symbol = try #require(Symbol("AAA"))
        return (0..<3).map { identity.name(BrokerName("simulated"), symbol, $0) }
    }

    /// A runner whose ledger fails has taken events that nobody else will ever know of. The orders it closes with have
    /// the names that a watchdog finds from the ledger and the kill file alone.
    @Test(arguments: [1, 4, 9]) func aWatchdogFindsTheOrdersOfADyingRunnersClose(count: Int) async throws {
        let state = try TemporaryState()
        let scene = try LedgerFaultTests.Scene(failingAt: count, killing: true, state)
        await #expect(throws: ClosedWithoutLedger.self) { try await scene.loop.run() }
        let sent = await scene.sentAfterFault.all.compactMap { call -> OrderRequest? in
            if case .submit(let request) = call, request.purpose == .flatten { request } else { nil }
        }
        let identity = EmergencyIdentity(
            try LoopScenario(seed: 2).configuration, ledger: state.ledgerPath,
            killFile: KillSwitchFile(folder: state.url))
        for request in sent {
            #expect(request.clientID == identity.name(BrokerName("simulated"), request.symbol, 0))
        }
        #expect(count != 1 || !sent.isEmpty, "the first order opened something that had to be closed")
    }

    @Test func theLatchCountsBeforeTheFileAndTheFileBeforeTheJournal() throws {
        let state = try TemporaryState()
        let ledger = try state.ledger()
        var commit = LedgerCommit()
        commit.journal = [JournalDraft(at: Timestamp(milliseconds: 5000), event: "{}", effects: "[]")]
        try ledger.commit(commit)
        func moment() throws -> Timestamp {
            EmergencyIdentity(
                try configuration(), ledger: state.ledgerPath, killFile: KillSwitchFile(folder: state.url)
            ).moment
        }
        #expect(try moment() == Timestamp(milliseconds: 5000))
        try state.write(#"{"enabled": false}"#, to: "kill_switch.json")
        #expect(try moment() == Timestamp(milliseconds: 5000), "a released file is no moment of a halt")
        try state.write("{", to: "kill_switch.json")
        let file = try #require(KillSwitchFile(folder: state.url).changedAt)
        #expect(try moment() == file)
        var latch = LedgerCommit()
        latch.latch = .engage(KillLatch(reason: "test", at: Timestamp(milliseconds: 7000)))
        try ledger.commit(latch)
        #expect(try moment() == Timestamp(milliseconds: 7000))
        // A ledger that nobody writes to any more tells the same.
        let before = try names(state)
        try ledger.close()
        #expect(try names(state) == before && Set(before).count == 3)
    }

    /// A journal that was tampered with keeps a run from starting. Pulled, the kill switch closes everything all the
    /// same.
    @Test func theKillSwitchClosesEverythingAlsoWithADamagedJournal() async throws {
        let state = try TemporaryState()
        let scenario = try VenueScenario()
        let first = try await scenario.run { loop in
            for broker in scenario.brokers { try await scenario.untilProtected(broker) }
            await loop.requestStop()
        }
        #expect(first == .stopped)
        let damaged = try scenario.rewrittenJournal(into: state) { row, draft in
            row == 2 ? JournalDraft(at: draft.at, event: #"{"prayer":{}}"#, effects: draft.effects) : draft
        }
        try state.write(#"{"enabled": true, "reason": "test"}"#, to: "kill_switch.json")
        let error = await #expect(throws: ClosedWithoutLedger.self) {
            try await scenario.loop(in: state, ledger: damaged).run()
        }
        #expect(error?.stillOpen == [] && error?.problem.contains("journal") == true)
        for broker in scenario.brokers { #expect(await broker.truth().isFlat) }
    }

    // MARK: Snapshots

    @Test func aSnapshotThatNobodyCanReadIsToldAndReplacedByTheJournal() async throws {
        let state = try TemporaryState()
        let lines = LogLines()
        var scenario = try LoopScenario(bars: 12)
        scenario.maxSteps = 10
        _ = try await scenario.run(state)
        let ledger = try state.ledger()
        var commit = LedgerCommit()
        commit.snapshot = LedgerSnapshot(version: "", engine: #"{"riddle":1}"#)
        let expected = try Recovery(ledger: ledger).replay(usesSnapshot: false)
        try ledger.commit(commit)
        let recovered = try Recovery(ledger: ledger).replay()
        #expect(recovered.unusableSnapshot == recovered.sequence && recovered.snapshot == 0)
        #expect(recovered.engine == expected.engine)
        try ledger.close()
        scenario.maxSteps = nil
        scenario.log = lines.logger
        _ = try await scenario.run(state)
        #expect(lines.all.filter { $0.contains("snapshot cannot be read") && $0.hasPrefix("warning") }.count == 1)
        _ = try Books(state)
    }
}
