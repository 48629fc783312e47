import Core

/// A venue as the engine may assume it: it keeps orders and positions, and throws where the engine uses it illegally.
struct ModelVenue {
    /// What a correct engine never does.
    enum Misuse: Error {
        case duplicate(ClientOrderID)
        case flips(OrderRequest)
        case wrongVenue(BrokerName)
        case unknownOrder(ClientOrderID)
    }

    let name: BrokerName
    private(set) var orders: [OrderReport] = []
    /// Signed holdings, whoever opened them.
    var positions: [Symbol: Quantity] = [:]
    /// What a hedge account holds besides.
    var otherSides: [AccountPosition] = []
    /// Every execution that the venue lists, whoever caused it.
    private(set) var fills: [Fill] = []
    /// Money by currency code.
    var balances: [String: Money] = [:]
    private var trades = 0

    init(_ name: BrokerName) {
        self.name = name
    }

    private func report(_ old: OrderReport, _ state: OrderState, filled: Quantity? = nil) -> OrderReport {
        OrderReport(
            clientID: old.clientID, venueOrderID: old.venueOrderID, symbol: old.symbol, side: old.side, kind: old.kind,
            quantity: old.quantity, filled: filled ?? old.filled, state: state, reason: nil, at: old.at)
    }

    /// Takes an order for working.
    mutating func submit(_ request: OrderRequest, at now: Timestamp) throws -> OrderReport {
        if orders.contains(where: { $0.clientID == request.clientID }) { throw Misuse.duplicate(request.clientID) }
        let held = positions[request.symbol] ?? .zero
        let other = otherSide(closedBy: request.side, request.symbol).map { otherSides[$0].quantity.magnitude }
        let reducible = max(request.side == .sell ? held : -held, other ?? .zero)
        if request.reduceOnly, request.quantity > reducible { throw Misuse.flips(request) }
        orders.append(
            OrderReport(
                clientID: request.clientID, venueOrderID: "\(name)-\(orders.count)", symbol: request.symbol,
                side: request.side, kind: request.kind, quantity: request.quantity, filled: .zero, state: .working,
                reason: nil, at: now))
        return orders[orders.count - 1]
    }

    /// An order that someone else placed.
    mutating func placeForeign(_ symbol: Symbol, _ quantity: Quantity, at now: Timestamp) {
        orders.append(
            OrderReport(
                clientID: nil, venueOrderID: "\(name)-\(orders.count)", symbol: symbol, side: .buy,
                kind: .limit(Price(FixedDecimal(1))), quantity: quantity, filled: .zero, state: .working, reason: nil,
                at: now))
    }

    private func index(_ reference: OrderReference) -> Int? {
        switch reference {
        case .client(let id): orders.firstIndex { $0.clientID == id }
        case .venue(let id): orders.firstIndex { $0.venueOrderID == id }
        }
    }

    mutating func cancel(_ reference: OrderReference) -> Result<OrderReport, VenueError> {
        guard let index = index(reference) else {
            return .failure(VenueError(.notFound, code: "UNKNOWN_ORDER", message: "\(reference)"))
        }
        guard !orders[index].state.isFinal else {
            return .failure(VenueError(.rejected, code: "ORDER_FINAL", message: "\(reference)"))
        }
        orders[index] = report(orders[index], .cancelled)
        return .success(orders[index])
    }

    /// Changes a protective order that has not been filled.
    mutating func amend(
        _ id: ClientOrderID, trigger: Price, quantity: Quantity
    ) -> Result<OrderReport, VenueError> {
        guard let index = index(.client(id)), !orders[index].state.isFinal, orders[index].filled == .zero else {
            return .failure(VenueError(.rejected, code: "NOT_AMENDABLE", message: "\(id)"))
        }
        let old = orders[index]
        orders[index] = OrderReport(
            clientID: id, venueOrderID: old.venueOrderID, symbol: old.symbol, side: old.side,
            kind: old.kind.waiting(for: trigger), quantity: quantity, filled: .zero, state: .working, reason: nil,
            at: old.at)
        return .success(orders[index])
    }

    func order(_ id: ClientOrderID) -> OrderReport? {
        index(.client(id)).map { orders[$0] }
    }

    /// Executes a part of an order, or the rest of it.
    ///
    /// - Returns: The execution and the news of the order, which the caller delivers when and as often as it likes.
    mutating func execute(
        _ id: ClientOrderID, _ part: Quantity? = nil, at price: Price, _ now: Timestamp
    ) throws -> (fill: Fill, report: OrderReport) {
        guard let index = index(.client(id)), !orders[index].state.isFinal else { throw Misuse.unknownOrder(id) }
        let order = orders[index]
        let size = part ?? (order.quantity - order.filled)
        let filled = order.filled + size
        trades += 1
        if let place = otherSide(closedBy: order.side, order.symbol) {
            moveOtherSide(place, by: order.side.signed(size))
        } else {
            positions[order.symbol, default: .zero] += order.side.signed(size)
        }
        orders[index] = report(order, filled == order.quantity ? .filled : .partiallyFilled, filled: filled)
        let fill = Fill(
            venue: name, tradeID: "\(trades)", clientID: id, symbol: order.symbol, side: order.side, price: price,
            quantity: size, fee: .zero, at: now)
        fills.append(fill)
        return (fill, orders[index])
    }

    /// The other side of a hedge account that an order of `side` would close, unless it would close the first one.
    private func otherSide(closedBy side: Side, _ symbol: Symbol) -> Int? {
        let closes = { (held: Quantity) in side == .sell ? held > .zero : held < .zero }
        if closes(positions[symbol] ?? .zero) { return nil }
        return otherSides.firstIndex { $0.symbol == symbol && closes($0.quantity) }
    }

    private mutating func moveOtherSide(_ place: Int, by signed: Quantity) {
        let old = otherSides.remove(at: place)
        guard old.quantity + signed != .zero else { return }
        otherSides.append(
            AccountPosition(symbol: old.symbol, quantity: old.quantity + signed, averagePrice: nil))
    }

    /// Someone else opens or changes the other side of a hedge account, and pays for it.
    mutating func tradeOtherSide(
        _ symbol: Symbol, _ side: Side, _ size: Quantity, at price: Price, fee: Money, _ now: Timestamp
    ) {
        trades += 1
        if let place = otherSides.firstIndex(where: { $0.symbol == symbol }) {
            moveOtherSide(place, by: side.signed(size))
        } else {
            otherSides.append(AccountPosition(symbol: symbol, quantity: side.signed(size), averagePrice: nil))
        }
        fills.append(
            Fill(
                venue: name, tradeID: "\(trades)", clientID: nil, symbol: symbol, side: side, price: price,
                quantity: size, fee: fee, at: now))
    }

    /// Someone else trades on the account.
    @discardableResult
    mutating func trade(
        _ symbol: Symbol, _ side: Side, _ size: Quantity, at price: Price, isListed: Bool, _ now: Timestamp
    ) -> Fill {
        trades += 1
        positions[symbol, default: .zero] += side.signed(size)
        let fill = Fill(
            venue: name, tradeID: "\(trades)", clientID: nil, symbol: symbol, side: side, price: price,
            quantity: size, fee: .zero, at: now)
        if isListed { fills.append(fill) }
        return fill
    }

    var openOrders: [OrderReport] { orders.filter { !$0.state.isFinal } }

    func snapshot(at now: Timestamp, fillsSince moment: Timestamp = .distantFuture) -> AccountSnapshot {
        let held = positions.filter { $0.value != .zero }.sorted { $0.key < $1.key }
        return AccountSnapshot(
            broker: name, openOrders: openOrders,
            positions: otherSides + held.map { AccountPosition(symbol: $0.key, quantity: $0.value, averagePrice: nil) },
            balances: balances, fills: fills.filter { $0.at >= moment }, at: now)
    }
}
