import Backtest
import Core
import Engine
import Signals
import Simulator
import Testing

/// One genome over one window, evaluated twice: by the strategy's own reference, and by the engine against the
/// simulated exchange, which gets nothing but the reference's rows.
struct Differential {
    let table: FeatureTable
    let genome: StrategyGenome
    let rows: Range<Int>
    /// Whether the last row says 0, as at the end of a fold.
    let endsFlat: Bool
    let feeBps: String
    let slippageBps: String

    static let budget = Money(FixedDecimal(1_000_000))

    private var bars: BarSeries { table.bars }

    func reference() throws -> StrategyEvaluation {
        let costs = ArtifactCosts(
            feeBps: try #require(Double(feeBps)), slippageBps: try #require(Double(slippageBps)))
        return StrategyReference(table: table, costs: costs)
            .evaluate(genome, rows: rows, flatRow: endsFlat ? rows.upperBound - 1 : nil)
    }

    /// - Parameter lastRow: The last bar whose close is awaited.
    func engine(acting signals: [SignalRow], lastRow: Int) throws -> BacktestRecord {
        let step = FixedDecimal(units: 1)
        let instrument = Instrument(
            symbol: bars.symbol, tick: Price(step), lotStep: Quantity(step), minimumQuantity: .zero,
            minimumNotional: .zero, quote: Currency("USDT"))
        let fee = try #require(FixedDecimal(feeBps))
        let costs = ExchangeCosts(
            takerFee: fee, makerFee: fee, slippage: try #require(FixedDecimal(slippageBps)))
        let market = try ReplayedMarket(
            configuration: ExchangeConfiguration(instruments: [instrument], costs: costs), series: [bars],
            from: bars[rows.lowerBound].openTime, to: bars.closeTime(lastRow))
        let asset = AssetConfiguration(
            instrument: instrument, broker: BrokerName("simulated"),
            capabilities: BrokerCapabilities(nativeProtections: true, reduceOnly: true, duplicateSafe: true),
            budget: Self.budget)
        let configuration = EngineConfiguration(
            account: "test", artifact: "test", assets: [asset], limits: RiskLimits(), timing: EngineTiming())
        var backtest = Backtest(configuration: configuration, market: market, signals: signals)
        // Stops at the last close: what still waits for an open there would be filled at that close.
        while backtest.record.equity.count <= lastRow - rows.lowerBound, backtest.step() {}
        return backtest.record
    }

    /// Runs both and names every difference.
    ///
    /// - Returns: The trades of the reference, closed or still open.
    func compare() throws -> Int {
        let expected = try reference()
        // Where the last row says 0, the reference looks at the first open after it, if there is one.
        let isSettled = expected.decisions.last?.target == 0 && rows.upperBound < bars.count
        let record = try engine(
            acting: expected.signalRows(of: bars, fold: 0), lastRow: isSettled ? rows.upperBound : rows.upperBound - 1)
        #expect(record.refusals.isEmpty, "\(label)")
        compareTrades(record.roundTrips, expected.trades)
        compareEquity(record.equity.map(\.equity.double), expected, isSettled: isSettled)
        return expected.trades.count + (expected.openTrade == nil ? 0 : 1)
    }

    private func compareTrades(_ trips: [RoundTrip], _ trades: [Trade]) {
        #expect(trips.count == trades.count, "\(label)")
        let budget = Self.budget.double
        for (trip, trade) in zip(trips, trades) {
            let open = bars[trade.exitRow].openTime
            let exitsInTime =
                trade.exitsAtOpen
                ? trip.closedAt == open : trip.closedAt > open && trip.closedAt <= bars.closeTime(trade.exitRow)
            let agrees =
                trip.isLong == trade.position.isLong && trip.openedAt == trade.entryTime(in: bars) && exitsInTime
                && Self.near(trip.entryPrice.double, trade.position.entryPrice)
                && Self.near(trip.exitPrice.double, trade.exitPrice)
                && Self.near(trip.quantity.double, abs(trade.position.units) * budget)
                && abs(trip.net.double - trade.profit * budget) <= 1e-9 * budget
            guard agrees else {
                Issue.record("\(label): the engine made \(trip), the reference \(trade)")
                return
            }
        }
    }

    private func compareEquity(_ equity: [Double], _ expected: StrategyEvaluation, isSettled: Bool) {
        let budget = Self.budget.double
        var reference = expected.equity.map { budget + $0 * budget }
        if isSettled { reference.append(budget + expected.profit * budget) }
        #expect(equity.count == reference.count, "\(label)")
        let row = zip(equity, reference).enumerated().first { abs($1.0 - $1.1) > 1e-9 * budget }
        if let (row, values) = row {
            Issue.record("\(label): at row \(rows.lowerBound + row) the equities are \(values)")
        }
    }

    private var label: String { "\(bars.symbol) rows \(rows), fee \(feeBps), slippage \(slippageBps), \(genome.genes)" }

    private static func near(_ value: Double, _ other: Double) -> Bool {
        abs(value - other) <= 1e-9 * abs(other)
    }
}
