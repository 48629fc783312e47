import Core
import Engine
import Testing

/// One order before the gate, in circumstances in which it passes under the standard limits, to be changed in one
/// thing.
struct GateScene {
    static let now = Timestamp(milliseconds: 1_709_300_000_000)

    var limits: RiskLimits
    var state = TradingState.active
    /// Sells 5 held instead of buying.
    var closes = false
    var quantity: Quantity
    var position = Quantity.zero
    var ordered = Quantity.zero
    var last: Price
    var priceAge = TimeSpan.zero
    var signalAge = TimeSpan.zero
    var stop: Price
    var isDuplicate = false
    var quote: (bid: Price, ask: Price, age: TimeSpan)?
    var session: (isOpen: Bool, next: Timestamp?) = (true, nil)
    /// How long ago the last entry was.
    var entryAge: TimeSpan?
    /// At what price an entry at 100 was filled, and how long ago.
    var lastFill: (price: Price, age: TimeSpan)?
    var outlook = RiskOutlook()
    var profit = Money.zero
    var regime: RegimeReading?
    private let instrument: Instrument
    private let symbol: Symbol

    init() throws {
        limits = RiskLimits.standard
        limits.priceCollarPercent = FixedDecimal(2)
        limits.stalePriceAfter = .seconds(30)
        limits.signalExpiresAfter = .seconds(60)
        quantity = try #require(Quantity("1"))
        last = try #require(Price("100"))
        stop = try #require(Price("90"))
        outlook.peakEquity = try #require(Money("1000"))
        instrument = try Bench.instrument()
        symbol = try Bench.symbol()
    }

    /// An order like the scene's own, for 100, entered a minute ago.
    var entered: EnteredOrder {
        EnteredOrder(
            at: Self.now - .seconds(60), symbol: symbol, side: .buy, quantity: quantity,
            value: Money(FixedDecimal(100)),
            currency: Currency("USDT"))
    }

    /// Restricts trading by a rule.
    mutating func restrict(_ code: RiskCode, _ figures: String) {
        state = .reducing
        outlook.restriction = TradingRestriction(
            rule: code, currency: nil, figures: figures, sentence: "something broke", action: .reducing, since: Self.now
        )
    }

    private var request: OrderRequest {
        OrderRequest(
            clientID: ClientOrderID("the-id"), symbol: symbol, side: closes ? .sell : .buy, quantity: quantity,
            kind: .market, reduceOnly: closes, purpose: closes ? .exit : .entry)
    }

    /// What the gate says: nil when it lets the order pass.
    var refusal: RiskRefusal? {
        var limits = limits
        if regime != nil { limits.regime = RegimeRules() }
        var circumstances = RiskGate.Circumstances(
            tradingState: state, position: closes ? max(position, Quantity(FixedDecimal(5))) : position,
            lastPrice: (last, Self.now - priceAge), referencePrice: Price(FixedDecimal(100)),
            signalTime: Self.now - signalAge, stop: stop, isDuplicate: isDuplicate)
        circumstances.ordered = ordered
        circumstances.profit = profit
        circumstances.risk = risk(limits)
        do {
            _ = try RiskGate(limits: limits).approve(request, of: instrument, in: circumstances, at: Self.now)
            return nil
        } catch { return error }
    }

    /// Built as a desk does it, from what it was told.
    private func risk(_ limits: RiskLimits) -> DeskRisk {
        var risk = DeskRisk()
        if let quote { risk.quoted(bid: quote.bid, ask: quote.ask, at: Self.now - quote.age) }
        risk.session(isOpen: session.isOpen, next: session.next)
        if let lastFill {
            risk.entered(request, at: Price(FixedDecimal(100)), in: Currency("USDT"), now: Self.now - lastFill.age)
            let fill = Fill(
                venue: BrokerName("one"), tradeID: "1", clientID: request.clientID, symbol: symbol, side: .buy,
                price: lastFill.price, quantity: quantity, fee: .zero, at: Self.now - lastFill.age)
            risk.booked(fill, Position(symbol: symbol))
        }
        if let entryAge { risk.entered(request, at: last, in: Currency("USDT"), now: Self.now - entryAge) }
        risk.outlook = outlook
        if let rules = limits.regime { risk.outlook.regime = rules.stance(regime, at: Self.now) }
        return risk
    }
}
