import Core
import RealModule
import Signals
import Testing

/// The worlds without an edge that a result is held against.
@Suite struct BaselineTests {
    @Test(arguments: [1, 2, 3, 8, 12, 97, 128, 250]) func theTransformEqualsItsDefinitionAndInverts(count: Int) {
        var random = SeededRandom(seed: UInt64(count))
        let values = (0..<count).map { _ in random.unit() - 0.5 }
        let spectrum = FourierTransform.forward(FourierTransform.Spectrum(real: values))
        for k in 0..<count {
            var (real, imaginary) = (0.0, 0.0)
            for t in 0..<count {
                let angle = -2 * Double.pi * Double(k * t % count) / Double(count)
                real += values[t] * Double.cos(angle)
                imaginary += values[t] * Double.sin(angle)
            }
            #expect(abs(real - spectrum.real[k]) < 1e-10 && abs(imaginary - spectrum.imaginary[k]) < 1e-10)
        }
        for (left, right) in zip(FourierTransform.inverse(spectrum).real, values) { #expect(abs(left - right) < 1e-12) }
    }

    private static func correlation(_ bars: BarSeries) -> Double {
        let moves = (1..<bars.count).map { Double.log(bars.close[$0] / bars.close[$0 - 1]) }
        let mean = moves.reduce(0, +) / Double(moves.count)
        let squares = moves.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return zip(moves, moves.dropFirst()).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) } / squares
    }

    @Test func aShuffleKeepsMovesAndCorrelationAndChangesTheirOrder() throws {
        var (random, price, move) = (SeededRandom(seed: 4), 100.0, 0.0)
        let rows = (0..<1500).map { _ in
            let open = price
            move = 0.6 * move + (random.unit() - 0.5) * 0.02
            price *= 1 + move
            return (open, Swift.max(open, price) * 1.001, Swift.min(open, price) * 0.999, price)
        }
        let bars = try TestBars.series(rows)
        let shuffle = try #require(PhaseShuffle(bars))
        let surrogate = try #require(shuffle.surrogate(&random))
        let other = try #require(shuffle.surrogate(&random))
        #expect(surrogate.openTimes == bars.openTimes)
        #expect(surrogate.close != bars.close && surrogate.close != other.close)
        // The same moves, each once, so that the way ends where it ended.
        func moves(_ bars: BarSeries) -> [Double] {
            (1..<bars.count).map { bars.close[$0] / bars.close[$0 - 1] }.sorted()
        }
        for (left, right) in zip(moves(bars), moves(surrogate)) { #expect(abs(left - right) < 1e-9) }
        #expect(abs(surrogate.close[1499] / bars.close[1499] - 1) < 1e-9)
        #expect(abs(Self.correlation(surrogate) - Self.correlation(bars)) < 0.1)
        #expect(PhaseShuffle(bars.prefix(3)) == nil)
    }

    /// A strategy that knows the future, and one that does not.
    private func evaluation(_ bars: BarSeries, knowing: Bool) -> StrategyEvaluation {
        var random = SeededRandom(seed: 12)
        let decisions = (0..<bars.count).map { row -> StrategyDecision in
            let next = row + 2 < bars.count ? bars.open[row + 2] - bars.open[row + 1] : 0
            let isUp = knowing ? next > 0 : random.chance(0.5)
            return StrategyDecision(target: row % 4 == 3 ? 0 : (isUp ? 1 : -1), confidence: 1)
        }
        return RowReplay.evaluate(
            decisions, over: bars, rows: 0..<bars.count, costs: ArtifactCosts(feeBps: 1, slippageBps: 0))
    }

    @Test func timingThatKnowsTheFutureBeatsRandomEntriesAndACoinDoesNot() throws {
        let bars = try StudyBars.walk("AAA", count: 400, seed: 3)
        let entries = RandomEntries(
            bars: bars, rows: 0..<bars.count, costs: ArtifactCosts(feeBps: 1, slippageBps: 0))
        var random = SeededRandom(seed: 1)
        let knowing = try #require(
            entries.baseline(evaluation(bars, knowing: true).trades, simulations: 500, random: &random))
        #expect(knowing.pValue == 1.0 / 501)
        #expect(knowing.mean < knowing.high)
        let coin = try #require(
            entries.baseline(evaluation(bars, knowing: false).trades, simulations: 500, random: &random))
        #expect(coin.pValue > 0.05)
        #expect(entries.baseline([], simulations: 500, random: &random) == nil)
    }

    @Test func everyArrangementOfTradesIsEquallyLikely() {
        // Two trades among three free bars can stand in C(5, 2) = 10 ways.
        var (random, draw, counts) = (SeededRandom(seed: 5), GapDraw(count: 2, slack: 3), [[Int]: Int]())
        for _ in 0..<20_000 { counts[draw.next(&random), default: 0] += 1 }
        let ways = (0...3).flatMap { first in (first...3).map { [first, $0] } }
        #expect(counts.keys.sorted { $0.lexicographicallyPrecedes($1) } == ways)
        // 2,000 are expected of each; 200 lie beyond four standard errors.
        #expect(ways.allSatisfy { abs((counts[$0] ?? 0) - 2000) < 200 }, "\(counts)")
        var none = GapDraw(count: 3, slack: 0)
        #expect(none.next(&random) == [0, 0, 0])
    }

    @Test func randomEntriesOfBarsThatNeverMoveCostExactlyTheCosts() throws {
        let bars = try TestBars.flat(count: 60, price: 100, volume: 1)
        let costs = ArtifactCosts(feeBps: 10, slippageBps: 0)
        var decisions = Array(repeating: StrategyDecision(target: 0, confidence: 0), count: 60)
        for row in [5, 6, 20, 21, 22] { decisions[row] = StrategyDecision(target: 1, confidence: 1) }
        let trades = RowReplay.evaluate(decisions, over: bars, rows: 0..<60, costs: costs).trades
        var random = SeededRandom(seed: 1)
        let result = try #require(
            RandomEntries(bars: bars, rows: 0..<60, costs: costs)
                .baseline(trades, simulations: 50, random: &random))
        #expect(trades.count == 2)
        #expect(abs(result.mean + 2 * 0.002) < 1e-12)
    }
}
