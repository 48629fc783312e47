import Brokers
import Core
import Testing

/// What every broker has to keep. A broker's own test makes one of these at a moment at which `symbol` trades between
/// the two levels and nothing is held, and calls each claim with fresh client ids.
///
/// The claims drive the broker only through its port. Fills are collected from ``Broker/nextEvents()``, at most
/// `patience` batches for each wait.
struct BrokerContract {
    let broker: any Broker
    let symbol: Symbol
    /// A legal order quantity; twice it is legal too.
    let quantity: Quantity
    /// A legal price far below the market, which it does not reach.
    let farBelow: Price
    /// A legal price far above the market, which it does not reach.
    let farAbove: Price
    var patience = 1000
    /// Whether the market knows short positions.
    var canShort = true

    private var openingSides: [Side] { canShort ? Side.allCases : [.buy] }

    func request(
        _ id: String, _ side: Side, _ kind: OrderKind = .market, times: Int = 1, reduceOnly: Bool = false,
        purpose: OrderPurpose = .manual
    ) -> OrderRequest {
        let size = Quantity(quantity.value.times(FixedDecimal(times)))
        return OrderRequest(
            clientID: ClientOrderID(id), symbol: symbol, side: side, quantity: size, kind: kind,
            reduceOnly: reduceOnly, purpose: purpose)
    }

    /// Sends an order that has to be accepted; one for which the allowance is used up at the moment is sent again, as
    /// the house does.
    @discardableResult
    func accepted(_ request: OrderRequest) async throws -> OrderReport {
        var outcome = await broker.submit(request)
        for _ in 0..<20 {
            guard case .refused(let error) = outcome, error.remedy == .rateLimited else { break }
            try await Task.sleep(for: .milliseconds(200))
            outcome = await broker.submit(request)
        }
        guard case .accepted(let report) = outcome else {
            Issue.record("\(request) was not accepted: \(outcome)")
            throw VenueError(.rejected, code: "CONTRACT", message: "an order that should be accepted was not")
        }
        #expect(report.clientID == request.clientID)
        #expect(report.symbol == symbol && report.side == request.side && report.quantity == request.quantity)
        return report
    }

    /// Pulls news until the order has ended; returns all its fills.
    func fills(untilEndOf id: String) async throws -> [Fill] {
        var fills: [Fill] = []
        for _ in 0..<patience {
            guard let batch = try await broker.nextEvents() else { break }
            #expect(batch.broker == broker.name)
            for event in batch.events {
                switch event {
                case .fill(let fill) where fill.clientID == ClientOrderID(id): fills.append(fill)
                case .order(let report) where report.clientID == ClientOrderID(id):
                    if report.state.isFinal { return fills }
                case .price, .barClosed, .quote, .session, .clock, .fill, .order, .reconnected: break
                }
            }
        }
        Issue.record("order \(id) did not end within \(patience) batches")
        return fills
    }

    func position() async throws -> Quantity {
        try await broker.snapshot().positions.first { $0.symbol == symbol }?.quantity ?? .zero
    }

    // MARK: Claims

    /// A client id names at most one order for ever, whatever became of it.
    func aClientIdIsUsedAtMostOnce(_ id: String) async throws {
        let first = try await accepted(request(id, .buy))
        for _ in 0..<3 {
            switch await broker.submit(request(id, .buy)) {
            case .accepted(let again): #expect(again.venueOrderID == first.venueOrderID)
            case .refused(let error): #expect(error.remedy == .rejected)
            case .silent(let error): Issue.record("a duplicate left the outcome open: \(error)")
            }
        }
        let fills = try await fills(untilEndOf: id)
        #expect(fills.reduce(.zero) { $0 + $1.quantity } == quantity)
        switch await broker.submit(request(id, .buy)) {
        case .accepted(let again): #expect(again.venueOrderID == first.venueOrderID)
        case .refused, .silent: break
        }
        #expect(try await position() == quantity)
        try await flatten(id + "-out")
    }

    /// An order is found by its client id, and nothing else is.
    func ordersAreFoundByClientId(_ id: String) async throws {
        #expect(try await broker.order(ClientOrderID(id), symbol) == nil)
        let sent = try await accepted(request(id, .buy, .limit(farBelow)))
        let found = try #require(try await broker.order(ClientOrderID(id), symbol))
        #expect(found.venueOrderID == sent.venueOrderID)
        #expect(found.state == .working && found.filled == .zero)
        #expect(try await broker.order(ClientOrderID(id + "x"), symbol) == nil)
        _ = await broker.cancel(.client(ClientOrderID(id)), symbol)
        let events = try await fills(untilEndOf: id)
        #expect(events.isEmpty)
        #expect(try await broker.order(ClientOrderID(id), symbol)?.state == .cancelled)
    }

    /// A cancellation of what has ended or never was is refused and changes nothing.
    func endedOrdersCannotBeCancelled(_ id: String) async throws {
        try await accepted(request(id, .buy))
        _ = try await fills(untilEndOf: id)
        for reference in [OrderReference.client(ClientOrderID(id)), .client(ClientOrderID(id + "x"))] {
            guard case .refused = await broker.cancel(reference, symbol) else {
                Issue.record("\(reference) has ended or never was, but was cancelled")
                continue
            }
        }
        #expect(try await broker.order(ClientOrderID(id), symbol)?.state == .filled)
        #expect(try await position() == quantity)
        try await flatten(id + "-out")
    }

    /// A reduce-only order closes at most what is held.
    func reduceOnlyNeverFlips(_ id: String) async throws {
        for side in openingSides {
            let name = "\(id)-\(side.rawValue)"
            try await accepted(request(name, side))
            _ = try await fills(untilEndOf: name)
            for attempt in 0..<2 {
                let out = "\(name)-out\(attempt)"
                if case .accepted = await broker.submit(
                    request(out, side.opposite, times: 2, reduceOnly: true, purpose: .exit))
                {
                    _ = try await fills(untilEndOf: out)
                }
                #expect(try await position() == .zero)
            }
        }
    }

    /// Executions can be asked for after the fact, once each, as the stream told them, and earlier ones are left out.
    func theSnapshotListsExecutionsSinceAMoment(_ id: String) async throws {
        try await accepted(request(id, .buy))
        let told = try await fills(untilEndOf: id)
        let first = try #require(told.map(\.at).min())
        let listed = try await broker.snapshot(fillsSince: first).fills
        #expect(listed.filter { $0.clientID == ClientOrderID(id) } == told)
        #expect(listed.allSatisfy { $0.at >= first })
        #expect(Set(listed.map(\.tradeID)).count == listed.count)
        let last = try #require(told.map(\.at).max())
        let later = try await broker.snapshot(fillsSince: last + TimeSpan(milliseconds: 1)).fills
        #expect(!later.contains { $0.clientID == ClientOrderID(id) })
        #expect(try await broker.snapshot().fills.isEmpty)
    }

    /// Open orders, protective ones included, and positions are in the snapshot, and leave it when they end.
    func theSnapshotShowsWhatIsOpen(_ id: String) async throws {
        try await accepted(request(id, .buy))
        _ = try await fills(untilEndOf: id)
        var protections: [OrderRequest] = []
        if broker.capabilities.nativeProtections {
            protections = [
                request("\(id)-stop", .sell, .stop(trigger: farBelow), reduceOnly: true, purpose: .stop)
            ]
        }
        // Where the venue knows no reduce-only, two orders that can both execute could flip the position.
        if broker.capabilities.nativeProtections, broker.capabilities.reduceOnly {
            protections.append(
                request("\(id)-profit", .sell, .takeProfit(trigger: farAbove), reduceOnly: true, purpose: .takeProfit))
        }
        let resting = protections + [request("\(id)-limit", .buy, .limit(farBelow))]
        for order in resting { try await accepted(order) }
        let account = try await broker.snapshot()
        #expect(account.broker == broker.name)
        #expect(account.positions.map(\.symbol) == [symbol])
        #expect(Set(account.openOrders.compactMap(\.clientID)) == Set(resting.map(\.clientID)))
        for order in account.openOrders {
            #expect(order.kind == resting.first { $0.clientID == order.clientID }?.kind)
            _ = await broker.cancel(.venue(order.venueOrderID), symbol)
            if let own = order.clientID { _ = try await fills(untilEndOf: own.text) }
        }
        #expect(try await broker.snapshot().openOrders.isEmpty)
        try await flatten(id + "-out")
        #expect(try await broker.snapshot().isFlat)
    }

    /// Each execution is told once, under its own name, and adds up to what the order says.
    func eachFillIsToldOnce(_ id: String) async throws {
        let side: Side = canShort ? .sell : .buy
        try await accepted(request(id, side, times: 2))
        let fills = try await fills(untilEndOf: id)
        #expect(Set(fills.map(\.tradeID)).count == fills.count)
        #expect(fills.allSatisfy { $0.venue == broker.name && $0.symbol == symbol && $0.side == side })
        let order = try #require(try await broker.order(ClientOrderID(id), symbol))
        #expect(order.state == .filled)
        #expect(fills.reduce(.zero) { $0 + $1.quantity } == order.filled)
        #expect(try await position() == side.signed(order.filled))
        try await flatten(id + "-out")
    }

    /// An order rests, is told as working, and is executed once the market comes to it.
    func anExecutionOfARestingOrderIsTold(_ id: String, at limit: Price, _ reach: () async throws -> Void) async throws
    {
        try await accepted(request(id, .buy, .limit(limit)))
        while try await broker.order(ClientOrderID(id), symbol)?.state != .working {}
        try await reach()
        let fills = try await fills(untilEndOf: id)
        #expect(fills.reduce(.zero) { $0 + $1.quantity } == quantity)
    }

    /// The rules of a traded instrument are told; those of an unknown one are an error by name.
    func instrumentsAreTold() async throws {
        let instruments = try await broker.instruments([symbol])
        #expect(instruments.map(\.symbol) == [symbol])
        let stranger = try #require(Symbol("NOSUCHTHING"))
        let error = await #expect(throws: VenueError.self) { _ = try await broker.instruments([stranger]) }
        #expect(error?.remedy == .notFound)
    }

    /// Brings the position back to nothing.
    private func flatten(_ id: String) async throws {
        let held = try await position()
        guard held != .zero else { return }
        let side: Side = held > .zero ? .sell : .buy
        let out = OrderRequest(
            clientID: ClientOrderID(id), symbol: symbol, side: side, quantity: held.magnitude, kind: .market,
            reduceOnly: true, purpose: .flatten)
        try await accepted(out)
        _ = try await fills(untilEndOf: id)
        // Positions may lag behind executions, and more so on a busy machine.
        let end = ContinuousClock.now + .seconds(60)
        while try await position() != .zero, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(20)) }
        #expect(try await position() == .zero)
    }
}
