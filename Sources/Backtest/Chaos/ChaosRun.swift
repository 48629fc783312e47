public import Core
import Simulator

/// One seeded chaos run: engine, books and venues under a scenario. Equal scenarios and seeds give equal outcomes.
public struct ChaosRun: Hashable, Sendable {
    /// What goes wrong.
    public let scenario: ChaosScenario
    /// Of everything that is drawn.
    public let seed: UInt64

    /// A run of `scenario`.
    public init(_ scenario: ChaosScenario, seed: UInt64) {
        (self.scenario, self.seed) = (scenario, seed)
    }

    /// How a run ended.
    public struct Outcome: Hashable, Sendable {
        /// The seed.
        public let seed: UInt64
        /// SHA-256 over everything that happened.
        public let digest: Digest
        /// The first broken invariant; nil when all held.
        public let violation: ChaosViolation?
        /// What happened, in figures.
        public let tally: ChaosTally
        /// Line by line, when it was asked for.
        public let trace: [String]
    }

    /// Runs to the end or to the first broken invariant.
    ///
    /// - Parameter traced: Whether to keep every line of the log.
    /// - Throws: When the scenario's markets cannot be built.
    public func outcome(traced: Bool = false) throws -> Outcome {
        var world = try ChaosWorld(scenario, seed: seed, keepsLines: traced)
        world.run()
        return Outcome(
            seed: seed, digest: world.log.digest, violation: world.violation, tally: world.finalTally,
            trace: world.log.lines)
    }
}

extension ChaosWorld {
    /// The figures with those of the venues.
    var finalTally: ChaosTally {
        var tally = tally
        tally.unprotected = watch.unprotected
        for venue in venues {
            tally.fills += venue.market.snapshot(fillsSince: .epoch).fills.count
            for (fault, count) in venue.counts.sorted(by: { $0.key < $1.key }) {
                tally.faults[fault.rawValue, default: 0] += count
            }
        }
        return tally
    }
}
