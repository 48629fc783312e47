import Backtest
import Core
import Engine
import Testing

@Suite struct PerformanceSummaryTests {
    private let usdt = Currency("USDT")

    private func points(_ values: [Int]) -> [EquityPoint] {
        values.enumerated().map { row, value in
            EquityPoint(
                at: Timestamp(milliseconds: Int64(row) * 86_400_000), currency: usdt,
                equity: Money(FixedDecimal(value)), unrealised: .zero)
        }
    }

    private func summary(_ values: [Int], holding: [[Double]] = []) -> PerformanceSummary {
        PerformanceSummary(
            currency: usdt, budget: Money(FixedDecimal(1000)), fills: [], equity: points(values), holding: holding)
    }

    @Test func returnAndDrawdownAreThoseByHand() {
        let result = summary([1000, 1100, 880, 1200], holding: [[50, 100, 25, 75]])
        #expect(result.netProfit == 200)
        #expect(result.netReturn == 0.2)
        #expect(abs(result.maxDrawdown - 0.2) < 1e-15)
        #expect(result.buyAndHoldReturn == 0.5)
        #expect(result.buyAndHoldDrawdown == 0.75)
        #expect(result.first == .epoch && result.last == Timestamp(milliseconds: 3 * 86_400_000))
    }

    /// Steps +0.1, -0.05, +0.04 in three days: mean 0.03, standard deviation sqrt(0.0057), 365.25 steps a year.
    @Test func sharpeIsAnnualisedByTheStepsInAYear() {
        let result = summary([1000, 1100, 1050, 1090])
        let expected = 0.03 / (0.0114 / 2).squareRoot() * 365.25.squareRoot()
        #expect(abs(result.sharpe - expected) < 1e-9)
    }

    @Test func nothingHappenedGivesZerosAndNoNaN() {
        for values in [[], [1000], [1000, 1000, 1000]] {
            let result = summary(values)
            #expect(result.sharpe == 0 && result.netReturn == 0 && result.maxDrawdown == 0 && result.winRate == 0)
        }
    }

    @Test func assetsAreHeldInEqualShares() {
        let result = summary([1000, 1000], holding: [[10, 20], [10, 5]])
        #expect(result.buyAndHoldReturn == 0.25)
    }
}
