import Core
import Signals
import Testing

@Suite struct SignalContinuationTests {
    @Test(arguments: [410, 459, 460, 461, 500]) func newBarsGiveTheRowsOfARegeneration(start: Int) async throws {
        let bars = try StudyBars.walk("AAA", count: 520, seed: 11)
        let artifact = try await StudyBars.artifact([bars.prefix(start)], StudyBars.options())
        let foldEnd = 400 + ((start - 400) / 60 + 1) * 60
        let whole = StudyBars.rows(try await StudyBars.artifact([bars.prefix(foldEnd)], StudyBars.options()))[0]
        var continuation = try SignalContinuation(artifact: artifact, bars: [bars])
        for row in start..<foldEnd {
            #expect(continuation.barsLeft(bars.symbol) == foldEnd - row)
            #expect(try continuation.take(bars[row], of: bars.symbol) == whole[row - 400])
        }
        #expect(continuation.barsLeft(bars.symbol) == 0)
        if foldEnd < bars.count {
            #expect(throws: SignalContinuationError.foldIsOver(bars.symbol)) {
                try continuation.take(bars[foldEnd], of: bars.symbol)
            }
        }
    }

    @Test func universalContinuesOnTheSharedTimeline() async throws {
        let bars = [
            try StudyBars.walk("AAA", count: 520, seed: 1, missing: 470..<480),
            try StudyBars.walk("BBB", count: 520, seed: 2, missing: 499..<505),
        ]
        func cut(_ row: Int) -> [BarSeries] {
            bars.map { series in
                let end = Int64(row) * 3_600_000
                return series.prefix(series.openTimes.filter { $0 < end }.count)
            }
        }
        for start in [462, 475, 490] {
            let artifact = try await StudyBars.artifact(cut(start), StudyBars.options(.universal))
            let seen = artifact.assets.map(\.bars.count)
            let whole = StudyBars.rows(try await StudyBars.artifact(bars, StudyBars.options(.universal)))
            var continuation = try SignalContinuation(artifact: artifact, bars: bars)
            let newer = zip(bars, seen).flatMap { series, count in
                (count..<series.count).map { (series.symbol, series[$0]) }
            }
            var rows: [SignalRow] = []
            for (symbol, bar) in newer.sorted(by: { ($0.1.openTime, $0.0) < ($1.1.openTime, $1.0) }) {
                rows.append(try continuation.take(bar, of: symbol))
            }
            for (index, series) in bars.enumerated() {
                let mine = rows.filter { $0.symbol == series.symbol }
                #expect(mine == whole[index].suffix(mine.count))
            }
        }
    }

    @Test func aSlowVenuesBarCountsAtItsOwnClose() async throws {
        let bars = [try StudyBars.walk("AAA", count: 520, seed: 1), try StudyBars.walk("BBB", count: 520, seed: 2)]
        let artifact = try await StudyBars.artifact(bars.map { $0.prefix(450) }, StudyBars.options(.universal))
        let whole = StudyBars.rows(
            try await StudyBars.artifact(bars.map { $0.prefix(460) }, StudyBars.options(.universal)))
        var continuation = try SignalContinuation(artifact: artifact, bars: bars)
        // Three bars of AAA, then the three of BBB that closed at the same moments, and so on.
        for start in stride(from: 450, to: 460, by: 3) {
            for (index, series) in bars.enumerated() {
                for row in start..<min(start + 3, 460) {
                    #expect(try continuation.take(series[row], of: series.symbol) == whole[index][row - 400])
                }
            }
        }
        #expect(continuation.barsLeft(bars[1].symbol) == 0)
        #expect(throws: SignalContinuationError.foldIsOver(bars[1].symbol)) {
            try continuation.take(bars[1][460], of: bars[1].symbol)
        }
    }

    @Test func barsThatDoNotFitAreRefusedAndChangeNothing() async throws {
        let bars = try StudyBars.walk("AAA", count: 520, seed: 11)
        let artifact = try await StudyBars.artifact([bars.prefix(450)], StudyBars.options())
        let other = try StudyBars.walk("AAA", count: 520, seed: 12)
        #expect(throws: SignalContinuationError.barsDiffer(bars.symbol)) {
            try SignalContinuation(artifact: artifact, bars: [other])
        }
        #expect(throws: SignalContinuationError.barsDiffer(bars.symbol)) {
            try SignalContinuation(artifact: artifact, bars: [bars.prefix(449)])
        }
        var continuation = try SignalContinuation(artifact: artifact, bars: [bars])
        let stranger = try #require(Symbol("ZZZ"))
        #expect(throws: SignalContinuationError.unknownAsset(stranger)) {
            try continuation.take(bars[450], of: stranger)
        }
        #expect(throws: SignalContinuationError.notNext(bars.symbol, bars[449].openTime)) {
            try continuation.take(bars[449], of: bars.symbol)
        }
        #expect(continuation.barsLeft(bars.symbol) == 10)
        #expect(continuation.barsLeft(stranger) == nil)
        #expect(try continuation.take(bars[450], of: bars.symbol).time == bars.closeTime(450))
    }
}
