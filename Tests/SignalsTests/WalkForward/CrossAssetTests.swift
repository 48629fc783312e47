import Core
import Optimizer
import Signals
import Testing

@Suite struct CrossAssetTests {
    private func options() -> WalkForwardOptions {
        var options = StudyBars.options(.universal)
        options.crossAsset = true
        return options
    }

    private func walks(_ seeds: [UInt64]) throws -> [BarSeries] {
        try zip(["AAA", "BBB", "CCC"], seeds).map { try StudyBars.walk($0, count: 600, seed: $1) }
    }

    @Test func anAssetsOwnBarsNeverTeachItsGenomes() async throws {
        let first = try await StudyBars.artifact(try walks([1, 2, 3]), options())
        // Other bars of AAA at the same moments.
        let second = try await StudyBars.artifact(try walks([9, 2, 3]), options())
        #expect(first.assets[0].folds.map(\.genome) == second.assets[0].folds.map(\.genome))
        #expect(first.assets[0].production.genome == second.assets[0].production.genome)
        #expect(first.assets[0].columns != second.assets[0].columns)
        #expect(first.assets[1].folds.map(\.genome) != second.assets[1].folds.map(\.genome))
        #expect(first.assets[1].folds.map(\.genome) != first.assets[2].folds.map(\.genome))
    }

    @Test func theArtifactSaysSoAndIsVerifiedAndContinued() async throws {
        let bars = try walks([1, 2, 3])
        let artifact = try await StudyBars.artifact(bars.map { $0.prefix(570) }, options())
        #expect(artifact.origin.crossAsset)
        #expect(try SignalsArtifact.decode(artifact.encode()) == artifact)
        #expect(ArtifactVerification(artifact: artifact, bars: bars).findings(cuts: 1000, seed: 1).isEmpty)
        let whole = StudyBars.rows(try await StudyBars.artifact(bars, options()))
        var continuation = try SignalContinuation(artifact: artifact, bars: bars)
        for row in 570..<580 {
            for (index, series) in bars.enumerated() {
                #expect(try continuation.take(series[row], of: series.symbol) == whole[index][row - 400])
            }
        }
        // Every unit of an asset is evaluated on the two others.
        #expect(artifact.origin.search.evaluations == 2 * artifact.origin.search.trials)
    }

    @Test func nothingWasFittedOnAnAssetsOwnBarsSoNothingIsLeftOfIt() async throws {
        var bars = try walks([1, 2, 3])
        bars[0] = try StudyBars.walk("AAA", count: 600, seed: 4)
        let across = try await StudyBars.artifact(bars, options())
        #expect(across.assets.allSatisfy { $0.judgement?.evidence.efficiency == nil })
        let shared = try await StudyBars.artifact(bars, StudyBars.options(.universal))
        #expect(shared.assets.contains { $0.judgement?.evidence.efficiency != nil })
    }

    @Test func bytesAreTheSameForAnyNumberOfThreads() async throws {
        let bars = try walks([1, 2, 3])
        let single = try await StudyBars.artifact(bars, options(), threads: 1).encode()
        #expect(try await StudyBars.artifact(bars, options(), threads: 3).encode() == single)
    }

    @Test func itNeedsOtherAssets() throws {
        func refusal(_ bars: [BarSeries], _ options: WalkForwardOptions) -> String {
            do {
                _ = try SignalGenerator(bars: bars, options: options, program: StudyBars.program)
                return ""
            } catch { return error.description }
        }
        #expect(refusal(Array(try walks([1])), options()).contains("--cross-asset-wf"))
        var walk = options()
        walk.mode = .walk
        #expect(refusal(try walks([1, 2]), walk).contains("--mode universal"))
    }

    @Test func assetsThatDisagreeCostFitness() {
        let rule = FitnessRule()
        #expect(rule.pooled([3]) == 3)
        #expect(rule.pooled([2, 2, 2]) == 2)
        // The median is 2, the absolute deviations 1, 0 and 98: their median is 1.
        #expect(rule.pooled([1, 2, 100]) == 1.5)
        #expect(rule.pooled([1, 2, 1_000_000]) == rule.pooled([1, 2, 100]))
        // Of two the worse one counts: a mean of two would let a single asset carry both.
        #expect(rule.pooled([1, 1_000_000]) == 1)
        #expect(rule.pooled([1, 3]) == rule.pooled([3, 1]))
        #expect(rule.pooled([1, 2, 3, 1_000_000]) == rule.pooled([1, 2, 3, 4]))
        #expect(rule.pooled([1, .nan]) == -.infinity)
        #expect(rule.pooled([-.infinity, -.infinity, 1]) == -.infinity)
    }
}
