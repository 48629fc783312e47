/// How much work goes into judging a result; part of the artifact's identity.
public struct JudgementOptions: Hashable, Codable, Sendable {
    /// Genomes kept of each fold's search to stand for all of its trials.
    public var sample = 32
    /// Sampled trials compared by CSCV at most.
    public var candidates = 96
    /// Periods that returns per bar are summed up to at most, for CSCV and the bootstrap.
    public var periods = 1000
    /// Blocks of CSCV.
    public var blocks = 16
    /// Bootstrap resamples.
    public var resamples = 500
    /// Simulations with random entries.
    public var randomEntries = 2000
    /// Runs on phase-shuffled bars.
    public var shuffles = 19

    /// The defaults.
    public init() {}

    /// The first option that is out of its range, or nil.
    var flaw: String? {
        let counts = [sample, candidates, periods, resamples, randomEntries, shuffles]
        guard counts.allSatisfy({ (0...1_000_000).contains($0) }) else {
            return "a judgement's counts must be 0...1000000"
        }
        return (2...20).contains(blocks) && blocks % 2 == 0 ? nil : "the blocks of CSCV must be even, 2 to 20"
    }
}
