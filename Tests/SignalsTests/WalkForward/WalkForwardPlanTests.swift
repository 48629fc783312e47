import Signals
import Testing

@Suite struct WalkForwardPlanTests {
    @Test func everyBarAfterTheFirstTrainWindowIsTradedExactlyOnce() throws {
        for count in 101...260 {
            for trade in [1, 7, 40, 500] {
                let plan = try WalkForwardPlan(
                    barCount: count, trainWindow: 100, tradeWindow: trade, purge: 20, warmUp: 30)
                #expect(plan.folds.flatMap { Array($0.trade) } == Array(100..<count))
                #expect(plan.folds.map(\.index) == Array(plan.folds.indices))
                for fold in plan.folds {
                    #expect(fold.train.count == 80)
                    #expect(fold.train.upperBound + 20 == fold.trade.lowerBound)
                    #expect(fold.isTail == (fold.trade.count < trade))
                    #expect(!fold.isTail || fold.index == plan.folds.count - 1)
                }
            }
        }
    }

    @Test func aShorterHistoryPlansAPrefix() throws {
        let whole = try WalkForwardPlan(barCount: 500, trainWindow: 100, tradeWindow: 60, purge: 10)
        for count in 101..<500 {
            let part = try WalkForwardPlan(barCount: count, trainWindow: 100, tradeWindow: 60, purge: 10)
            for (mine, theirs) in zip(part.folds, whole.folds) {
                #expect(mine.train == theirs.train)
                #expect(mine.trade == theirs.trade || (mine.isTail && mine.trade.lowerBound == theirs.trade.lowerBound))
            }
        }
    }

    @Test func productionIsTheFoldOfTheNextBar() throws {
        let tail = try WalkForwardPlan(barCount: 150, trainWindow: 100, tradeWindow: 40, purge: 10)
        #expect(tail.production == tail.folds.last)
        #expect(tail.production.isTail)
        let exact = try WalkForwardPlan(barCount: 180, trainWindow: 100, tradeWindow: 40, purge: 10)
        #expect(exact.folds.count == 2)
        #expect(exact.production.index == 2)
        #expect(exact.production.train == 80..<170)
        #expect(exact.production.trade.isEmpty)
    }

    @Test func impossibleWindowsNameWhatIsNeeded() {
        func refusal(_ count: Int, _ train: Int, _ trade: Int, _ purge: Int) -> WalkForwardError? {
            do {
                _ = try WalkForwardPlan(
                    barCount: count, trainWindow: train, tradeWindow: trade, purge: purge, warmUp: 30)
                return nil
            } catch { return error }
        }
        #expect(refusal(100, 100, 10, 0) == .tooFewBars(100, needed: 101))
        #expect(refusal(0, 100, 10, 0) == .tooFewBars(0, needed: 101))
        #expect(refusal(1000, 99, 10, 20) == .trainWindowTooShort(99, needed: 100))
        #expect(refusal(1000, -5, 10, 0) == .trainWindowTooShort(-5, needed: 80))
        #expect(refusal(1000, 100, 0, 0) == .tradeWindowTooShort(0))
        #expect(refusal(1000, .max, 10, 0) != nil)
        #expect(refusal(1000, 100, .max, 0) != nil)
        #expect(WalkForwardError.tooFewBars(7, needed: 801).description.contains("801"))
    }
}
