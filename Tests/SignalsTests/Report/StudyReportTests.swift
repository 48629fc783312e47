import Core
import Foundation
import Optimizer
import Signals
import Testing

/// The report shows what the artifact holds, and keeps fitted and unseen figures apart.
@Suite struct StudyReportTests {
    private func report(_ mode: ArtifactMode) async throws -> (artifact: SignalsArtifact, report: StudyReport) {
        let bars = [
            try StudyBars.walk("AAA", count: 700, seed: 1),
            try StudyBars.walk("BBB", count: 690, seed: 2, missing: 520..<524),
        ]
        let artifact = try await StudyBars.artifact(bars, StudyBars.options(mode))
        let reporter = StudyReporter(
            artifact: artifact, digest: Digest.sha256(try artifact.encode()), bars: bars,
            histories: [
                UnitKey(group: mode == .walk ? "AAA" : "*", fold: 1): [1, 2, 2.5],
                UnitKey(group: mode == .walk ? "AAA" : "*", fold: 0): [nil, 0.5],
            ], options: StudyBars.options(mode))
        return (artifact, reporter.report())
    }

    @Test(arguments: ArtifactMode.allCases) func curvesTradesAndMonthsAddUpToTheStatistics(mode: ArtifactMode)
        async throws
    {
        let (artifact, report) = try await report(mode)
        #expect(report.assets.map(\.symbol) == artifact.assets.map(\.symbol))
        #expect(report.verdict == artifact.verdict)
        for (asset, stored) in zip(report.assets, artifact.assets) {
            let profit = stored.statistics.netReturn
            #expect(abs((asset.equity.values.last ?? 0) - profit) < 1e-9)
            #expect(abs(asset.months.reduce(0) { $0 + $1.profit } - profit) < 1e-9)
            #expect(asset.trades.count == stored.statistics.trades)
            #expect(abs((asset.drawdown.values.min() ?? 0) + stored.statistics.maxDrawdown) < 1e-9)
            #expect(asset.equity.times.last == stored.bars.last)
            #expect(abs((asset.buyAndHold.values.last ?? 0) - stored.statistics.buyAndHold) < 1e-12)
            #expect(asset.costCases.map(\.factor) == [0.5, 1, 2, 4])
            #expect(asset.costCases[1].statistics == stored.statistics)
            let fees = asset.costCases.map(\.statistics.fees)
            #expect(zip(fees, fees.dropFirst()).allSatisfy { $0 <= $1 })
        }
    }

    @Test func foldsKeepFittedFiguresApart() async throws {
        let (artifact, report) = try await report(.walk)
        let (asset, stored) = (report.assets[0], artifact.assets[0])
        #expect(asset.folds.count == stored.folds.count)
        for (fold, kept) in zip(asset.folds, stored.folds) {
            #expect(fold.inSample == kept.inSample && fold.outOfSample == kept.outOfSample)
            #expect(abs((fold.inSampleCurve.last ?? 0) - kept.inSample.netReturn) < 1e-9)
        }
        // No fitted bar's close is a point of the unseen curve of that fold.
        let first = try #require(asset.folds.first)
        #expect(asset.equity.times.allSatisfy { $0 > first.train.last })
        #expect(asset.history.map(\.fold) == [0, 1])
        #expect(asset.history[0].best == [nil, 0.5])
        #expect(report.assets[1].history.isEmpty)
    }

    @Test func everyGeneIsMovedAroundItsChosenValue() async throws {
        let (artifact, report) = try await report(.walk)
        let asset = report.assets[0]
        #expect(asset.sensitivity.map(\.gene) == StrategyGenome.geneLayout.map(\.name))
        for gene in asset.sensitivity {
            #expect(gene.chosen == artifact.assets[0].production.genome[gene.gene])
            #expect(gene.points.contains { $0.value == gene.chosen })
            #expect(zip(gene.points, gene.points.dropFirst()).allSatisfy { $0.value < $1.value })
        }
    }

    @Test func everyStatisticHasASentenceAndTheReportIsJSON() async throws {
        let (_, report) = try await report(.walk)
        let sentences = report.assets[0].sentences
        #expect(sentences.count == 16)
        #expect(sentences.allSatisfy { !$0.value.isEmpty && $0.meaning.hasSuffix(".") && !$0.meaning.contains("nan") })
        let data = try JSONEncoder().encode(report)
        #expect(try JSONSerialization.jsonObject(with: data) is [String: Any])
    }

    @Test func barsThatAreOthersGiveNoReport() async throws {
        let artifact = try await StudyBars.artifact(
            [try StudyBars.walk("AAA", count: 560, seed: 1)], StudyBars.options())
        let other = try StudyBars.walk("AAA", count: 560, seed: 9)
        let reporter = StudyReporter(
            artifact: artifact, digest: Digest.sha256(""), bars: [other], options: StudyBars.options())
        #expect(reporter.report().assets.isEmpty)
    }
}
