import Brokers
import Core
import Foundation
import Runner
import Testing

/// What a stop leaves behind.
@Suite struct StopTests {
    /// The entry is on its way when the stop is asked for: it is waited for, and its stop is armed before the end.
    @Test func aStopWaitsForWhatIsOnItsWay() async throws {
        // Patient, because a busy machine is slow to come round to each of the steps.
        let scenario = try VenueScenario(["one"], patience: .seconds(60))
        let broker = scenario.brokers[0]
        let outcome = try await scenario.run { loop in
            try await scenario.until("one is open for entries") {
                try scenario.asset("one", "lastPrice") != nil
            }
            await broker.slow(by: .milliseconds(300))
            try await scenario.until("the entry is there") { await broker.truth().positions.count == 1 }
            await loop.requestStop()
        }
        #expect(outcome == .stopped)
        let truth = await broker.truth()
        #expect(truth.positions.count == truth.openOrders.count, "a position is not left without its stop")
    }

    @Test func anUnreadableKillFileAtTheStartHaltsBeforeAnythingIsOpened() async throws {
        let scenario = try VenueScenario(["one"])
        try scenario.state.write("{\"enabled\":", to: "kill_switch.json")
        let outcome = try await scenario.run { _ in }
        #expect(outcome == .halted(reason: KillSwitchJudge.unreadableReason))
        #expect(await scenario.brokers[0].truth().fills.isEmpty)
        #expect(await scenario.brokers[0].truth().isFlat)
    }
}
