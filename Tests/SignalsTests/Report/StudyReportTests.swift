import Core
import Foundation
import Optimizer
import Signals
import Synchronization
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
        return (artifact, try reporter.report())
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
        #expect(sentences.count == 18)
        #expect(sentences.allSatisfy { !$0.value.isEmpty && $0.meaning.hasSuffix(".") && !$0.meaning.contains("nan") })
        let data = try JSONEncoder().encode(report)
        #expect(try JSONSerialization.jsonObject(with: data) is [String: Any])
    }

    @Test func acrossAssetsEachShowsTheSearchThatLeftItOut() async throws {
        let bars = [try StudyBars.walk("AAA", count: 700, seed: 1), try StudyBars.walk("BBB", count: 700, seed: 2)]
        var options = StudyBars.options(.universal)
        options.crossAsset = true
        let heard = Mutex([UnitKey: [Double?]]())
        var hooks = GenerationHooks()
        hooks.saveFinished = { key, result in heard.withLock { $0[key] = result.history } }
        let artifact = try await StudyBars.artifact(bars, options, hooks: hooks)
        let histories = heard.withLock { $0 }
        #expect(Set(histories.keys.map(\.group)) == ["without-AAA", "without-BBB"])
        let report = try StudyReporter(
            artifact: artifact, digest: Digest.sha256(""), bars: bars, histories: histories, options: options
        ).report()
        #expect(report.crossAsset)
        for asset in report.assets {
            let own = histories.filter { $0.key.group == "without-\(asset.symbol)" }
            #expect(!own.isEmpty && asset.history.map(\.fold) == own.keys.map(\.fold).sorted())
            for history in asset.history {
                #expect(own[UnitKey(group: "without-\(asset.symbol)", fold: history.fold)] == history.best)
            }
        }
    }

    @Test func theReportJudgesByEveryTrialThatIsKnown() async throws {
        let bars = [try StudyBars.walk("AAA", count: 700, seed: 1), try StudyBars.walk("BBB", count: 700, seed: 2)]
        let artifact = try await StudyBars.artifact(bars, StudyBars.options())
        let own = try #require(artifact.assets[0].judgement)
        var record = own.trials
        (record.trials, record.effective) = (own.trials.trials + 5000, 4000)
        func report(_ judgements: [Symbol: ArtifactJudgement]) throws -> StudyReport {
            try StudyReporter(
                artifact: artifact, digest: Digest.sha256(""), bars: bars, options: StudyBars.options(),
                judgements: judgements
            ).report()
        }
        let (alone, all) = (try report([:]), try report([bars[0].symbol: own.rejudged(record)]))
        #expect(alone.assets[0].judgement == own && alone.verdict == artifact.verdict)
        #expect(all.assets[0].judgement == own.rejudged(record) && all.assets[1].judgement == alone.assets[1].judgement)
        #expect(all.assets[0].ownTrials == own.trials)
        #expect(all.verdict == all.assets.compactMap(\.judgement?.verdict).min())
        func counted(_ report: StudyReport) throws -> AssetReport.Sentence {
            try #require(report.assets[0].sentences.first { $0.name == "Trials counted" })
        }
        #expect(try counted(alone).value == "\(own.trials.trials)")
        #expect(try counted(alone).meaning.contains("no other"))
        #expect(try counted(all).value == "\(record.trials)")
        let words = "\(own.trials.trials) by this search on this asset, 5000 by all others"
        #expect(try counted(all).meaning.contains(words))
        let deflated = all.assets[0].sentences.first { $0.name == "Deflated Sharpe" }
        #expect(deflated?.meaning.contains("\(record.trials) trials") == true)
    }

    @Test func aSearchThatNobodyKnowsIsNotRunAnew() async throws {
        let bars = [try StudyBars.walk("AAA", count: 700, seed: 1)]
        let artifact = try await StudyBars.artifact(bars, StudyBars.options())
        let asset = try StudyReporter(artifact: artifact, digest: Digest.sha256(""), bars: bars, options: nil)
            .report().assets[0]
        #expect(asset.crossValidation == nil && asset.validationNote?.contains("preset") == true)
    }

    @Test func aLongDrawdownCurveKeepsItsDeepestPoint() async throws {
        var options = StudyBars.options()
        (options.trainWindow, options.tradeWindow) = (400, 500)
        let bars = [try StudyBars.walk("AAA", count: 5400, seed: 1)]
        let artifact = try await StudyBars.artifact(bars, options)
        let asset = try StudyReporter(artifact: artifact, digest: Digest.sha256(""), bars: bars, options: nil)
            .report().assets[0]
        #expect((1000...1001).contains(asset.drawdown.values.count) && asset.statistics.trades > 0)
        #expect(abs((asset.drawdown.values.min() ?? 0) + artifact.assets[0].statistics.maxDrawdown) < 1e-12)
        #expect(zip(asset.drawdown.times, asset.drawdown.times.dropFirst()).allSatisfy { $0 < $1 })
        #expect(asset.drawdown.times.last == artifact.assets[0].bars.last)
    }

    @Test func barsOrGenomesOfOthersAreNamed() async throws {
        let artifact = try await StudyBars.artifact(
            [try StudyBars.walk("AAA", count: 560, seed: 1)], StudyBars.options())
        let other = try StudyBars.walk("AAA", count: 560, seed: 9)
        let reporter = StudyReporter(
            artifact: artifact, digest: Digest.sha256(""), bars: [other], options: StudyBars.options())
        let symbol = other.symbol
        #expect(throws: StudyReportError.barsDiffer(symbol)) { try reporter.report() }
        #expect(StudyReportError.barsDiffer(symbol).problem.contains("AAA"))
        var asset = artifact.assets[0]
        asset.folds[1].genome["unheardOf"] = 1
        let strange = StudyReporter(
            artifact: try SignalsArtifact(origin: artifact.origin, assets: [asset]), digest: Digest.sha256(""),
            bars: [try StudyBars.walk("AAA", count: 560, seed: 1)], options: nil)
        #expect(throws: StudyReportError.unknownGenome(symbol)) { try strange.report() }
    }
}
