import Core
import Engine
import Simulator

/// The exchange and the engine's settings of the event-driven workload, for any symbols.
struct W4Market {
    let series: [BarSeries]
    let exchange: ExchangeConfiguration
    let configuration: EngineConfiguration

    /// - Parameter limits: What the gate checks; nothing by default, because the workload has no limits.
    init(_ series: [BarSeries], _ fills: FillConvention, limits: RiskLimits = RiskLimits()) throws {
        let cash = Money(FixedDecimal(1_000_000))
        let instruments = try series.map { bars in
            Instrument(
                symbol: bars.symbol, tick: Price(try required(FixedDecimal("0.01"))),
                lotStep: Quantity(try required(FixedDecimal("0.1"))), minimumQuantity: .zero, minimumNotional: .zero,
                quote: Currency("USD"))
        }
        let exchange = ExchangeConfiguration(
            instruments: instruments, startingCash: [Currency("USD"): cash],
            costs: ExchangeCosts(takerFee: FixedDecimal(6), makerFee: FixedDecimal(6), slippage: .zero),
            convention: fills)
        let assets = instruments.map {
            AssetConfiguration(
                instrument: $0, broker: exchange.broker,
                capabilities: BrokerCapabilities(nativeProtections: true, reduceOnly: true, duplicateSafe: true),
                budget: cash)
        }
        (self.series, self.exchange) = (series, exchange)
        configuration = EngineConfiguration(
            account: "bench", artifact: "w4", assets: assets, limits: limits, timing: EngineTiming())
    }

    func replay() throws -> ReplayedMarket { try ReplayedMarket(configuration: exchange, series: series) }
}

/// The row that buys one lot of 0.1 at the close of `bar`, with a bracket around it.
///
/// The size is a lot and a half, which the desk rounds down to one, and never twice the same, because every entry is a
/// decision of its own.
func w4Row(_ series: BarSeries, bar: Int, _ rules: W4Case) -> SignalRow {
    let (down, up) = rules.bracket
    let cents = Int64((series.close[bar] * 100).rounded())
    return SignalRow(
        symbol: series.symbol, time: series.closeTime(bar),
        target: (0.15 + Double(bar) * 1e-9) * series.close[bar] / 1_000_000, confidence: 1,
        stop: Double((cents * down + 5000) / 10_000) / 100, takeProfit: Double((cents * up + 5000) / 10_000) / 100,
        fold: 0)
}
