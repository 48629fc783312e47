import Core
import Signals
import Testing

@Suite struct FitnessTests {
    @Test func eachTermOfTheFitnessCountsAsDocumented() {
        var rule = FitnessRule()
        (rule.drawdownWeight, rule.fewTradesWeight, rule.barsPerTrade) = (10, 8, 100)
        #expect(rule.minimumTrades(rows: 800) == 8)
        #expect(rule.minimumTrades(rows: 20) == 3)
        #expect(rule.fitness(sharpe: 2, maxDrawdown: 0, trades: 8, rows: 800) == 2)
        #expect(rule.fitness(sharpe: 2, maxDrawdown: 0, trades: 80, rows: 800) == 2)
        #expect(rule.fitness(sharpe: 2, maxDrawdown: 0.25, trades: 8, rows: 800) == -0.5)
        #expect(rule.fitness(sharpe: 2, maxDrawdown: 0, trades: 4, rows: 800) == 0)
        #expect(rule.fitness(sharpe: nil, maxDrawdown: 0, trades: 0, rows: 800) == -8)
    }

    @Test func medianIsTheLowerMiddleAndSurvivesTheWorst() {
        #expect(FitnessRule.median([3, 1, 2]) == 2)
        #expect(FitnessRule.median([4, 1, 2, 3]) == 2)
        #expect(FitnessRule.median([-.infinity, 1, 2]) == 1)
        #expect(FitnessRule.median([]) == -.infinity)
        #expect(FitnessRule.median([.nan, 1]) == -.infinity)
    }

    @Test func anOutcomesFiguresAreThoseByHand() throws {
        let outcome = WindowOutcome(
            returns: [0.1, -0.3, 0.1, 0.2], trades: [0.2, -0.1, 0], fees: 0.01, exposedBars: 3)
        #expect(abs(outcome.netReturn - 0.1) < 1e-15)
        #expect(abs(outcome.maxDrawdown - 0.3 / 1.1) < 1e-15)
        // Mean 0.025, deviations 0.075, -0.325, 0.075, 0.175: variance 0.1475 / 3.
        #expect(abs(try #require(outcome.sharpePerBar) - 0.025 / (0.1475 / 3).squareRoot()) < 1e-15)
        let bars = try StudyBars.walk("AAA", count: 20, seed: 1)
        let figures = WindowStatistics.make(outcome, bars: bars, rows: 10..<14)
        #expect(figures.trades == 3)
        #expect(abs((figures.winRate ?? 0) - 1.0 / 3) < 1e-15)
        #expect(abs((figures.profitFactor ?? 0) - 2) < 1e-12)
        #expect(figures.exposure == 0.75)
        #expect(figures.buyAndHold == bars.close[13] / bars.close[10] - 1)
        #expect(abs((figures.sharpe ?? 0) - 0.025 / (0.1475 / 3).squareRoot() * (365.25 * 24).squareRoot()) < 1e-9)
        let nothing = WindowStatistics.make(WindowOutcome(returns: [0, 0]), bars: bars, rows: 0..<2)
        #expect(nothing.sharpe == nil && nothing.winRate == nil && nothing.profitFactor == nil)
    }

    @Test func losingFromTheStartIsADrawdown() {
        #expect(abs(WindowOutcome(returns: [-0.1, -0.1]).maxDrawdown - 0.2) < 1e-15)
        #expect(WindowOutcome(returns: []).sharpePerBar == nil)
    }

    @Test func momentsMergeToWhatOnePassGives() throws {
        var random = SeededRandom(seed: 2)
        let values = (0..<100).map { _ in random.unit() }
        var (whole, left, right) = (RunningMoments(), RunningMoments(), RunningMoments())
        for (index, value) in values.enumerated() {
            whole.add(value)
            if index < 37 { left.add(value) } else { right.add(value) }
        }
        left.add(nil)
        left.add(.nan)
        left.merge(right)
        left.merge(RunningMoments())
        #expect(left.count == 100)
        #expect(abs(left.mean - whole.mean) < 1e-14)
        #expect(abs(try #require(left.variance) - (try #require(whole.variance))) < 1e-14)
        #expect(RunningMoments().variance == nil)
    }
}
