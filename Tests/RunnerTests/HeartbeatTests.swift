import Core
import Foundation
import Runner
import Testing

@Suite struct HeartbeatTests {
    /// The contract of the design: scripts and the watchdog rely on these keys.
    private static let keys: Set<String> = [
        "schema", "runId", "pid", "sequence", "at", "state", "mode", "killed", "positions", "workingOrders",
        "unprotectedSeconds", "unprotectedNotionalSeconds", "lastSignalTime", "brokers", "lastError",
    ]

    @Test func everyKeyIsWrittenAlsoWithoutAValue() async throws {
        let state = try TemporaryState()
        var scenario = try LoopScenario(bars: 4)
        scenario.maxSteps = 1
        _ = try await scenario.run(state)
        let beat = try #require(try state.json("runner_heartbeat.json") as? [String: Any])
        #expect(
            Set(beat.keys)
                == Self.keys.union(
                    ["marketTime", "processStart", "bootId", "progress", "stalledSeconds"]))
        #expect(beat["lastError"] is NSNull)
        #expect(beat["schema"] as? Int == 1)
        let broker = try #require((beat["brokers"] as? [String: Any])?["simulated"] as? [String: Any])
        #expect(Set(broker.keys) == ["connected", "lastSuccessAt", "roundTripMs"])
        #expect(
            try JSONDecoder().decode(Heartbeat.self, from: try state.data("runner_heartbeat.json")).state == .stopped)
    }

    @Test func theSequenceGrowsByOneWithEachBeatAndTimeNeverRunsBack() async throws {
        let state = try TemporaryState()
        let beats = Collected<Heartbeat>()
        _ = try await LoopScenario(bars: 8).run(state) { _ in
            if let data = try? state.data("runner_heartbeat.json"),
                let beat = try? JSONDecoder().decode(Heartbeat.self, from: data)
            {
                await beats.add(beat)
            }
        }
        let seen = await beats.all
        #expect(seen.first?.state == .starting)
        #expect(seen.contains { $0.state == .running && !$0.positions.isEmpty })
        for (earlier, later) in zip(seen, seen.dropFirst()) {
            #expect(later.sequence >= earlier.sequence && later.at >= earlier.at)
            #expect((later.sequence == earlier.sequence) == (later.at == earlier.at))
        }
    }

    @Test func aRunThatBreaksOffSaysWhy() async throws {
        let state = try TemporaryState()
        var scenario = try LoopScenario(bars: 8)
        scenario.maxSteps = 5
        _ = try await scenario.run(state)
        // Other bars under the same ledger.
        let other = try LoopScenario(bars: 8, seed: 2)
        await #expect(throws: (any Error).self) { _ = try await other.run(state) }
        let beat = try JSONDecoder().decode(Heartbeat.self, from: try state.data("runner_heartbeat.json"))
        #expect(beat.state == .failed)
        #expect(beat.lastError?.contains("--new") == true)
    }
}

/// Collects values from closures of other actors.
actor Collected<Element: Sendable> {
    private(set) var all: [Element] = []

    func add(_ element: Element) { all.append(element) }
}
