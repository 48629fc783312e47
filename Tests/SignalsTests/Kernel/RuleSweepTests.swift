import Core
import Signals
import Testing

/// The sweep says what a plain loop says, bit for bit.
@Suite struct RuleSweepTests {
    /// One rule bar by bar, from its definition.
    private func plain(_ bars: BarSeries, fast: Int, slow: Int) -> Double {
        let (fastFactor, slowFactor) = (2 / Double(fast + 1), 2 / Double(slow + 1))
        var (quick, calm) = (bars.close[0], bars.close[0])
        var (cash, units, wants, holds) = (10_000.0, 0.0, false, false)
        for row in 0..<bars.count {
            if wants != holds {
                if wants {
                    (units, cash) = (cash / (bars.open[row] * 1.0006), 0)
                } else {
                    (cash, units) = (units * bars.open[row] * (1 - 0.0006), 0)
                }
                holds = wants
            }
            quick += fastFactor * (bars.close[row] - quick)
            calm += slowFactor * (bars.close[row] - calm)
            wants = row >= slow - 1 && quick > calm
        }
        return cash + units * bars.close[bars.count - 1]
    }

    @Test(arguments: [1, 2, 63, 64, 65, 128, 129, 700, 5980]) func everyPairIsThatOfAPlainLoop(count: Int) throws {
        let bars = try BundledBars.series("BTCUSDT-1h").prefix(count)
        // Few averages make long blocks, many make short ones.
        let pairs = [2, 3, 9, 21].flatMap { fast in [5, 30, 90, 200].map { (fast, $0) } }
        let many = (2..<90).map { ($0, $0 + 40) }
        for pairs in [Array(pairs.prefix(1)), pairs, pairs + many] {
            let rules = pairs.map { RuleSweep.Rule(above: .average($0), .average($1), from: $1 - 1) }
            let expected = pairs.map { plain(bars, fast: $0, slow: $1) }
            for build in KernelBuild.supported {
                let sweep = RuleSweep(bars: bars, cash: 10_000, costShare: 0.0006, build: build)
                #expect(sweep.finalEquities(rules) == expected)
            }
        }
    }

    /// More rules than are compared at once.
    @Test func aLargeGridIsThatOfAPlainLoop() throws {
        let bars = try BundledBars.series("BTCUSDT-1h").prefix(700)
        let pairs = (2..<42).flatMap { fast in (50..<110).map { (fast, $0) } }
        let rules = pairs.map { RuleSweep.Rule(above: .average($0), .average($1), from: $1 - 1) }
        let expected = pairs.map { plain(bars, fast: $0, slow: $1) }
        for build in KernelBuild.supported {
            let sweep = RuleSweep(bars: bars, cash: 10_000, costShare: 0.0006, build: build)
            #expect(sweep.finalEquities(rules) == expected)
        }
    }

    @Test func anyColumnCanBeARule() throws {
        let bars = try BundledBars.series("SBER-1d")
        let averages = [10, 40].map { period -> [Double] in
            var average = bars.close[0]
            return bars.close.map { close in
                average += 2 / Double(period + 1) * (close - average)
                return average
            }
        }
        let sweep = RuleSweep(bars: bars, columns: averages, cash: 10_000, costShare: 0.0006)
        let equities = sweep.finalEquities([
            .init(above: .given(0), .given(1), from: 39), .init(above: .average(10), .given(1), from: 39),
            .init(above: .average(10), .average(40), from: 39),
        ])
        #expect(Set(equities) == [plain(bars, fast: 10, slow: 40)])
        #expect(sweep.finalEquities([]).isEmpty)
    }
}
