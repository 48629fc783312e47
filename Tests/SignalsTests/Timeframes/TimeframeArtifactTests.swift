import Core
import Foundation
import Optimizer
import Signals
import Testing

/// Artifacts whose genomes look at several timeframes: generated, verified, continued, read.
@Suite struct TimeframeArtifactTests {
    private static func options(_ mode: ArtifactMode = .walk) throws -> WalkForwardOptions {
        var options = StudyBars.options(mode)
        options.timeframes = .usual
        // Every genome looks, so that no fold can pass by not looking.
        options.limits = ["timeframeGate": GeneLimit(1, 1), "timeframeThreshold": GeneLimit(-1, 0.5)]
        return options
    }

    private static func markets() throws -> [BarSeries] {
        [
            try TimeframeBars.walk("AAA", "1h", TimeframeBars.shareHours(760), seed: 1),
            try TimeframeBars.walk("BBB", "1h", (96..<1300).map { Int64($0) * 3_600_000 }, seed: 2),
        ]
    }

    @Test(arguments: ArtifactMode.allCases) func noRowLooksAhead(mode: ArtifactMode) async throws {
        let bars = [
            try TimeframeBars.walk("AAA", "1h", TimeframeBars.shareHours(1000), seed: 1),
            try TimeframeBars.walk("BBB", "1h", (96..<2600).map { Int64($0) * 3_600_000 }, seed: 2),
        ]
        var options = try Self.options(mode)
        // Long enough for the share, which trades two hours in five.
        if mode == .universal { (options.trainWindow, options.tradeWindow) = (900, 300) }
        let artifact = try await StudyBars.artifact(bars, options)
        let verification = ArtifactVerification(artifact: artifact, bars: bars)
        #expect(verification.findings(cuts: 300, seed: 3).isEmpty)
        #expect(StudyBars.rows(artifact).joined().contains { $0.target != 0 })
        #expect(artifact.assets.allSatisfy { $0.folds.allSatisfy { $0.genome["timeframeGate"] == 1 } })
    }

    @Test func theFileTellsTheWeightsAndReadsBack() async throws {
        let bars = try Self.markets()
        let artifact = try await StudyBars.artifact(bars, try Self.options(), threads: 1)
        let bytes = try artifact.encode()
        #expect(try artifact.headerText().contains("\"timeframes\""))
        #expect(try SignalsArtifact.decode(bytes) == artifact)
        #expect(try await StudyBars.artifact(bars, try Self.options(), threads: 4).encode() == bytes)
        let plain = try await StudyBars.artifact(bars, StudyBars.options())
        #expect(try !plain.headerText().contains("timeframe"))
        let report = try StudyReporter(
            artifact: artifact, digest: Digest.sha256(bytes), bars: bars, options: try Self.options()
        ).report()
        #expect(report.timeframes?.count == 4 && report.timeframesNote?.contains("15m left out") == true)
        #expect(report.assets.count == 2 && report.assets[0].sensitivity.last?.gene == "timeframeThreshold")
    }

    @Test func genomesAndWeightsBelongTogether() async throws {
        let bars = try Self.markets()
        let artifact = try await StudyBars.artifact(bars, try Self.options())
        var origin = artifact.origin
        origin.timeframes = nil
        let without = try SignalsArtifact(origin: origin, assets: artifact.assets)
        let findings = ArtifactVerification(artifact: without, bars: bars).findings(cuts: 1, seed: 1)
        #expect(findings == bars.map { .unknownGenome($0.symbol, fold: 0) })
        #expect(throws: SignalContinuationError.unknownGenome(bars[0].symbol)) {
            try SignalContinuation(artifact: without, bars: bars)
        }
        origin.timeframes = try TimeframeWeights("4h=.5,1d=.5")
        let other = try SignalsArtifact(origin: origin, assets: artifact.assets)
        #expect(!ArtifactVerification(artifact: other, bars: bars).findings(cuts: 1, seed: 1).isEmpty)
        origin.timeframes = try TimeframeWeights("15m=1")
        #expect(throws: ArtifactError.self) { try SignalsArtifact(origin: origin, assets: artifact.assets) }
    }

    @Test(arguments: [505, 519, 520, 560]) func newBarsGiveTheRowsOfARegeneration(start: Int) async throws {
        let bars = try Self.markets()[0]
        let artifact = try await StudyBars.artifact([bars.prefix(start)], try Self.options())
        let foldEnd = 400 + ((start - 400) / 60 + 1) * 60
        let whole = StudyBars.rows(try await StudyBars.artifact([bars.prefix(foldEnd)], try Self.options()))[0]
        var continuation = try SignalContinuation(artifact: artifact, bars: [bars])
        for row in start..<foldEnd {
            #expect(try continuation.take(bars[row], of: bars.symbol) == whole[row - 400])
        }
    }

    @Test(arguments: ["15m", "1h", "4h", "1d", "1w"]) func everyIntervalIsStudied(_ name: String) async throws {
        let interval = try #require(BarInterval(name))
        let opens = (0..<560).map { interval.start(holding: 0) + (Int64($0) + 1) * interval.milliseconds }
        let bars = try TimeframeBars.walk("AAA", name, opens, seed: 3)
        let artifact = try await StudyBars.artifact([bars], try Self.options())
        #expect(ArtifactVerification(artifact: artifact, bars: [bars]).findings(cuts: 50, seed: 3).isEmpty)
        var continuation = try SignalContinuation(
            artifact: try await StudyBars.artifact([bars.prefix(530)], try Self.options()), bars: [bars])
        let rows = StudyBars.rows(artifact)[0]
        // The fold that row 530 belongs to begins at 520.
        for row in 530..<560 { #expect(try continuation.take(bars[row], of: bars.symbol) == rows[row - 400]) }
    }
}
