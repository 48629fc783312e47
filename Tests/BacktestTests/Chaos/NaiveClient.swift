import Core
import Simulator
import Testing

/// A trader with one bad habit for each switch of the fault menu. It wants to buy one unit, to be protected while it
/// holds it, and to hold nothing at the end; it believes what its habit tells it.
struct NaiveClient {
    let habit: FaultSwitch
    private var venue: FaultyVenue
    private var now = Self.start
    private var believed = Quantity.zero
    private var believedCash: Money
    private var names = 0
    private var isDeaf = false
    private let symbol: Symbol

    static let start = Timestamp(milliseconds: 1_700_006_400_000)
    private static let cash = Money(FixedDecimal(10_000))
    private static let one = Quantity(.one)

    init(habit: FaultSwitch, plan: FaultPlan, seed: UInt64) throws {
        self.habit = habit
        symbol = try #require(Symbol("AAA"))
        believedCash = Self.cash
        let broker = BrokerName("naive")
        let end = Self.start + .seconds(3_600)
        let closures = FaultyVenue.closures(plan: plan, broker: broker, seed: seed, from: Self.start, calmFrom: end)
        // The price falls by 0.1 a minute.
        let bars = (0..<60).compactMap { minute -> Bar? in
            let time = Self.start + .seconds(Int64(minute) * 60)
            guard !closures.contains(where: { $0.contains(time) }) else { return nil }
            let open = Double(10_000 - 10 * minute) / 100
            return Bar(openTime: time, open: open, high: open, low: open - 0.1, close: open - 0.1, volume: 1)
        }
        let instrument = Instrument(
            symbol: symbol, tick: try #require(Price("0.01")), lotStep: try #require(Quantity("0.01")),
            minimumQuantity: .zero, minimumNotional: .zero, quote: Currency("USDT"))
        var policy = FillPolicy.whole
        if plan[.partialFills] != nil { policy = .parts(3, every: .seconds(2)) }
        let market = try ReplayedMarket(
            configuration: ExchangeConfiguration(
                broker: broker, instruments: [instrument], startingCash: [Currency("USDT"): Self.cash],
                fillPolicy: policy),
            series: [BarSeries(symbol: symbol, interval: try #require(BarInterval("1m")), bars: bars)])
        venue = FaultyVenue(market: market, plan: plan, seed: seed, calmFrom: end)
    }

    /// What went wrong in the end; nil when it got what it wanted.
    mutating func disaster() throws -> String? {
        wait(.seconds(61))
        switch habit {
        case .fillAfterCancel:
            // It forgets an order once the cancellation is confirmed.
            submit(.buy, .limit(try #require(Price("99.5"))))
            wait(.seconds(1))
            _ = ask(.cancel(.client(ClientOrderID("naive-1")), symbol))
            wait(.seconds(900))
            return held == .zero ? nil : "holds \(held) of an order that it has forgotten"
        case .wrongClock:
            return actOnOldSignal()
        default:
            return try trade()
        }
    }

    private mutating func trade() throws -> String? {
        enter()
        wait(.seconds(20))
        if habit == .rateLimit || habit == .rateLimitRetryAfter, held == .zero { return "gave up entering" }
        if held > Self.one { return "holds \(held) instead of one" }
        if habit != .partialFills, believed != held { return "believes in \(believed) and holds \(held)" }
        if habit == .deadStop || habit == .priceFilter { return try relyOnStop() }
        wait(.seconds(1_000))
        if habit == .balanceDrift { return compareCash() }
        if believed > .zero {
            // It does not ask what is held, and does not come back to a refused exit.
            submit(.sell, .market, believed, reduceOnly: habit != .manualTrade)
        }
        wait(.seconds(900))
        return held == .zero ? nil : "still holds \(held)"
    }

    private mutating func enter() {
        switch habit {
        case .dropRequest:
            submit(.buy, .market)
            // What is sent is held.
            believed = Self.one
        case .dropResponse, .errorAfterAccept, .delay:
            // Silence is failure: the next try gets a name of its own.
            let patience = habit == .delay ? TimeSpan.milliseconds(100) : .seconds(5)
            if case .submitted(_, .silent) = submit(.buy, .market, patience: patience) { submit(.buy, .market) }
        case .notFoundLag:
            submit(.buy, .market)
            if case .looked(_, _, .success(nil)) = ask(.look(ClientOrderID("naive-1"), symbol)) {
                submit(.buy, .market)
            }
        case .rateLimit, .rateLimitRetryAfter:
            for _ in 0..<3 {
                if case .submitted(_, .accepted) = submit(.buy, .market) { return }
            }
        default: submit(.buy, .market)
        }
    }

    private mutating func relyOnStop() throws -> String? {
        submit(.sell, .stop(trigger: try #require(Price(habit == .deadStop ? "99" : "97"))), reduceOnly: true)
        wait(.seconds(60))
        if venue.truth.openOrders.isEmpty { return "holds \(held) without a stop" }
        wait(.seconds(2_400))
        return held == .zero ? nil : "holds \(held) although its stop was reached"
    }

    /// It takes the venue's time for the time, and so an old signal for a fresh one.
    private mutating func actOnOldSignal() -> String? {
        let decided = now
        wait(.seconds(300))
        let batches = wait(.seconds(61))
        guard let told = batches.last?.at, told - decided <= .seconds(120) else { return nil }
        submit(.buy, .market)
        wait(.seconds(1))
        return held == .zero ? nil : "traded a signal that was six minutes old"
    }

    private mutating func compareCash() -> String? {
        guard case .account(.success(let account)) = ask(.account(fillsSince: .distantFuture)) else { return nil }
        let told = account.balances["USDT"] ?? .zero
        return told == believedCash ? nil : "counts \(believedCash) and the account holds \(told)"
    }

    // MARK: Means

    private var held: Quantity { venue.market.held(symbol) }

    @discardableResult
    private mutating func submit(
        _ side: Side, _ kind: OrderKind, _ size: Quantity = one, reduceOnly: Bool = false,
        patience: TimeSpan = .seconds(5)
    ) -> FaultyVenue.Answer? {
        names += 1
        let name = habit == .duplicateRequest ? "" : "naive-\(names)"
        let order = OrderRequest(
            clientID: ClientOrderID(name), symbol: symbol, side: side, quantity: size, kind: kind,
            reduceOnly: reduceOnly, purpose: reduceOnly ? .exit : .entry)
        return ask(.submit(order), patience: patience)
    }

    /// Sends a request and waits for its answer.
    @discardableResult
    private mutating func ask(_ request: FaultyVenue.Request, patience: TimeSpan = .seconds(5)) -> FaultyVenue.Answer? {
        let call = venue.send(request, patience: patience)
        let end = now + patience + .seconds(1)
        while now < end {
            for delivery in step(until: end) {
                if case .answer(call, let answer) = delivery { return answer }
            }
        }
        return nil
    }

    @discardableResult
    private mutating func wait(_ span: TimeSpan) -> [VenueBatch] {
        let end = now + span
        var batches: [VenueBatch] = []
        while now < end {
            for case .news(let batch) in step(until: end) { batches.append(batch) }
        }
        return batches
    }

    private mutating func step(until end: Timestamp) -> [FaultyVenue.Delivery] {
        now = min(end, max(now, venue.nextInstant() ?? end))
        let deliveries = venue.advance(to: now)
        deliveries.forEach { learn($0) }
        return deliveries
    }

    private mutating func learn(_ delivery: FaultyVenue.Delivery) {
        if habit == .reorder {
            // The last word on an order counts.
            switch delivery {
            case .answer(_, .submitted(_, .accepted(let report))): believed = report.filled
            case .news(let batch):
                for case .order(let report) in batch.events where report.side == .buy { believed = report.filled }
            case .answer: break
            }
            return
        }
        guard case .news(let batch) = delivery, habit != .dropRequest else { return }
        for case .fill(let fill) in batch.events where fill.clientID != nil && !isDeaf {
            believed += fill.side.signed(fill.quantity)
            believedCash -= (fill.side == .buy ? fill.notional : -fill.notional) + fill.fee
            // The first execution is taken for the whole order.
            isDeaf = habit == .partialFills
        }
    }
}
