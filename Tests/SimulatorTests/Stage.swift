import Core
import Simulator

/// Hand-made markets for the tests: hourly bars from the epoch on.
enum Stage {
    static let hour = required(BarInterval("1h"))
    static let btc = symbol("BTCUSDT")
    static let sber = symbol("SBER")

    /// Traps on nil: a test's own constants are valid.
    static func required<Value>(_ value: Value?) -> Value {
        guard let value else { preconditionFailure("a test constant is malformed") }
        return value
    }

    static func symbol(_ name: String) -> Symbol { required(Symbol(name)) }
    static func decimal(_ text: String) -> FixedDecimal { required(FixedDecimal(text)) }
    static func price(_ text: String) -> Price { Price(decimal(text)) }
    static func quantity(_ text: String) -> Quantity { Quantity(decimal(text)) }
    static func money(_ text: String) -> Money { Money(decimal(text)) }
    static func minutes(_ count: Int64) -> Timestamp { Timestamp(milliseconds: count * 60_000) }

    static func instrument(
        _ symbol: Symbol, tick: String = "0.01", lot: String = "0.001", minimumNotional: String = "5",
        quote: String = "USDT"
    ) -> Instrument {
        Instrument(
            symbol: symbol, tick: price(tick), lotStep: quantity(lot), minimumQuantity: quantity(lot),
            minimumNotional: money(minimumNotional), quote: Currency(quote))
    }

    static func configuration(
        slippage: String = "0", taker: String = "0", maker: String = "0", latency: TimeSpan = .zero,
        fills: FillPolicy = .whole
    ) -> ExchangeConfiguration {
        ExchangeConfiguration(
            instruments: [instrument(btc), instrument(sber, lot: "10", minimumNotional: "0", quote: "RUB")],
            startingCash: [Currency("USDT"): money("10000")],
            costs: ExchangeCosts(takerFee: decimal(taker), makerFee: decimal(maker), slippage: decimal(slippage)),
            latency: latency, fillPolicy: fills)
    }

    /// Bars as (open, high, low, close), one an hour.
    static func series(
        _ rows: [(Double, Double, Double, Double)], of symbol: Symbol = btc, volume: Double = 1000, from hours: Int = 0
    ) throws -> BarSeries {
        let bars = rows.enumerated().map { index, row in
            Bar(
                openTime: minutes(Int64(60 * (index + hours))), open: row.0, high: row.1, low: row.2, close: row.3,
                volume: volume)
        }
        return try BarSeries(symbol: symbol, interval: hour, bars: bars)
    }

    static func market(
        _ rows: [(Double, Double, Double, Double)], _ configuration: ExchangeConfiguration = configuration(),
        volume: Double = 1000
    ) throws -> ReplayedMarket {
        try ReplayedMarket(configuration: configuration, series: [series(rows, volume: volume)])
    }

    static func order(
        _ id: String, _ side: Side, _ size: String, _ kind: OrderKind = .market, of symbol: Symbol = btc,
        reduceOnly: Bool = false, purpose: OrderPurpose? = nil
    ) -> OrderRequest {
        OrderRequest(
            clientID: ClientOrderID(id), symbol: symbol, side: side, quantity: quantity(size), kind: kind,
            reduceOnly: reduceOnly, purpose: purpose ?? (reduceOnly ? .exit : .manual))
    }
}

extension ReplayedMarket {
    /// Pulls everything and gives the batches to `react`, which may send orders.
    mutating func run(_ react: (VenueBatch, inout ReplayedMarket) -> Void = { _, _ in }) -> [VenueBatch] {
        var batches: [VenueBatch] = []
        while let batch = next() {
            batches.append(batch)
            react(batch, &self)
            checkInvariants()
            precondition(batches.count < 100_000, "a replay ends")
        }
        return batches
    }

    /// Pulls up to and including the batch whose events satisfy `condition`.
    mutating func pull(until condition: (VenueEvent) -> Bool) {
        while let batch = next() { if batch.events.contains(where: condition) { return } }
        preconditionFailure("the event never came")
    }

    /// Pulls until the open of bar number `index`.
    mutating func pullOpen(_ index: Int = 0) {
        while let batch = next() {
            if batch.at == Stage.minutes(Int64(60 * index)), case .price = batch.events.first { return }
        }
        preconditionFailure("bar \(index) never opened")
    }

    /// The next batch, alone in a list; empty at the end.
    mutating func pulled() -> [VenueBatch] { next().map { [$0] } ?? [] }

    /// Sends an order that must be accepted.
    mutating func send(_ request: OrderRequest) {
        guard case .success = submit(request) else { preconditionFailure("\(request) was refused") }
    }

    func report(_ id: String) -> OrderReport? { order(.client(ClientOrderID(id))) }
}

extension [VenueBatch] {
    /// All fills as `id side quantity@price minute`.
    var fills: [String] {
        flatMap(\.events).compactMap { event in
            guard case .fill(let fill) = event else { return nil }
            let minute = Double(fill.at.milliseconds) / 60_000
            let shown = minute == minute.rounded() ? String(Int(minute)) : String(minute)
            return "\(fill.clientID?.text ?? "?") \(fill.side.rawValue) \(fill.quantity)@\(fill.price) \(shown)"
        }
    }
}
