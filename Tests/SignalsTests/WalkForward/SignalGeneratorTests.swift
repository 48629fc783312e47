import Core
import Optimizer
import Signals
import Testing

@Suite struct SignalGeneratorTests {
    private func pair() throws -> [BarSeries] {
        [try StudyBars.walk("BBB", count: 640, seed: 1), try StudyBars.walk("AAA", count: 700, seed: 2)]
    }

    @Test(arguments: ArtifactMode.allCases) func bytesAreTheSameForAnyNumberOfThreads(mode: ArtifactMode) async throws {
        let bars = try pair()
        let single = try await StudyBars.artifact(bars, StudyBars.options(mode), threads: 1).encode()
        for threads in [2, 3, 8] {
            let other = try await StudyBars.artifact(bars, StudyBars.options(mode), threads: threads).encode()
            #expect(other == single)
        }
        let swapped = try await StudyBars.artifact(bars.reversed(), StudyBars.options(mode)).encode()
        #expect(swapped == single)
        var reseeded = StudyBars.options(mode)
        reseeded.seed = 8
        #expect(try await StudyBars.artifact(bars, reseeded).encode() != single)
    }

    @Test func everyBarAfterTheFirstTrainWindowHasARowAndFoldsEndFlat() async throws {
        let bars = try pair()
        let artifact = try await StudyBars.artifact(bars, StudyBars.options())
        #expect(artifact.assets.map(\.symbol.name) == ["AAA", "BBB"])
        for asset in artifact.assets {
            let series = try #require(bars.first { $0.symbol == asset.symbol })
            #expect(asset.columns.time == (400..<series.count).map { series.closeTime($0).milliseconds })
            #expect(asset.folds.map(\.tail).dropLast().allSatisfy { !$0 })
            for fold in asset.folds where !fold.tail {
                let last = try #require(asset.columns.time.firstIndex(of: fold.trade.last))
                #expect(asset.columns.target[last] == 0)
                #expect(fold.train.last + 21 * 3_600_000 == fold.trade.first)
            }
            #expect(asset.folds.last?.tail == ((series.count - 400) % 60 != 0))
        }
        // Fewer than two assets' worth of luck: somewhere something must have been traded.
        #expect(artifact.assets.contains { asset in asset.columns.target.contains { $0 != 0 } })
    }

    @Test(arguments: [(ArtifactMode.walk, false), (.universal, false), (.universal, true)], [nil, "1h=.5,4h=.5"])
    func rowsOnAShorterHistoryAreAPrefix(_ style: (mode: ArtifactMode, crossAsset: Bool), timeframes: String?)
        async throws
    {
        let bars = [try StudyBars.walk("AAA", count: 640, seed: 1), try StudyBars.walk("BBB", count: 640, seed: 3)]
        var options = StudyBars.options(style.mode)
        options.crossAsset = style.crossAsset
        options.timeframes = try timeframes.map { try TimeframeWeights($0) }
        let whole = StudyBars.rows(try await StudyBars.artifact(bars, options))
        for count in [401, 430, 459, 460, 461, 520, 599, 639] {
            let part = StudyBars.rows(
                try await StudyBars.artifact(bars.map { $0.prefix(count) }, options))
            for (mine, theirs) in zip(part, whole) {
                #expect(mine.count == count - 400)
                #expect(mine == Array(theirs.prefix(mine.count)), "\(count) bars")
            }
        }
    }

    @Test func universalSharesOneGenomePerFold() async throws {
        let artifact = try await StudyBars.artifact(try pair(), StudyBars.options(.universal))
        #expect(artifact.assets.count == 2)
        #expect(artifact.assets[0].folds.map(\.genome) == artifact.assets[1].folds.map(\.genome))
        #expect(artifact.assets[0].production.genome == artifact.assets[1].production.genome)
        // The shorter asset ends the shared span.
        #expect(artifact.assets.map(\.bars.count) == [640, 640])
        #expect(artifact.origin.search.evaluations == 2 * artifact.origin.search.trials)
    }

    @Test(arguments: [false, true]) func theGapIsAsLongInTheRowsOfAShareAsOfACoin(crossAsset: Bool) async throws {
        let coin = try StudyBars.walk("AAA", count: 1500, seed: 1)
        // Nine hours a day, five days a week.
        let share = try StudyBars.walk("BBB", count: 1500, seed: 2) { $0 % 24 / 9 == 1 && $0 / 24 % 7 < 5 }
        var options = StudyBars.options(.universal)
        (options.trainWindow, options.tradeWindow, options.crossAsset) = (900, 200, crossAsset)
        let artifact = try await StudyBars.artifact([coin, share], options)
        for (asset, series) in zip(artifact.assets, [coin, share]) {
            #expect(asset.folds.count == 3)
            for fold in asset.folds {
                func row(_ close: Int64) -> Int? { series.openTimes.firstIndex(of: close - 3_600_000) }
                let (last, first) = (try #require(row(fold.train.last)), try #require(row(fold.trade.first)))
                #expect(first - last - 1 == 20, "\(asset.symbol)")
            }
        }
    }

    @Test func universalLivesWithMissingBars() async throws {
        let bars = [
            try StudyBars.walk("AAA", count: 600, seed: 1, missing: 450..<520),
            try StudyBars.walk("BBB", count: 600, seed: 2, missing: 559..<560),
        ]
        let artifact = try await StudyBars.artifact(bars, StudyBars.options(.universal))
        #expect(artifact.assets.map(\.columns.count) == [130, 199])
        #expect(ArtifactVerification(artifact: artifact, bars: bars).findings(cuts: 30, seed: 1).isEmpty)
    }

    @Test func everyDistinctGenomeCountsAsATrial() async throws {
        let artifact = try await StudyBars.artifact(try pair(), StudyBars.options())
        let units = try SignalGenerator(bars: pair(), options: StudyBars.options(), program: StudyBars.program).units
        // Of 8 genomes two survive each of two further generations.
        #expect(artifact.origin.search.trials == units.count * 20)
        #expect(artifact.origin.search.evaluations == units.count * 20)
        #expect((artifact.origin.search.trialSharpeVariance ?? 0) > 0)
    }

    @Test func aProductionGenomeOfItsOwnIsFittedWhenTheDataEndsWithAFold() async throws {
        let bars = try StudyBars.walk("AAA", count: 520, seed: 1)
        let exact = try await StudyBars.artifact([bars], StudyBars.options())
        #expect(exact.assets[0].folds.count == 2)
        #expect(exact.assets[0].production.fold == 2)
        let longer = try await StudyBars.artifact(
            [try StudyBars.walk("AAA", count: 521, seed: 1)], StudyBars.options())
        #expect(longer.assets[0].folds.count == 3)
        #expect(longer.assets[0].production.fold == 2)
        #expect(longer.assets[0].production.genome == exact.assets[0].production.genome)
        #expect(longer.assets[0].folds[2].genome == exact.assets[0].production.genome)
    }

    @Test func impossibleStudiesAreNamed() throws {
        func refusal(_ bars: [BarSeries], _ change: (inout WalkForwardOptions) -> Void = { _ in }) -> String {
            var options = StudyBars.options()
            change(&options)
            do {
                _ = try SignalGenerator(bars: bars, options: options, program: StudyBars.program)
                return ""
            } catch { return error.description }
        }
        let bars = try StudyBars.walk("AAA", count: 600, seed: 1)
        let daily = try BarSeries(
            symbol: #require(Symbol("BBB")), interval: #require(BarInterval("1d")),
            bars: [Bar(openTime: .epoch, open: 1, high: 1, low: 1, close: 1, volume: 1)])
        #expect(refusal([bars]) == "")
        #expect(refusal([]).contains("no asset"))
        #expect(refusal([bars, bars]).contains("AAA was given twice"))
        #expect(refusal([bars, daily]).contains("BBB 1d bars"))
        #expect(refusal([bars.prefix(400)]).contains("AAA: 400 bars are too few: at least 401"))
        #expect(refusal([bars.prefix(0)]).contains("0 bars are too few"))
        #expect(refusal([bars]) { $0.purge = 390 }.contains("--train-window"))
        #expect(refusal([bars]) { $0.search.population = 1 }.contains("population"))
        #expect(refusal([bars]) { $0.costs.feeBps = .nan }.contains("fee"))
        let hole = try StudyBars.walk("HOLE", count: 900, seed: 1, missing: 300..<890)
        let long = try StudyBars.walk("AAA", count: 900, seed: 1)
        #expect(
            refusal([long, hole]) { $0.mode = .universal }.contains("HOLE has no bars to fit on in the train window"))
    }
}
