public import Core

/// A pure exchange at virtual time: it takes orders, is fed bars, and tells instant by instant what happened.
///
/// Someone else drives it: open a bar, pull ``advance(to:)`` until it returns nil, close the bar. ``ReplayedMarket``
/// does that over stored bars. Equal configurations, bars and commands give equal batches.
///
/// **Prices.** A bar is a road: open, first extreme (at 1/3), second extreme (at 2/3), close, straight in between. The
/// first extreme is the pessimistic one: the low when long and the high when short, market orders on their way
/// included; when flat, the high if the oldest resting order that may open a position buys and the low if it sells
/// (what would help the new position comes before it); with nothing resting, the one nearer to the open in time by
/// convention: the low of a rising bar, the high of a falling one. The road is chosen when the price leaves the open.
///
/// **Orders.** A level that the price meets acts at exactly that level; at an open beyond it, at the open. Between a
/// bar's close and the next open there is no price: market orders wait for the open. After the last bar only
/// orders with the purpose `flatten` still trade, at the last close, so that a halt can complete; all others wait, as
/// they would if the data went on later. Where several orders act at one price, those that waited for the
/// open come first, then stops, then the rest, each by age.
///
/// Invariants: every open order is on its way, rests, or waits for a part, in exactly one place; an order's fills never
/// exceed its quantity; a reduce-only fill never enlarges or flips a position; cash is the starting cash less all
/// notionals and fees; no client id has two orders.
public struct SimulatedExchange: Sendable {
    struct Arrival: Sendable {
        /// What has travelled.
        enum Wish: Sendable {
            case placing
            case cancellation
            case change(OrderRequest)
        }

        let at: Timestamp
        let order: Int
        let wish: Wish

        var isPlacing: Bool { if case .placing = wish { true } else { false } }
    }

    /// What determines its answers.
    public let configuration: ExchangeConfiguration
    /// Virtual time.
    public internal(set) var now: Timestamp
    var books: [SimulatedBook]
    var account: SimulatedAccount
    var orders: [SimulatedOrder] = []
    var arrivals: [Arrival] = []
    var outbox: [VenueEvent] = []
    /// Open orders and watched levels: when zero, nothing happens between an open and a close.
    var activity = 0
    var trades = 0
    /// Every execution, in time order.
    var fills: [Fill] = []
    /// All notionals and fees booked so far, by currency; kept apart from the account to check it.
    var spent: [Currency: Money] = [:]
    private let bookBySymbol: [Symbol: Int]
    private var orderByClient: [ClientOrderID: Int] = [:]
    private var orderByVenueID: [String: Int] = [:]

    /// An exchange without history.
    ///
    /// - Parameter start: Virtual time at the start.
    public init(configuration: ExchangeConfiguration, startingAt start: Timestamp) {
        self.configuration = configuration
        now = start
        books = configuration.instruments.map(SimulatedBook.init(instrument:))
        account = SimulatedAccount(books: books.count, startingCash: configuration.startingCash)
        bookBySymbol = Dictionary(
            uniqueKeysWithValues: configuration.instruments.enumerated().map { ($0.element.symbol, $0.offset) })
    }

    /// The rules of a symbol, or nil when it is not traded here.
    public func instrument(_ symbol: Symbol) -> Instrument? {
        bookBySymbol[symbol].map { books[$0].instrument }
    }

    func book(of symbol: Symbol) -> Int {
        guard let book = bookBySymbol[symbol] else { preconditionFailure("\(symbol) has no instrument here") }
        return book
    }

    /// Takes an order now. What it causes, even at once, is told by ``advance(to:)``.
    ///
    /// - Returns: The report of the accepted order, always working and unfilled; or why there is no such order.
    ///   A refused order keeps its client id: sending it again is a duplicate.
    public mutating func submit(_ request: OrderRequest) -> Result<OrderReport, VenueError> {
        if let first = orderByClient[request.clientID] {
            let message = "client id \(request.clientID) already names order \(orders[first].venueOrderID)"
            return .failure(VenueError(.rejected, code: VenueError.duplicateName, message: message))
        }
        guard let book = bookBySymbol[request.symbol] else {
            let message = "\(request.symbol) is not traded on \(configuration.broker)"
            return .failure(VenueError(.rejected, code: "UNKNOWN_SYMBOL", message: message))
        }
        let index = orders.count
        let venueOrderID = "\(configuration.broker)-\(index + 1)"
        orders.append(SimulatedOrder(request: request, venueOrderID: venueOrderID, book: book, at: now))
        orderByClient[request.clientID] = index
        orderByVenueID[venueOrderID] = index
        if let refusal = refusal(of: request, in: books[book]) {
            orders[index].end(.rejected, reason: refusal.description, at: now)
            return .failure(refusal)
        }
        let report = orders[index].report
        activity += 1
        if configuration.latency == .zero {
            attempt(index)
        } else {
            arrivals.append(Arrival(at: now + configuration.latency, order: index, wish: .placing))
        }
        return .success(report)
    }

    func refusal(of request: OrderRequest, in book: SimulatedBook) -> VenueError? {
        let instrument = book.instrument
        var level: Price?
        switch request.kind {
        case .market: break
        case .limit(let price), .stop(let price), .takeProfit(let price): level = price
        }
        if let level, level <= .zero || !level.value.isMultiple(of: instrument.tick.value) {
            let message = "price \(level) of \(request.symbol) is not a positive multiple of \(instrument.tick)"
            return VenueError(.rejected, code: "OFF_TICK", message: message)
        }
        let price = level ?? book.price
        if request.kind.isProtective, let level, let last = book.price,
            let fault = instrument.triggerRules?.fault(
                of: level, quantity: request.quantity, at: last, minimum: instrument.minimumNotional)
        {
            return VenueError(.rejected, code: "TRIGGER_RULES", message: "\(request.symbol): \(fault)")
        }
        guard let refusal = instrument.refusal(of: request.quantity, at: price ?? instrument.tick) else { return nil }
        let code: String
        switch refusal {
        case .notPositive: code = "NOT_POSITIVE"
        case .offLot: code = "OFF_LOT"
        case .belowMinimumQuantity: code = "BELOW_MINIMUM_QUANTITY"
        case .belowMinimumNotional:
            // An exit must not be stuck behind a minimum, and without a price there is no value to compare.
            if request.reduceOnly || price == nil { return nil }
            code = "BELOW_MINIMUM_NOTIONAL"
        }
        let message =
            "\(request.quantity) \(request.symbol): lot \(instrument.lotStep), minimum \(instrument.minimumQuantity)"
            + " and \(instrument.minimumNotional) \(instrument.quote)"
        return VenueError(.rejected, code: code, message: message)
    }

    /// Asks to cancel an order now; with a latency the order stands until the wish has travelled.
    ///
    /// - Returns: The order after the wish (cancelled at once without latency), or why there is nothing to cancel.
    public mutating func cancel(_ reference: OrderReference) -> Result<OrderReport, VenueError> {
        guard let index = index(of: reference) else {
            let message = "\(configuration.broker) has no order \(reference)"
            return .failure(VenueError(.notFound, code: "UNKNOWN_ORDER", message: message))
        }
        guard !orders[index].state.isFinal else {
            let message = "order \(reference) is already \(orders[index].state.rawValue)"
            return .failure(VenueError(.rejected, code: "ORDER_FINAL", message: message))
        }
        if configuration.latency == .zero {
            end(index, .cancelled, reason: "REQUESTED: cancelled on request")
        } else {
            arrivals.append(Arrival(at: now + configuration.latency, order: index, wish: .cancellation))
        }
        return .success(orders[index].report)
    }

    func index(of reference: OrderReference) -> Int? {
        switch reference {
        case .client(let id): orderByClient[id]
        case .venue(let id): orderByVenueID[id]
        }
    }

    /// The order of a name, refused ones included; nil when it was never sent here.
    public func order(_ reference: OrderReference) -> OrderReport? {
        index(of: reference).map { orders[$0].report }
    }

    /// Sets the levels of `symbol` at which a price is told exactly when it is met, from either side; none by default.
    public mutating func watch(_ symbol: Symbol, levels: [Price]) {
        let book = book(of: symbol)
        catchUp(book)
        activity += levels.count - books[book].watches.count
        books[book].watches = levels
    }

    /// The last known price of `symbol`.
    func lastPrice(of symbol: Symbol) -> Price? { bookBySymbol[symbol].flatMap { books[$0].price } }

    /// What is held of `symbol`, signed.
    func held(_ symbol: Symbol) -> Quantity { bookBySymbol[symbol].map { account.holdings[$0].quantity } ?? .zero }

    /// The account as it is now, with its executions at or after `moment`, of which there are none by default.
    public func snapshot(fillsSince moment: Timestamp = .distantFuture) -> AccountSnapshot {
        let positions = books.indices.compactMap { book -> AccountPosition? in
            let holding = account.holdings[book]
            guard holding.quantity != .zero else { return nil }
            return AccountPosition(
                symbol: books[book].instrument.symbol, quantity: holding.quantity, averagePrice: holding.average)
        }
        // Through a span: most orders are over, and an order is not copied to find that out.
        var open: [OrderReport] = []
        let orders = orders.span
        for place in orders.indices where !orders[place].state.isFinal { open.append(orders[place].report) }
        return AccountSnapshot(
            broker: configuration.broker, openOrders: open,
            positions: positions.sorted { $0.symbol < $1.symbol }, balances: account.balances,
            fills: Array(fills[(fills.lastIndex { $0.at < moment }.map { $0 + 1 } ?? 0)...]), at: now)
    }
}
