import Backtest
import Core
import Engine
import Simulator

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
        let symbol = series.symbol
        let instrument = Instrument(
            symbol: symbol, tick: Price(try required(FixedDecimal("0.01"))),
            lotStep: Quantity(try required(FixedDecimal("0.1"))), minimumQuantity: .zero, minimumNotional: .zero,
            quote: Currency("USD"))
        let cash = Money(FixedDecimal(1_000_000))
        let exchange = ExchangeConfiguration(
            instruments: [instrument], startingCash: [instrument.quote: cash],
            costs: ExchangeCosts(takerFee: FixedDecimal(6), makerFee: FixedDecimal(6), slippage: .zero),
            convention: convention.fills)
        let asset = AssetConfiguration(
            instrument: instrument, broker: exchange.broker,
            capabilities: BrokerCapabilities(nativeProtections: true, reduceOnly: true, duplicateSafe: true),
            budget: cash)
        let configuration = EngineConfiguration(
            account: "bench", artifact: "w4", assets: [asset], limits: RiskLimits(), timing: EngineTiming())
        return Backtest(
            configuration: configuration, market: try ReplayedMarket(configuration: exchange, series: [series]),
            decide: strategy())
    }

    /// The strategy. The crossings are known before the run, as an indicator of a backtester is.
    private func strategy() -> Backtest.Decision {
        let (down, up) = rules.bracket
        let closes = series.close
        let crossings = w4Crossings(closes)
        let first = series.openTimes.first ?? 0
        let step = series.interval.milliseconds
        return { symbol, closeTime, position in
            let bar = Int((closeTime.milliseconds - first) / step) - 1
            guard crossings[bar], position == .zero else { return nil }
            let cents = Int64((closes[bar] * 100).rounded())
            // One lot and a half, which the desk rounds down to one lot of 0.1; never twice the same, because every
            // entry is a decision of its own.
            let target = (0.15 + Double(bar) * 1e-9) * closes[bar] / 1_000_000
            return SignalRow(
                symbol: symbol, time: closeTime, target: target, confidence: 1,
                stop: Double((cents * down + 5000) / 10_000) / 100,
                takeProfit: Double((cents * up + 5000) / 10_000) / 100, fold: 0)
        }
    }
}

extension Price {
    /// Whole cents; the benchmark's prices have no smaller part.
    fileprivate var cents: Int64 { Int64(value.units / (FixedDecimal.scale / 100)) }
}
