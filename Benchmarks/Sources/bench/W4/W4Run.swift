import Backtest
import Core

/// The workload through the engine and the simulated exchange, as a backtest runs them.
struct W4Run {
    private let series: BarSeries
    private let rules: W4Case
    private let convention: W4Convention

    init(_ bars: BenchmarkBars, _ rules: W4Case, _ convention: W4Convention) throws {
        (series, self.rules, self.convention) = (try bars.series(), rules, convention)
    }

    /// Runs to the last bar.
    ///
    /// - Returns: The closed trades.
    func trades() throws -> [W4Trade] {
        var backtest = try backtest()
        var trades: [W4Trade] = []
        var seen = 0
        var entry: (bar: Int, price: Int64)?
        while backtest.step() {
            guard backtest.record.fills.count > seen else { continue }
            let closed = backtest.record.equity.count
            for fill in backtest.record.fills[seen...] {
                if let held = entry {
                    trades.append(
                        W4Trade(
                            entryBar: held.bar, exitBar: closed, entryPrice: held.price, exitPrice: fill.price.cents))
                    entry = nil
                } else {
                    entry = (closed - 1, fill.price.cents)
                }
            }
            seen = backtest.record.fills.count
        }
        return trades
    }

    private func backtest() throws -> Backtest {
        let market = try W4Market([series], convention.fills)
        return Backtest(configuration: market.configuration, market: try market.replay(), decide: strategy())
    }

    /// The strategy. The crossings are known before the run, as an indicator of a backtester is.
    private func strategy() -> Backtest.Decision {
        let (series, rules) = (series, rules)
        let crossings = w4Crossings(series.close)
        let first = series.openTimes.first ?? 0
        let step = series.interval.milliseconds
        return { _, closeTime, position in
            let bar = Int((closeTime.milliseconds - first) / step) - 1
            return crossings[bar] && position == .zero ? w4Row(series, bar: bar, rules) : nil
        }
    }
}

extension Price {
    /// Whole cents; the benchmark's prices have no smaller part.
    fileprivate var cents: Int64 { Int64(value.units / (FixedDecimal.scale / 100)) }
}
