import Core
import Signals
import Synchronization
import Testing

/// A sweep says what a plain loop says, chooses on the past only, and calls luck luck.
@Suite struct SweepStudyTests {
    private static let kinds = [
        ("ema:3..9:2", "ema:12..40:7"), ("sma:3,8", "sma:20,50"), ("close", "vwap:5..30:5"), ("vwap:4", "ema:9,30"),
    ]

    private func study(_ bars: BarSeries, _ above: String, _ below: String) throws -> SweepStudy {
        try SweepStudy(
            bars: bars, grid: RuleGrid(above: SweepSide(above), below: SweepSide(below)), options: SweepStudy.Options())
    }

    @Test(arguments: kinds) func everyPairIsThatOfAPlainLoop(above: String, below: String) async throws {
        let bars = try BundledBars.series("BTCUSDT-1h").prefix(1500)
        let study = try study(bars, above, below)
        let result = try await study.run(threads: 2)
        #expect(result.pairs.count == study.grid.pairs.count)
        for outcome in result.pairs {
            let first = SweepBars.line(study.grid.above.kind.rawValue, outcome.pair.above, bars)
            let second = SweepBars.line(study.grid.below.kind.rawValue, outcome.pair.below, bars)
            let warmUp = max(outcome.pair.above, outcome.pair.below) - 1
            for (rows, found) in [(study.chosenOn, outcome.chosenOn), (study.heldOut, outcome.heldOut)] {
                let expected = SweepBars.plain(bars, first, second, warmUp: warmUp, rows: rows, share: 0.0012)
                #expect(abs(found - expected) < 1e-9, "\(outcome.pair) over \(rows)")
            }
        }
        let best = try #require(result.pairs.map(\.chosenOn).max())
        #expect(result.best.chosenOn == best)
        // The replay of the choice has the kernel's bits.
        #expect(result.chosenOn.netReturn == result.best.chosenOn && result.heldOut.netReturn == result.best.heldOut)
        #expect(result.leaders(2).first == result.best)
    }

    @Test func theChoiceNeverSeesWhatIsHeldOut() async throws {
        let bars = try BundledBars.series("BTCUSDT-1h").prefix(1200)
        let study = try study(bars, "ema:3..15:3", "sma:20..80:10")
        let result = try await study.run(threads: 1)
        for cut in [study.heldOut.lowerBound, study.heldOut.lowerBound + 100] {
            // Everything from the cut on doubles.
            let turned = try BarSeries(
                symbol: bars.symbol, interval: bars.interval,
                bars: (0..<bars.count).map { row in
                    let (bar, factor) = (bars[row], row >= cut ? 2.0 : 1)
                    return Bar(
                        openTime: bar.openTime, open: bar.open * factor, high: bar.high * factor,
                        low: bar.low * factor, close: bar.close * factor, volume: bar.volume)
                })
            let other = try await self.study(turned, "ema:3..15:3", "sma:20..80:10").run(threads: 1)
            #expect(other.best.pair == result.best.pair)
            #expect(other.pairs.map(\.chosenOn) == result.pairs.map(\.chosenOn))
            #expect(other.chosenOn == result.chosenOn && other.selection == result.selection)
            #expect(other.heldOut != result.heldOut)
        }
    }

    @Test func threadsChangeNothing() async throws {
        let study = try study(BundledBars.series("SBER-1d"), "ema:2..40", "ema:30..120:2")
        let results = [try await study.run(threads: 1), try await study.run(threads: 3)]
        #expect(results[0] == results[1])
        #expect(results[0].judgement.trials.trials == study.grid.pairs.count)
        #expect((1...Double(study.grid.pairs.count)).contains(results[0].selection.effective))
    }

    @Test func aStopIsHeard() async throws {
        let study = try study(BundledBars.series("SBER-1d"), "ema:2..40", "ema:30..120:2")
        await #expect(throws: SweepError.cancelled) { _ = try await study.run(threads: 2, isCancelled: { true }) }
    }

    /// Every pair is evaluated by then; what is left is the judgement, which takes its time too.
    @Test func aStopIsHeardWhileTheChoiceIsJudged() async throws {
        let study = try study(BundledBars.series("SBER-1d"), "ema:2..40", "ema:30..120:2")
        let isEvaluated = Atomic(false)
        let listen: @Sendable (SweepStudy.Progress) -> Void = {
            if $0.done == $0.total { isEvaluated.store(true, ordering: .relaxed) }
        }
        let stops: @Sendable () -> Bool = { isEvaluated.load(ordering: .relaxed) }
        await #expect(throws: SweepError.cancelled) {
            _ = try await study.run(threads: 2, onProgress: listen, isCancelled: stops)
        }
    }

    @Test func tooFewBarsAreNamed() throws {
        let bars = try BundledBars.series("SBER-1d").prefix(100)
        #expect(throws: SweepError.self) { try study(bars, "ema:5", "ema:60") }
        #expect(throws: SweepError.self) { try study(bars.prefix(0), "ema:5", "ema:10") }
        #expect(throws: Never.self) { try study(bars, "ema:5", "ema:20") }
    }

    /// At a level of 5 % one of twenty passes a single test; the gate asks for four at once.
    @Test func theBestOfManyOnNoiseIsNoEdge() async throws {
        var passed = 0
        for seed in 0..<40 {
            let result = try await study(
                SweepBars.noise(1200, seed: UInt64(seed)), "ema:4..24:2", "ema:30..90:5"
            ).run(threads: 1)
            #expect(result.sentence.hasPrefix("No edge") == (result.judgement.verdict == .fail))
            if result.judgement.verdict != .fail { passed += 1 }
        }
        #expect(passed <= 4, "\(passed) of 40")
    }

    @Test func aPlantedEdgeIsFound() async throws {
        let result = try await study(SweepBars.swings(4000), "ema:4..24:2", "ema:30..90:5").run(threads: 2)
        #expect(result.judgement.verdict != .fail, "\(result.judgement.clauses)")
        #expect(result.sentence.contains("edge remains"))
        let deflated = try #require(result.selection.deflatedSharpe)
        #expect(deflated > 0.95)
        // So much tried elsewhere that luck explains it.
        let crowded = result.rejudged(
            TrialRecord(evaluations: 1_000_000, trials: 1_000_000, effective: 1e6, sharpeVariance: 0.5, bars: 500))
        #expect(crowded.judgement.verdict == .fail && crowded.sentence.hasPrefix("No edge"))
    }
}
