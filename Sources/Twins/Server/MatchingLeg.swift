package import Core
import Simulator

/// One netting position of one instrument at the simulated exchange, at a price that somebody else moves.
///
/// The exchange lives on bars. Here a bar stays open at the present price, so that orders act at once; a move of the
/// price closes it and plays one bar from the old price to the new, in which resting orders are met at their own
/// levels. The exchange's own clock only counts these bars: moments are the caller's.
package struct MatchingLeg: Sendable {
    private static let interval = BarInterval("1s")

    private var exchange: SimulatedExchange
    /// The price now.
    package private(set) var price: Price

    /// A leg at its first price. The instrument's minimums are the venue's business, not the matching's.
    package init(
        _ instrument: Instrument, name: BrokerName, takerFee: FixedDecimal, makerFee: FixedDecimal,
        slippage: FixedDecimal, price: Price
    ) {
        let rules = Instrument(
            symbol: instrument.symbol, tick: instrument.tick, lotStep: instrument.lotStep,
            minimumQuantity: instrument.lotStep, minimumNotional: .zero, quote: instrument.quote)
        exchange = SimulatedExchange(
            configuration: ExchangeConfiguration(
                broker: name, instruments: [rules],
                costs: ExchangeCosts(takerFee: takerFee, makerFee: makerFee, slippage: slippage)),
            startingAt: .epoch)
        self.price = price
        open(from: price, to: price)
        _ = news()
    }

    private var symbol: Symbol { exchange.configuration.instruments[0].symbol }

    /// Moves the price, meeting every resting order in between at its level; tells what happened.
    package mutating func move(to target: Price) -> [VenueEvent] {
        guard target != price else { return [] }
        var events = pass()
        exchange.closeBar(of: symbol)
        open(from: price, to: target)
        events += pass()
        exchange.closeBar(of: symbol)
        price = target
        open(from: target, to: target)
        return (events + news()).filter(Self.isOfOrders)
    }

    /// Jumps to a price without any trade in between: what rests beyond it acts at the new price.
    package mutating func jump(to target: Price) -> [VenueEvent] {
        guard target != price else { return [] }
        var events = pass()
        exchange.closeBar(of: symbol)
        price = target
        open(from: target, to: target)
        events += news()
        return events.filter(Self.isOfOrders)
    }

    /// Takes an order; what it causes at once is among the events.
    package mutating func submit(_ request: OrderRequest) -> (result: Result<OrderReport, VenueError>, [VenueEvent]) {
        let result = exchange.submit(request)
        return (result, news().filter(Self.isOfOrders))
    }

    /// Cancels an order.
    package mutating func cancel(_ id: ClientOrderID) -> [VenueEvent] {
        _ = exchange.cancel(.client(id))
        return news().filter(Self.isOfOrders)
    }

    /// What is held, signed.
    package var held: Quantity { exchange.snapshot().positions.first?.quantity ?? .zero }

    /// The average price of what is held; nil when nothing is.
    package var average: Price? { exchange.snapshot().positions.first?.averagePrice }

    /// Traps when an invariant of the exchange does not hold.
    package func checkInvariants() { exchange.checkInvariants() }

    private mutating func open(from start: Price, to end: Price) {
        guard let interval = Self.interval else { preconditionFailure("a second is an interval") }
        let (open, close) = (start.double, end.double)
        let bar = Bar(
            openTime: exchange.now, open: open, high: max(open, close), low: min(open, close), close: close, volume: 1)
        exchange.openBar(bar, interval: interval, of: symbol)
    }

    /// Goes on to the end of the open bar.
    private mutating func pass() -> [VenueEvent] {
        let end = exchange.now + .seconds(1)
        var events: [VenueEvent] = []
        while let batch = exchange.advance(to: end) { events += batch.events }
        return events
    }

    private mutating func news() -> [VenueEvent] {
        exchange.advance(to: exchange.now)?.events ?? []
    }

    private static func isOfOrders(_ event: VenueEvent) -> Bool {
        switch event {
        case .fill, .order: true
        default: false
        }
    }
}
