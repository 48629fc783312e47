import Core
import Engine

/// A venue of one instrument that does exactly what it is asked, at the moment the exploration chooses.
struct ExplorationVenue: Hashable {
    let name: BrokerName
    private(set) var position = Quantity.zero
    private(set) var hasDuplicate = false
    private var orders: [OrderReport] = []
    private var fills: [Fill] = []
    private var reducing: Set<String> = []

    init(name: BrokerName) {
        self.name = name
    }

    /// Orders that can be executed, by their place.
    var workingOrders: [Int] {
        orders.indices.filter { place in
            let order = orders[place]
            guard !order.state.isFinal else { return false }
            return !reducing.contains(order.venueOrderID) || reducible(order) > .zero
        }
    }

    private func reducible(_ order: OrderReport) -> Quantity {
        order.side == .sell ? max(position, .zero) : max(-position, .zero)
    }

    /// Executes an order at 100; what reduces, no more than there is.
    mutating func execute(_ place: Int, at now: Timestamp) -> VenueBatch {
        let order = orders[place]
        let isReducing = reducing.contains(order.venueOrderID)
        let size = isReducing ? min(order.quantity, reducible(order)) : order.quantity
        position += order.side.signed(size)
        orders[place] = changed(order, size == order.quantity ? .filled : .cancelled, filled: size, at: now)
        let fill = Fill(
            venue: name, tradeID: "\(fills.count)", clientID: order.clientID, symbol: order.symbol, side: order.side,
            price: Price(FixedDecimal(100)), quantity: size, fee: .zero, at: now)
        fills.append(fill)
        var events: [VenueEvent] = [.fill(fill), .order(orders[place])]
        // What is left without a position to reduce ends.
        if position == .zero {
            for other in orders.indices where !orders[other].state.isFinal {
                guard reducing.contains(orders[other].venueOrderID) else { continue }
                orders[other] = changed(orders[other], .cancelled, filled: orders[other].filled, at: now)
                events.append(.order(orders[other]))
            }
        }
        return VenueBatch(broker: name, at: now, events: events)
    }

    private func changed(_ order: OrderReport, _ state: OrderState, filled: Quantity, at now: Timestamp) -> OrderReport
    {
        OrderReport(
            clientID: order.clientID, venueOrderID: order.venueOrderID, symbol: order.symbol, side: order.side,
            kind: order.kind, quantity: order.quantity, filled: filled, state: state, reason: nil, at: now)
    }

    /// What the venue answers to a request.
    mutating func answer(to effect: Effect, at now: Timestamp) -> EngineEvent? {
        switch effect {
        case .submit(let approved, _): return submit(approved.request, at: now)
        case .cancel(let reference, let symbol, _): return cancel(reference, symbol, at: now)
        case .amend(let id, let symbol, let trigger, let quantity, _):
            return amend(id, symbol, trigger, quantity, at: now)
        case .query(let symbol, let id, _):
            return orders.first { $0.clientID == id }.map { .reported($0) } ?? .absent(symbol, id)
        case .readAccount(_, let moment):
            let held = orders.first.map { [AccountPosition(symbol: $0.symbol, quantity: position, averagePrice: nil)] }
            return .snapshot(
                AccountSnapshot(
                    broker: name, openOrders: orders.filter { !$0.state.isFinal },
                    positions: position == .zero ? [] : held ?? [], balances: [:],
                    fills: fills.filter { $0.at >= moment }, at: now))
        case .alert, .refuse, .mark, .halted, .reconciled: return nil
        }
    }

    private mutating func submit(_ order: OrderRequest, at now: Timestamp) -> EngineEvent {
        if orders.contains(where: { $0.clientID == order.clientID }) {
            hasDuplicate = true
            let error = VenueError(.rejected, code: VenueError.duplicateName, message: "known")
            return .refused(order.symbol, order.clientID, error)
        }
        let id = "\(orders.count)"
        let report = OrderReport(
            clientID: order.clientID, venueOrderID: id, symbol: order.symbol, side: order.side, kind: order.kind,
            quantity: order.quantity, filled: .zero, state: .working, reason: nil, at: now)
        if order.reduceOnly {
            guard reducible(report) > .zero else {
                let error = VenueError(.rejected, code: "NOTHING_TO_REDUCE", message: "flat")
                return .refused(order.symbol, order.clientID, error)
            }
            reducing.insert(id)
        }
        orders.append(report)
        return .reported(report)
    }

    private mutating func amend(
        _ id: ClientOrderID, _ symbol: Symbol, _ trigger: Price, _ quantity: Quantity, at now: Timestamp
    ) -> EngineEvent {
        guard let place = orders.firstIndex(where: { $0.clientID == id }), !orders[place].state.isFinal else {
            return .amendRefused(symbol, id, VenueError(.rejected, code: "NOT_OPEN", message: "not open"))
        }
        let old = orders[place]
        orders[place] = OrderReport(
            clientID: id, venueOrderID: old.venueOrderID, symbol: old.symbol, side: old.side,
            kind: old.kind.waiting(for: trigger), quantity: quantity, filled: old.filled, state: old.state,
            reason: nil, at: now)
        return .reported(orders[place])
    }

    private mutating func cancel(_ reference: OrderReference, _ symbol: Symbol, at now: Timestamp) -> EngineEvent? {
        let place = orders.firstIndex {
            switch reference {
            case .client(let id): $0.clientID == id
            case .venue(let id): $0.venueOrderID == id
            }
        }
        guard let place, !orders[place].state.isFinal else {
            guard case .client(let id) = reference else { return nil }
            let error = VenueError(place == nil ? .notFound : .rejected, code: "NOT_OPEN", message: "not open")
            return .cancelRefused(symbol, id, error)
        }
        orders[place] = changed(orders[place], .cancelled, filled: orders[place].filled, at: now)
        return .reported(orders[place])
    }
}
