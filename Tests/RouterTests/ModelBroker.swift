import Brokers
import Core

/// A venue that checks how it is used, and that can be told to fail or to hang.
///
/// It fills market orders at once and keeps everything else open. It does not honour reduce-only, so a router that
/// closes carelessly flips it, and that is a fault it remembers. Illegal use (a client id twice, nothing closed) is
/// remembered too; tests end by asking for ``faults``.
actor ModelBroker: Broker {
    enum Mood: Sendable {
        case healthy
        /// Every question fails.
        case failing
        /// No answer ever, not even to a cancellation.
        case hanging
        /// Orders arrive, but the answer to them is lost.
        case mute
        /// The market is closed: orders are refused.
        case closed
    }

    nonisolated let name: BrokerName
    nonisolated let capabilities: BrokerCapabilities
    private(set) var mood: Mood
    private(set) var faults: [String] = []
    private(set) var sent: [OrderRequest] = []
    private var held: [Symbol: Quantity]
    private var orders: [OrderReport]
    /// Market orders wait this many snapshots before they fill.
    private let slowness: Int
    private var waiting: [(request: OrderRequest, snapshots: Int)] = []
    private var parked: [CheckedContinuation<Void, Never>] = []

    /// - Parameter hasStops: Each position has a stop, which the broker takes back by itself when it takes a close.
    init(
        _ name: String, held: [Symbol: Quantity] = [:], openOrders: Int = 0, hasStops: Bool = false,
        mood: Mood = .healthy, slowness: Int = 0
    ) {
        capabilities = BrokerCapabilities(
            nativeProtections: hasStops, reduceOnly: false, duplicateSafe: false, stopsBlock: !hasStops)
        (self.name, self.held, self.mood, self.slowness) = (BrokerName(name), held, mood, slowness)
        orders = held.keys.sorted().prefix(1).flatMap { symbol in
            (0..<openOrders).map { index in
                OrderReport(
                    clientID: nil, venueOrderID: "foreign\(index)", symbol: symbol, side: .buy,
                    kind: .limit(Price(.one)), quantity: Quantity(.one), filled: .zero, state: .working, reason: nil,
                    at: .epoch)
            }
        }
        for (symbol, quantity) in held.sorted(by: { $0.key < $1.key }) where hasStops {
            orders.append(
                OrderReport(
                    clientID: nil, venueOrderID: "stop-\(symbol)", symbol: symbol,
                    side: quantity > .zero ? .sell : .buy, kind: .stop(trigger: Price(.one)),
                    quantity: quantity.magnitude, filled: .zero, state: .working, reason: nil, at: .epoch))
        }
    }

    func recover() { mood = .healthy }

    /// Lets everybody go who hangs, so that no task outlives its test.
    func release() {
        parked.forEach { $0.resume() }
        parked = []
    }

    private func answer() async throws(VenueError) {
        switch mood {
        case .healthy, .mute, .closed: return
        case .failing: throw VenueError(.retryable, code: "DOWN", message: "the venue is down")
        case .hanging: await withCheckedContinuation { parked.append($0) }
        }
    }

    func instruments(_ symbols: [Symbol]) async throws -> [Instrument] { [] }

    func submit(_ request: OrderRequest) async -> SubmitOutcome {
        do { try await answer() } catch { return .silent(error) }
        if mood == .closed {
            return .refused(VenueError(.rejected, code: "MARKET_CLOSED", message: "come back tomorrow"))
        }
        if sent.contains(where: { $0.clientID == request.clientID }) { faults.append("\(request.clientID) sent twice") }
        sent.append(request)
        if !capabilities.stopsBlock {
            orders.removeAll { $0.symbol == request.symbol && $0.side == request.side && $0.kind.isProtective }
        }
        let report = report(request, .working, filled: .zero)
        orders.append(report)
        if request.kind == .market { waiting.append((request, slowness)) }
        settle()
        if mood == .mute { return .silent(VenueError(.unknownOutcome, code: "LOST", message: "no answer")) }
        return .accepted(report)
    }

    private func settle() {
        for (request, snapshots) in waiting where snapshots <= 0 {
            let before = held[request.symbol] ?? .zero
            let after = before + request.side.signed(request.quantity)
            if before != .zero, after != .zero, (before > .zero) != (after > .zero) {
                faults.append("\(request.symbol) was flipped from \(before) to \(after)")
            }
            if before == .zero, request.reduceOnly { faults.append("\(request.symbol) was opened by a closing order") }
            held[request.symbol] = after == .zero ? nil : after
            orders.removeAll { $0.clientID == request.clientID }
            orders.append(report(request, .filled, filled: request.quantity))
        }
        waiting = waiting.filter { $0.snapshots > 0 }.map { ($0.request, $0.snapshots - 1) }
    }

    private func report(_ request: OrderRequest, _ state: OrderState, filled: Quantity) -> OrderReport {
        OrderReport(
            clientID: request.clientID, venueOrderID: "v\(request.clientID)", symbol: request.symbol,
            side: request.side, kind: request.kind, quantity: request.quantity, filled: filled, state: state,
            reason: nil, at: .epoch)
    }

    func cancel(_ reference: OrderReference, _ symbol: Symbol) async -> CancelOutcome {
        do { try await answer() } catch { return .silent(error) }
        let match = orders.firstIndex { order in
            switch reference {
            case .client(let id): order.clientID == id
            case .venue(let id): order.venueOrderID == id
            }
        }
        guard let match, !orders[match].state.isFinal else {
            return .refused(VenueError(.notFound, code: "UNKNOWN_ORDER", message: "no such order"))
        }
        return .accepted(orders.remove(at: match))
    }

    func order(_ id: ClientOrderID, _ symbol: Symbol) async throws -> OrderReport? {
        try await answer()
        return orders.first { $0.clientID == id }
    }

    func snapshot(fillsSince moment: Timestamp) async throws -> AccountSnapshot {
        try await answer()
        settle()
        let positions = held.keys.sorted().map { symbol in
            AccountPosition(symbol: symbol, quantity: held[symbol] ?? .zero, averagePrice: nil)
        }
        return AccountSnapshot(
            broker: name, openOrders: orders.filter { !$0.state.isFinal }, positions: positions, balances: [:],
            at: .epoch)
    }

    func nextEvents() async throws -> VenueBatch? {
        try await answer()
        return nil
    }
}
