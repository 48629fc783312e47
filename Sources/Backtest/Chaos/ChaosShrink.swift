import Core
import Simulator

extension ChaosRun {
    /// A smaller scenario in which the same invariant breaks for the same seed: faults, crashes, kills, clock steps,
    /// venues and hours that it does not need are left out, one after the other, as long as it still breaks.
    ///
    /// - Returns: The smallest scenario found and how it breaks; nil when nothing is broken.
    public func shrunk() throws -> (scenario: ChaosScenario, violation: ChaosViolation)? {
        guard var found = try outcome().violation else { return nil }
        let invariant = found.invariant
        var smallest = scenario
        func breaks(_ candidate: ChaosScenario) throws -> ChaosViolation? {
            let violation = try ChaosRun(candidate, seed: seed).outcome().violation
            return violation?.invariant == invariant ? violation : nil
        }
        var attempts = 0
        var progress = true
        while progress, attempts < 300 {
            progress = false
            for candidate in Self.smaller(than: smallest, seed: seed, endingAt: found.at) where candidate != smallest {
                attempts += 1
                guard attempts < 300 else { break }
                guard let violation = try breaks(candidate) else { continue }
                (smallest, found, progress) = (candidate, violation, true)
                break
            }
        }
        return (smallest, found)
    }

    private static func smaller(than scenario: ChaosScenario, seed: UInt64, endingAt end: Timestamp) -> [ChaosScenario]
    {
        var candidates: [ChaosScenario] = []
        func add(_ change: (inout ChaosScenario) -> Void) {
            var candidate = scenario
            change(&candidate)
            candidates.append(candidate)
        }
        let needed = Double((end - ChaosMarket.start).milliseconds / 60_000 + 1) / 60
        if needed < scenario.hours { add { $0.hours = max(0.1, needed) } }
        if scenario.hours > 0.2 { add { $0.hours /= 2 } }
        for place in scenario.venues.indices where scenario.venues.count > 1 { add { $0.venues.remove(at: place) } }
        for place in scenario.venues.indices {
            for fault in scenario.venues[place].faults.switches { add { $0.venues[place].faults[fault] = nil } }
        }
        if scenario.symbolsPerVenue > 1 { add { $0.symbolsPerVenue -= 1 } }
        if scenario.runner.clockDriftPpm != 0 { add { $0.runner.clockDriftPpm = 0 } }
        let calmFrom = ChaosMarket(scenario, seed: seed).calmFrom
        let left = ChaosAction.drawn(scenario, seed: seed, until: calmFrom).map(\.name)
        if left.count > 1 { add { $0.omit = (scenario.omit + left).sorted() } }
        for name in left { add { $0.omit = (scenario.omit + [name]).sorted() } }
        return candidates
    }
}
