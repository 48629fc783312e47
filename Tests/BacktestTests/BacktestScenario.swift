import Backtest
import Core
import Engine
import Simulator
import Testing

/// A small market with one asset, hourly bars from time 0 and a budget of 1000.
struct BacktestScenario {
    var bars: [(open: Double, high: Double, low: Double, close: Double)]
    var rows: [SignalRow] = []
    var costs = ExchangeCosts.free
    var limits = RiskLimits()
    var tick = "0.01"
    var step = "0.001"
    var native = true
    var latency = TimeSpan.zero
    var fillPolicy = FillPolicy.whole

    static let hour: Int64 = 3_600_000

    static var symbol: Symbol {
        get throws { try #require(Symbol("TEST")) }
    }

    /// A row decided at the close of bar `bar`.
    static func row(
        _ bar: Int, _ target: Double, stop: Double? = nil, takeProfit: Double? = nil
    ) throws -> SignalRow {
        SignalRow(
            symbol: try symbol, time: Timestamp(milliseconds: Int64(bar + 1) * hour), target: target, confidence: 1,
            stop: stop, takeProfit: takeProfit, fold: 0)
    }

    func backtest() throws -> Backtest {
        let symbol = try Self.symbol
        let interval = try #require(BarInterval("1h"))
        let series = try BarSeries(
            symbol: symbol, interval: interval,
            bars: bars.enumerated().map { row, bar in
                Bar(
                    openTime: Timestamp(milliseconds: Int64(row) * Self.hour), open: bar.open, high: bar.high,
                    low: bar.low, close: bar.close, volume: 1000)
            })
        let instrument = Instrument(
            symbol: symbol, tick: try #require(Price(tick)), lotStep: try #require(Quantity(step)),
            minimumQuantity: .zero, minimumNotional: .zero, quote: Currency("USDT"))
        let market = try ReplayedMarket(
            configuration: ExchangeConfiguration(
                instruments: [instrument], costs: costs, latency: latency, fillPolicy: fillPolicy),
            series: [series])
        let asset = AssetConfiguration(
            instrument: instrument, broker: BrokerName("simulated"),
            capabilities: BrokerCapabilities(nativeProtections: native, reduceOnly: true, duplicateSafe: true),
            budget: Money(FixedDecimal(1000)))
        let configuration = EngineConfiguration(
            account: "test", artifact: "test", assets: [asset], limits: limits, timing: EngineTiming())
        return Backtest(configuration: configuration, market: market, signals: rows)
    }

    func run() throws -> (record: BacktestRecord, backtest: Backtest) {
        var backtest = try backtest()
        let record = backtest.run()
        return (record, backtest)
    }
}
