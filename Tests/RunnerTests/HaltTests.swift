import Core
import Engine
import Foundation
import Runner
import Storage
import Synchronization
import Testing

@Suite struct HaltTests {
    private static let engaged = #"{"enabled": true, "reason": "test"}"#

    /// Lets the scenario run and pulls the kill switch before the broker is asked for news the `pass`-th time.
    private func halted(_ scenario: LoopScenario, at pass: Int, in state: TemporaryState) async throws -> LoopEnd {
        let passes = Mutex(0)
        return try await scenario.run(state) { call in
            guard call == .nextEvents else { return }
            let now = passes.withLock { passes in
                passes += 1
                return passes
            }
            if now == pass { try? state.write(Self.engaged, to: "kill_switch.json") }
        }
    }

    private func expectHalted(_ end: LoopEnd, _ state: TemporaryState, _ note: String) throws {
        #expect(end.outcome == .halted(reason: "test"), "\(note)")
        #expect(end.venue.isFlat, "\(note): \(end.venue)")
        #expect(end.engine.desks.allSatisfy { $0.position.isFlat && $0.openOrders.isEmpty }, "\(note)")
        let beat = try JSONDecoder().decode(Heartbeat.self, from: try state.data("runner_heartbeat.json"))
        #expect(beat.state == .halted && beat.killed && beat.positions.isEmpty && beat.workingOrders == 0, "\(note)")
        #expect((try state.json("protections.json") as? [Any])?.isEmpty == true, "\(note)")
        let reader = try LedgerReader(path: state.ledgerPath)
        #expect(try reader.latch()?.reason == "test", "\(note)")
        #expect(try reader.positions().allSatisfy { $0.quantity == .zero }, "\(note)")
        let halts = HaltRecord.all(in: try reader.meta())
        #expect(
            halts.count == 1 && halts.allSatisfy { $0.flatAfter != nil && $0.reason == "test" }, "\(note): \(halts)")
        _ = try Books(state)
    }

    @Test(arguments: [7 as UInt64, 8]) func theSwitchEndsFlatAtEveryPassAndHoldsUntilReleased(seed: UInt64) async throws
    {
        var scenario = try LoopScenario(bars: 12, seed: seed)
        if seed == 8 { scenario.latency = .milliseconds(400) }
        var (pass, wasHeld) = (0, 0)
        while true {
            pass += 1
            try #require(pass < 400)
            let state = try TemporaryState()
            let end = try await halted(scenario, at: pass, in: state)
            if end.outcome == .finished { break }
            try expectHalted(end, state, "pass \(pass)")
            let books = try Books(state)
            wasHeld += books.intents.contains { $0.request.purpose == .flatten } ? 1 : 0
            guard pass % 4 == 1 else { continue }
            // Neither a restart nor deleting the file takes the halt away.
            try expectHalted(try await scenario.run(state), state, "restart after pass \(pass)")
            try state.remove("kill_switch.json")
            try expectHalted(try await scenario.run(state), state, "file deleted after pass \(pass)")
            #expect(try Books(state).fills == books.fills)
            try state.write(#"{"enabled": false}"#, to: "kill_switch.json")
            let released = try await scenario.run(state)
            #expect(released.outcome == .finished && !released.engine.kill.isEngaged)
            #expect(try LedgerReader(path: state.ledgerPath).latch() == nil)
            _ = try Books(state)
        }
        #expect(wasHeld > 5, "positions were open at many of the \(pass) passes")
    }

    @Test func aBrokenFileHaltsAfterMoreThanASecondOfTheRunningClock() async throws {
        let state = try TemporaryState()
        try state.write("{", to: "kill_switch.json")
        let end = try await LoopScenario(bars: 200).run(state)
        #expect(end.outcome == .halted(reason: KillSwitchJudge.unreadableReason))
        #expect(end.venue.isFlat)
        #expect(end.bars > 0 && end.bars < 200)
        #expect(try LedgerReader(path: state.ledgerPath).latch()?.reason == KillSwitchJudge.unreadableReason)
    }

    @Test func aHalfWrittenFileThatIsMendedInTimeIsNoHalt() async throws {
        let state = try TemporaryState()
        try state.write(#"{"enabled": fal"#, to: "kill_switch.json")
        let passes = Mutex(0)
        let end = try await LoopScenario().run(state) { call in
            guard call == .nextEvents else { return }
            let now = passes.withLock { passes in
                passes += 1
                return passes
            }
            if now == 5 { try? state.write(#"{"enabled": false}"#, to: "kill_switch.json") }
        }
        #expect(end.outcome == .finished)
    }

    /// The kill and its record are one commit: whatever is left of a halt by a crash says when it began.
    @Test func noCrashLeavesAHaltWithoutItsRecord() async throws {
        let state = try TemporaryState()
        let copies = Mutex<[TemporaryState]>([])
        var scenario = try LoopScenario(bars: 12, seed: 7)
        scenario.crash = { point in
            guard point == .flushed, let reader = try? LedgerReader(path: state.ledgerPath),
                (try? reader.latch()) != .some(nil), let copy = try? TemporaryState(),
                (try? reader.backup(to: copy.ledgerPath)) != nil
            else { return }
            copies.withLock { $0.append(copy) }
        }
        let end = try await halted(scenario, at: 8, in: state)
        try expectHalted(end, state, "undisturbed")
        scenario.crash = { _ in }
        let trigger = try #require(HaltRecord.all(in: try LedgerReader(path: state.ledgerPath).meta()).first)
        #expect(trigger.blockedAfter.map { $0 < .seconds(60) } == true)
        let all = copies.withLock { $0 }
        #expect(!all.isEmpty)
        for (number, copy) in all.enumerated() {
            let halts = HaltRecord.all(in: try LedgerReader(path: copy.ledgerPath).meta())
            #expect(halts.map(\.triggeredAt) == [trigger.triggeredAt], "crash \(number)")
            try expectHalted(try await scenario.run(copy), copy, "crash \(number)")
        }
    }

    /// A file that was prepared long before and moved into its place pulls the switch when it is moved.
    @Test func aFileThatIsMovedIntoItsPlaceCountsFromThen() throws {
        let state = try TemporaryState()
        try state.write(Self.engaged, to: "prepared.json")
        let (from, to) = (state.url.appending(path: "prepared.json"), state.url.appending(path: "kill_switch.json"))
        let old = Date(timeIntervalSince1970: 1_000_000_000)
        try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: from.path)
        try FileManager.default.moveItem(at: from, to: to)
        let changed = try #require(KillSwitchFile(folder: state.url).changedAt)
        #expect(Date().timeIntervalSince1970 - Double(changed.milliseconds) / 1000 < 600)
    }

    /// A row that is owed from before a crash opens nothing once the switch is pulled, nor when books are compared.
    @Test(arguments: [true, false]) func anOwedRowOpensNothing(isHalted: Bool) async throws {
        let state = try TemporaryState()
        let copies = Mutex<[TemporaryState]>([])
        var scenario = try LoopScenario(bars: 12, seed: 7)
        scenario.crash = { point in
            guard point == .newsTaken, let reader = try? LedgerReader(path: state.ledgerPath),
                let copy = try? TemporaryState(), (try? reader.backup(to: copy.ledgerPath)) != nil
            else { return }
            copies.withLock { $0.append(copy) }
        }
        _ = try await scenario.run(state)
        scenario.crash = { _ in }
        let all = copies.withLock { $0 }
        #expect(all.count > 5)
        var owed = 0
        for copy in all {
            let before = try LedgerReader(path: copy.ledgerPath).intents().count
            let resumed = try TemporaryState()
            try LedgerReader(path: copy.ledgerPath).backup(to: resumed.ledgerPath)
            if isHalted {
                try copy.write(Self.engaged, to: "kill_switch.json")
                _ = try await scenario.run(copy)
            } else {
                try await scenario.reconcile(copy)
            }
            let asked = try LedgerReader(path: copy.ledgerPath).intents().dropFirst(before)
            #expect(!asked.contains { $0.request.purpose == .entry })
            scenario.maxSteps = 1
            _ = try await scenario.run(resumed)
            scenario.maxSteps = nil
            owed += try LedgerReader(path: resumed.ledgerPath).intents().count > before ? 1 : 0
        }
        #expect(owed > 0, "some of them would have opened something")
    }

    @Test func aCrashInTheKillSequenceStillEndsFlat() async throws {
        let scenario = try LoopScenario(bars: 12, seed: 7)
        for pass in [6, 12, 18] {
            let state = try TemporaryState()
            let copies = Collected<TemporaryState>()
            let passes = Mutex(0)
            _ = try await scenario.run(state) { call in
                let now = passes.withLock { passes in
                    passes += call == .nextEvents ? 1 : 0
                    return passes
                }
                if call == .nextEvents, now == pass { try? state.write(Self.engaged, to: "kill_switch.json") }
                guard now > pass || (now == pass && call != .nextEvents), let copy = try? TemporaryState(),
                    (try? LedgerReader(path: state.ledgerPath).backup(to: copy.ledgerPath)) != nil
                else { return }
                await copies.add(copy)
            }
            let all = await copies.all
            #expect(all.count > 1)
            for (number, copy) in all.enumerated() {
                try copy.write(Self.engaged, to: "kill_switch.json")
                try expectHalted(try await scenario.run(copy), copy, "pass \(pass), crash \(number)")
            }
        }
    }
}
