import Core
import Optimizer
import Signals
import Testing

/// The search run anew on purged parts of the history.
@Suite struct CrossValidationTests {
    private func validation(_ bars: BarSeries, _ options: WalkForwardOptions) async throws
        -> AssetReport.CrossValidation?
    {
        let artifact = try await StudyBars.artifact([bars], options)
        let reporter = StudyReporter(artifact: artifact, digest: Digest.sha256(""), bars: [bars], options: options)
        return try #require(try reporter.report().assets.first).crossValidation
    }

    @Test func everyStretchIsTestedOnceAndEveryPathIsWhole() async throws {
        let bars = try StudyBars.walk("AAA", count: 3500, seed: 1)
        var options = StudyBars.options()
        (options.trainWindow, options.tradeWindow) = (1500, 1000)
        let found = try #require(try await validation(bars, options))
        #expect(found.folds.count == 5 && found.paths.count == 5 && found.splits == 15)
        #expect(found.horizon == 120 && found.embargo == 223)
        let first = bars.closeTime(StrategyGenome.longestWarmUp).milliseconds
        let last = bars.closeTime(bars.count - 1).milliseconds
        #expect(found.folds.first?.first == first && found.folds.last?.last == last)
        for (left, right) in zip(found.folds, found.folds.dropFirst()) { #expect(left.last + 3_600_000 == right.first) }
        let tested = (bars.count - StrategyGenome.longestWarmUp) / 5
        // All bars but the tested ones, 120 before them and 343 behind.
        #expect(found.folds[2].trained == bars.count - StrategyGenome.longestWarmUp - tested - 120 - 343)
        #expect(found.paths.allSatisfy { $0.first == first && $0.last == last && $0.trained == nil })
        #expect(Set(found.paths.map(\.profit)).count > 1)
        #expect(found.meaning.hasSuffix(".") && found.meaning.contains("20 purged parts"))
        // A pure function of bars and options.
        let again = try #require(try await validation(bars, options))
        #expect(again.paths.map(\.profit) == found.paths.map(\.profit))
        #expect(again.folds.map(\.sharpe) == found.folds.map(\.sharpe))
    }

    @Test func aShortHistorySaysSo() async throws {
        let bars = try StudyBars.walk("AAA", count: 600, seed: 1)
        #expect(try await validation(bars, StudyBars.options()) == nil)
    }
}
