import Brokers
import Core

/// The smallest broker there is: the one that docs/adding-a-broker.md builds step by step. Its venue is a price that
/// never moves.
actor ThirdBroker: Broker {
    nonisolated let name = BrokerName("third")
    nonisolated let capabilities = BrokerCapabilities(nativeProtections: false, reduceOnly: true, duplicateSafe: true)

    private let rules: Instrument
    private let price: Price
    private var reports: [ClientOrderID: OrderReport] = [:]
    private var executions: [Fill] = []
    private var held = Quantity.zero
    private var news: [VenueEvent] = []
    private var clock = Timestamp(milliseconds: 1_000_000)

    init(_ rules: Instrument, price: Price) { (self.rules, self.price) = (rules, price) }

    // 1. What is traded.

    func instruments(_ symbols: [Symbol]) async throws -> [Instrument] {
        try symbols.map { symbol in
            guard symbol == rules.symbol else {
                throw VenueError(.notFound, code: "UNKNOWN_SYMBOL", message: "\(symbol) is not traded here")
            }
            return rules
        }
    }

    // 2. Orders, each under a name that is used once.

    func submit(_ request: OrderRequest) async -> SubmitOutcome {
        if let known = reports[request.clientID] { return .accepted(known) }
        if request.kind.isProtective {
            return .refused(VenueError(.rejected, code: "NO_NATIVE_PROTECTION", message: "the runner watches"))
        }
        var quantity = request.quantity
        if request.reduceOnly {
            quantity = min(quantity, max(request.side == .sell ? held : -held, .zero))
            guard quantity > .zero else {
                return .refused(VenueError(.rejected, code: "NOTHING_TO_CLOSE", message: "nothing is held"))
            }
        }
        clock = clock + TimeSpan(milliseconds: 1)
        note(report(request, .working, filled: .zero))
        if case .limit(let limit) = request.kind, request.side == .buy ? limit < price : limit > price {
            return .accepted(report(request, .working, filled: .zero))
        }
        execute(request, quantity)
        return .accepted(report(request, .working, filled: .zero))
    }

    private func execute(_ request: OrderRequest, _ quantity: Quantity) {
        held += request.side.signed(quantity)
        let fill = Fill(
            venue: name, tradeID: "T\(executions.count)", clientID: request.clientID, symbol: request.symbol,
            side: request.side, price: price, quantity: quantity, fee: .zero, at: clock)
        executions.append(fill)
        // Executions before the report that counts them.
        news.append(.fill(fill))
        note(report(request, quantity == request.quantity ? .filled : .cancelled, filled: quantity))
    }

    private func note(_ report: OrderReport) {
        if let id = report.clientID { reports[id] = report }
        news.append(.order(report))
    }

    private func report(_ request: OrderRequest, _ state: OrderState, filled: Quantity) -> OrderReport {
        OrderReport(
            clientID: request.clientID, venueOrderID: "V-\(request.clientID)", symbol: request.symbol,
            side: request.side, kind: request.kind, quantity: request.quantity, filled: filled, state: state,
            reason: nil, at: clock)
    }

    func cancel(_ reference: OrderReference, _ symbol: Symbol) async -> CancelOutcome {
        let found = reports.values.first { report in
            switch reference {
            case .client(let id): report.clientID == id
            case .venue(let id): report.venueOrderID == id
            }
        }
        guard let found, !found.state.isFinal else {
            return .refused(VenueError(.rejected, code: "ENDED", message: "\(reference) is not open"))
        }
        let ended = OrderReport(
            clientID: found.clientID, venueOrderID: found.venueOrderID, symbol: found.symbol, side: found.side,
            kind: found.kind, quantity: found.quantity, filled: found.filled, state: .cancelled, reason: nil, at: clock)
        note(ended)
        return .accepted(ended)
    }

    // 3. Looking things up.

    func order(_ id: ClientOrderID, _ symbol: Symbol) async throws -> OrderReport? { reports[id] }

    func snapshot(fillsSince moment: Timestamp) async throws -> AccountSnapshot {
        AccountSnapshot(
            broker: name,
            openOrders: reports.values.filter { !$0.state.isFinal }.sorted { $0.venueOrderID < $1.venueOrderID },
            positions: held == .zero
                ? [] : [AccountPosition(symbol: rules.symbol, quantity: held, averagePrice: price)],
            balances: [:], fills: executions.filter { $0.at >= moment }, at: clock)
    }

    // 4. News.

    func nextEvents() async throws -> VenueBatch? {
        defer { news = [] }
        return VenueBatch(broker: name, at: clock, events: news)
    }
}
