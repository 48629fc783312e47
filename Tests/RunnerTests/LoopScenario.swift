import Backtest
import Brokers
import Core
import Engine
import Logging
import Router
import Runner
import Simulator
import Storage
import Testing

/// A small market of two assets with hourly bars, and signal rows that open, hold, turn round, stop out and close.
struct LoopScenario: Sendable {
    var sleep = Duration.milliseconds(1)
    var maxSteps: Int?
    var latency = TimeSpan.zero
    var fillPolicy = FillPolicy.whole
    var reconcile = ReconcileRules.onRequest
    var notify: @Sendable (ServiceNote) -> Void = { _ in }
    var limits = RiskLimits()
    var log = Logger(label: "test")
    /// Told of every moment at which a crash leaves something different behind.
    var crash: CrashProbe = { _ in }
    /// The version that the runner gives itself.
    var version = ""
    let series: [BarSeries]
    let rows: [SignalRow]
    let instruments: [Instrument]

    static let hour: Int64 = 3_600_000

    init(bars: Int = 24, seed: UInt64 = 1) throws {
        var (series, rows, instruments): ([BarSeries], [SignalRow], [Instrument]) = ([], [], [])
        for name in ["AAA", "BBB"] {
            let symbol = try #require(Symbol(name))
            var random = SeededRandom(seed: seed, stream: name)
            let made = try Self.series(symbol, bars, &random)
            series.append(made)
            rows += Self.rows(made, &random)
            instruments.append(
                Instrument(
                    symbol: symbol, tick: try #require(Price("0.01")), lotStep: try #require(Quantity("0.001")),
                    minimumQuantity: .zero, minimumNotional: .zero, quote: Currency("USDT")))
        }
        (self.series, self.rows, self.instruments) = (series, rows, instruments)
    }

    private static func series(_ symbol: Symbol, _ count: Int, _ random: inout SeededRandom) throws -> BarSeries {
        var close = 100.0
        let bars = (0..<count).map { row in
            let open = close
            close = open * (0.985 + 0.03 * random.unit())
            let (low, high) = (min(open, close) * (1 - 0.01 * random.unit()), max(open, close) * 1.004)
            return Bar(
                openTime: Timestamp(milliseconds: Int64(row) * hour), open: cents(open), high: cents(high) + 0.01,
                low: cents(low) - 0.01, close: cents(close), volume: 1000)
        }
        return try BarSeries(symbol: symbol, interval: try #require(BarInterval("1h")), bars: bars)
    }

    private static func cents(_ value: Double) -> Double { (value * 100).rounded() / 100 }

    private static func rows(_ series: BarSeries, _ random: inout SeededRandom) -> [SignalRow] {
        var (target, stop, takeProfit): (Double, Double?, Double?) = (0, nil, nil)
        return (0..<series.count).map { row in
            if random.chance(0.35) {
                target = [1, -0.5, 0, 0.75][random.below(4)]
                let distance = series.close[row] * 0.012 * (target < 0 ? -1 : 1)
                stop = target == 0 ? nil : series.close[row] - distance
                takeProfit = target == 0 ? nil : series.close[row] + distance
            }
            return SignalRow(
                symbol: series.symbol, time: series.closeTime(row), target: target, confidence: 1, stop: stop,
                takeProfit: takeProfit, fold: 0)
        }
    }

    var configuration: EngineConfiguration {
        let assets = instruments.map {
            AssetConfiguration(
                instrument: $0, broker: BrokerName("simulated"),
                capabilities: BrokerCapabilities(nativeProtections: true, reduceOnly: true, duplicateSafe: true),
                budget: Money(FixedDecimal(1000)))
        }
        return EngineConfiguration(
            account: "test", artifact: "test", assets: assets, limits: limits, timing: EngineTiming(),
            reconcile: reconcile)
    }

    func market() throws -> ReplayedMarket {
        try ReplayedMarket(
            configuration: ExchangeConfiguration(
                instruments: instruments,
                costs: ExchangeCosts(takerFee: FixedDecimal(10), makerFee: FixedDecimal(5), slippage: FixedDecimal(2)),
                latency: latency, fillPolicy: fillPolicy),
            series: series)
    }

    /// What the engine and the exchange do without a runner.
    func backtest() throws -> BacktestRecord {
        var backtest = Backtest(configuration: configuration, market: try market(), signals: rows)
        return backtest.run()
    }
}

/// How one start of the runner over a scenario ended.
struct LoopEnd: Sendable {
    let outcome: RunOutcome
    let engine: Engine
    let bars: Int
    let venue: AccountSnapshot
}

extension LoopScenario {
    /// Starts the runner on `state` and lets it run to its end.
    func run(
        _ state: TemporaryState, before: @escaping WatchedBroker.Watcher = { _ in },
        after: @escaping WatchedBroker.Watcher = { _ in }, whenReady: (TradingLoop) async -> Void = { _ in }
    ) async throws -> LoopEnd {
        try await with(state, before: before, after: after) { loop, venue in
            await whenReady(loop)
            let end = try await loop.run()
            return LoopEnd(outcome: end.outcome, engine: end.engine, bars: end.bars, venue: try await venue.snapshot())
        }
    }

    /// Compares the books of `state` with the venue.
    func reconcile(_ state: TemporaryState) async throws {
        _ = try await with(state) { loop, _ in try await loop.reconcile() }
    }

    private func with<Result>(
        _ state: TemporaryState, before: @escaping WatchedBroker.Watcher = { _ in },
        after: @escaping WatchedBroker.Watcher = { _ in },
        _ body: (TradingLoop, SimulatedBroker) async throws -> Result
    ) async throws -> Result {
        let ledger = try state.ledger()
        let inner = SimulatedBroker(try market())
        let broker = WatchedBroker(inner, before: before, after: after)
        let clock = VirtualClock()
        var setup = RunSetup(
            runId: "test", pid: 1, mode: "backtest", configuration: configuration, market: broker.name,
            startsAt: .epoch, signals: SignalBook(rows), sleep: sleep, maxSteps: maxSteps, stateFolder: state.url,
            wallClock: { clock.wall() }, uptime: { clock.uptime() },
            rebuildVenue: { try await inner.rebuild($0) })
        (setup.notify, setup.version, setup.crash) = (notify, version, crash)
        let loop = TradingLoop(
            setup: setup, ledger: ledger, router: ExecutionRouter(brokers: [broker]), log: log)
        let result = try await body(loop, inner)
        try ledger.close()
        return result
    }
}

/// What must not depend on how often a run was broken off.
struct Books: Hashable {
    let fills: [Fill]
    let intents: [LedgerIntent]
    let positions: [LedgerPositionRow]
    let equity: [LedgerEquity]

    init(_ state: TemporaryState) throws {
        let reader = try LedgerReader(path: state.ledgerPath)
        let check = try reader.verify()
        #expect(check.isSound, "\(check.findings)")
        (fills, intents) = (try reader.fills(), try reader.intents())
        (positions, equity) = (try reader.positions(), try reader.equity())
        #expect(Set(intents.map(\.request.clientID)).count == intents.count, "no order is written down twice")
    }
}
