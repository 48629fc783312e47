import Core
import Optimizer
import Signals
import Testing

/// Folds of a shared timeline that end at a moment at which an asset has no bar, and so with a position.
@Suite struct OpenFoldTests {
    /// Quick to judge: what is asked here are rows and figures.
    private static func options() -> WalkForwardOptions {
        var options = StudyBars.options(.universal)
        (options.judgement.randomEntries, options.judgement.shuffles, options.judgement.resamples) = (20, 4, 40)
        return options
    }

    @Test func aPositionOverAFoldEndIsClosedAndCountsForTheFoldThatOpenedIt() async throws {
        var opened = 0
        for seed in 1...4 as ClosedRange<UInt64> {
            let bars = [
                // Nothing is traded around any fold's end, and prices go on meanwhile.
                try StudyBars.walk("AAA", count: 700, seed: seed) { ($0 + 28) % 60 > 10 },
                try StudyBars.walk("BBB", count: 700, seed: seed + 50),
            ]
            let artifact = try await StudyBars.artifact(bars, Self.options())
            let (asset, series) = (artifact.assets[0], bars[0])
            let decisions = (0..<asset.columns.count).map { StrategyDecision(asset.row($0)) }
            let first = try #require(
                (0..<series.count).first { series.closeTime($0).milliseconds == asset.columns.time[0] })
            let rows = first..<(first + decisions.count)
            let whole = RowReplay.evaluate(decisions, over: series, rows: rows, costs: artifact.origin.costs)
            #expect(abs(asset.statistics.netReturn - whole.profit) < 1e-9, "seed \(seed)")
            #expect(abs(asset.statistics.fees - whole.fees) < 1e-9, "seed \(seed)")
            #expect(asset.statistics.trades == whole.trades.count, "seed \(seed)")
            #expect(abs(asset.statistics.exposure - Double(whole.exposedBars) / Double(rows.count)) < 1e-12)
            #expect(asset.folds.reduce(0) { $0 + $1.outOfSample.trades } == whole.trades.count)
            #expect(abs(asset.folds.reduce(0) { $0 + $1.outOfSample.netReturn } - whole.profit) < 1e-9)
            for row in 1..<decisions.count where asset.columns.fold[row] != asset.columns.fold[row - 1] {
                guard decisions[row - 1].target != 0 else { continue }
                opened += 1
                #expect(decisions[row].target == 0, "seed \(seed), row \(row)")
            }
            #expect(ArtifactVerification(artifact: artifact, bars: bars).findings(cuts: 30, seed: seed).isEmpty)
            let report = try StudyReporter(artifact: artifact, digest: Digest.sha256(""), bars: bars, options: nil)
                .report().assets[0]
            #expect(abs((report.equity.values.last ?? 0) - whole.profit) < 1e-9)
            #expect(report.trades.map(\.profit) == whole.trades.map(\.profit))
            #expect(report.costCases[1].statistics == asset.statistics)
        }
        #expect(opened > 0)
    }

    /// An asset that has no bar in the tail begins it later, and closes first what the fold before left.
    @Test func aContinuationClosesWhatTheFoldBeforeLeft() async throws {
        var opened = 0
        for seed in 1...10 as ClosedRange<UInt64> {
            let bars = [
                try StudyBars.walk("AAA", count: 520, seed: seed),
                try StudyBars.walk("BBB", count: 520, seed: seed + 50, missing: 455..<470),
            ]
            // The first one ends the shared span; the other has bars behind it, but none in the six hours of the tail.
            let artifact = try await StudyBars.artifact([bars[0].prefix(466), bars[1]], Self.options())
            let whole = StudyBars.rows(try await StudyBars.artifact(bars, Self.options()))
            let late = artifact.assets[1]
            #expect(late.columns.count == 55 && late.production.fold == 1)
            var continuation = try SignalContinuation(artifact: artifact, bars: bars)
            let newer = zip(bars, artifact.assets).flatMap { series, asset in
                (asset.bars.count..<series.count).map { (series.symbol, series[$0]) }
            }
            var rows: [SignalRow] = []
            for (symbol, bar) in newer.sorted(by: { ($0.1.openTime, $0.0) < ($1.1.openTime, $1.0) }) {
                rows.append(try continuation.take(bar, of: symbol))
            }
            for (index, series) in bars.enumerated() {
                let mine = rows.filter { $0.symbol == series.symbol }
                #expect(mine == whole[index].suffix(mine.count), "seed \(seed)")
            }
            guard late.columns.target.last != 0 else { continue }
            opened += 1
            #expect(rows.first { $0.symbol == late.symbol }?.target == 0, "seed \(seed)")
        }
        #expect(opened > 0)
    }

    /// A moment that is told too late makes an earlier row the window's last one: nobody could know, and what it holds
    /// is closed at the next bar, once.
    @Test func whatAMomentToldTooLateLeavesOpenIsClosed() async throws {
        var opened = 0
        for seed in 1...10 as ClosedRange<UInt64> {
            let coin = try StudyBars.walk("AAA", count: 520, seed: seed)
            let share = try StudyBars.walk("BBB", count: 520, seed: seed + 50, missing: 458..<459)
            let artifact = try await StudyBars.artifact([coin.prefix(450), share.prefix(450)], Self.options())
            var continuation = try SignalContinuation(artifact: artifact, bars: [coin, share])
            for row in 450..<458 {
                _ = try continuation.take(coin[row], of: coin.symbol)
                _ = try continuation.take(share[row], of: share.symbol)
            }
            // The share's row 458 is the hour 459, the last of the window; the coin's hour before it comes later.
            let last = try continuation.take(share[458], of: share.symbol)
            _ = try continuation.take(coin[458], of: coin.symbol)
            #expect(try continuation.take(coin[459], of: coin.symbol).target == 0)
            #expect(continuation.barsLeft(share.symbol) == 0)
            var next = 459
            if last.target != 0 {
                opened += 1
                #expect(try continuation.take(share[459], of: share.symbol).target == 0, "seed \(seed)")
                next = 460
            }
            #expect(throws: SignalContinuationError.foldIsOver(share.symbol)) {
                try continuation.take(share[next], of: share.symbol)
            }
            #expect(throws: SignalContinuationError.foldIsOver(coin.symbol)) {
                try continuation.take(coin[460], of: coin.symbol)
            }
        }
        #expect(opened > 0)
    }
}
