import ArgumentParser
import Core
import Signals
import Synchronization

/// A thousand pairs of averages over one series: the grid and the kernel of `aitrade signals sweep`.
struct W2Command: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "w2", abstract: "Sweeps 1,000 pairs of averages over a series.")

    @OptionGroup var options: SearchOptions
    @Option(help: "Threads.") var threads = 1

    func run() throws {
        let bars = try options.series()
        let grid = try RuleGrid(above: SweepSide("ema:4..52:2"), below: SweepSide("ema:60..255:5"))
        let sweep = grid.sweep(over: bars, cash: 10_000, costShare: 0.0006)
        let rules = grid.rules()
        let (times, equities) = options.measure { Self.equities(sweep, rules, threads: threads) }
        for (index, pair) in grid.pairs.enumerated() where index % 37 == 0 {
            guard equities[index] == w2Reference(bars, fast: pair.above, slow: pair.below) else {
                throw BenchmarkFault("w2: the pair \(pair) differs from the plain loop")
            }
        }
        options.line("W2", "threads-\(threads)", bars: bars.count, evaluations: rules.count, times).print()
        let rows = zip(grid.pairs, equities).map { "\($0.above),\($0.below),\($1)\n" }
        try options.write("fast,slow,equity\n" + rows.joined(), to: "w2-aitrade.csv")
    }

    private static func equities(_ sweep: RuleSweep, _ rules: [RuleSweep.Rule], threads: Int) -> [Double] {
        guard threads > 1 else { return sweep.finalEquities(rules) }
        let all = Mutex(Array(repeating: 0.0, count: rules.count))
        onThreads(threads, rules.count) { part in
            let values = sweep.finalEquities(Array(rules[part]))
            all.withLock { $0.replaceSubrange(part, with: values) }
        }
        return all.withLock { $0 }
    }
}

/// One pair bar by bar, from the workload's definition; shares no code with the kernel.
func w2Reference(_ bars: BarSeries, fast: Int, slow: Int) -> Double {
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
