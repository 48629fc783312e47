import Backtest
import Core
import Foundation
import Simulator
import Testing

/// Every switch of the fault menu breaks a client with the matching bad habit, and not the engine.
@Suite struct FaultSwitchTests {
    /// Each switch as strongly as the naive client needs it.
    private static func strong(_ fault: FaultSwitch) -> FaultSetting {
        switch fault {
        case .dropRequest, .dropResponse, .duplicateRequest, .duplicateResponse, .errorAfterAccept, .deadStop,
            .frameLoss:
            FaultSetting(chance: 1)
        case .reorder: FaultSetting(chance: 0.5, seconds: [0.1, 1])
        case .notFoundLag: FaultSetting(chance: 1, seconds: [60, 1_800])
        case .fillAfterCancel: FaultSetting(chance: 1, seconds: [600, 600])
        case .delay: FaultSetting(seconds: [0.5, 4])
        case .rateLimit, .rateLimitRetryAfter, .positionMode, .authRevoked:
            FaultSetting(perDay: 400, seconds: [200, 400])
        case .freeze: FaultSetting(perDay: 1_440, seconds: [59, 60])
        case .wrongClock: FaultSetting(perDay: 1_440, seconds: [290, 300])
        case .marketClosed: FaultSetting(perDay: 100, seconds: [300, 900])
        case .partialFills: FaultSetting(seconds: [2, 2], parts: 3)
        case .priceFilter: FaultSetting(percent: 1)
        case .balanceDrift: FaultSetting(perDay: 1_000, percent: 1)
        case .manualTrade: FaultSetting(perDay: 300)
        }
    }

    /// As strongly as it may be while trading goes on.
    private static func mild(_ fault: FaultSwitch) -> FaultSetting {
        switch fault {
        case .dropRequest, .dropResponse, .errorAfterAccept, .frameLoss: FaultSetting(chance: 0.2)
        case .duplicateRequest, .duplicateResponse, .deadStop: FaultSetting(chance: 0.5)
        case .fillAfterCancel: FaultSetting(chance: 0.5, seconds: [0.1, 10])
        case .notFoundLag: FaultSetting(chance: 0.5, seconds: [1, 1_800])
        case .delay: FaultSetting(seconds: [0.1, 4])
        case .rateLimit, .rateLimitRetryAfter, .positionMode, .authRevoked, .freeze:
            FaultSetting(perDay: 24, seconds: [1, 120])
        case .wrongClock: FaultSetting(perDay: 24, seconds: [1, 60])
        case .marketClosed: FaultSetting(perDay: 12, seconds: [60, 900])
        case .manualTrade, .balanceDrift, .partialFills, .priceFilter, .reorder: strong(fault)
        }
    }

    @Test(arguments: FaultSwitch.allCases) func eachSwitchBreaksTheHabitItIsMeantFor(fault: FaultSwitch) throws {
        var disasters: [String] = []
        for seed in 0..<20 as Range<UInt64> {
            var fortunate = try NaiveClient(habit: fault, plan: FaultPlan(), seed: seed)
            #expect(try fortunate.disaster() == nil, "\(fault) is off, seed \(seed)")
            var unfortunate = try NaiveClient(habit: fault, plan: FaultPlan([fault: Self.strong(fault)]), seed: seed)
            if let disaster = try unfortunate.disaster() { disasters.append(disaster) }
        }
        #expect(!disasters.isEmpty, "\(fault) breaks nobody")
    }

    @Test(arguments: FaultSwitch.allCases) func theEngineSurvivesEachSwitch(fault: FaultSwitch) throws {
        var (one, two) = (ChaosScenario.Venue(name: "one"), ChaosScenario.Venue(name: "two"))
        one.faults[fault] = Self.mild(fault)
        two.faults[fault] = fault == .duplicateRequest ? nil : Self.mild(fault)
        (two.nativeProtections, two.idempotent) = (false, false)
        var scenario = ChaosScenario(description: "only \(fault)", venues: [one, two])
        (scenario.hours, scenario.signalsPerHour) = (2, 10)
        var felt = 0
        for seed in 0..<2 as Range<UInt64> {
            let outcome = try ChaosRun(scenario, seed: seed).outcome()
            #expect(outcome.violation == nil, "\(fault), seed \(seed): \(outcome.violation?.description ?? "")")
            felt += outcome.tally.faults[fault.rawValue] ?? 0
        }
        #expect(felt > 0 || fault == .partialFills, "\(fault) was never felt")
    }
}
