import Brokers
import Core
import Simulator

/// What the runner asks a broker for.
enum BrokerCall: Hashable, Sendable {
    case submit(OrderRequest)
    case cancel(OrderReference)
    case order(ClientOrderID)
    case snapshot
    case nextEvents
}

/// The simulated broker, with somebody watching before each call and after each answer.
actor WatchedBroker: SteppedBroker {
    typealias Watcher = @Sendable (BrokerCall) async -> Void

    nonisolated let name: BrokerName
    nonisolated let capabilities: BrokerCapabilities
    private let inner: SimulatedBroker
    private let before: Watcher
    private let after: Watcher

    init(_ inner: SimulatedBroker, before: @escaping Watcher, after: @escaping Watcher) {
        (self.inner, self.before, self.after) = (inner, before, after)
        (name, capabilities) = (inner.name, inner.capabilities)
    }

    private func watched<Answer: Sendable>(
        _ call: BrokerCall, _ body: () async throws -> Answer
    ) async rethrows -> Answer {
        await before(call)
        let answer = try await body()
        await after(call)
        return answer
    }

    func instruments(_ symbols: [Symbol]) async throws -> [Instrument] {
        try await inner.instruments(symbols)
    }

    func submit(_ request: OrderRequest) async -> SubmitOutcome {
        await watched(.submit(request)) { await inner.submit(request) }
    }

    func cancel(_ reference: OrderReference, _ symbol: Symbol) async -> CancelOutcome {
        await watched(.cancel(reference)) { await inner.cancel(reference, symbol) }
    }

    func order(_ id: ClientOrderID, _ symbol: Symbol) async throws -> OrderReport? {
        try await watched(.order(id)) { try await inner.order(id, symbol) }
    }

    func snapshot(fillsSince moment: Timestamp) async throws -> AccountSnapshot {
        try await watched(.snapshot) { try await inner.snapshot(fillsSince: moment) }
    }

    func nextEvents() async throws -> VenueBatch? {
        try await watched(.nextEvents) { try await inner.nextEvents() }
    }

    func nextEvents(until limit: Timestamp) async throws -> VenueBatch? {
        try await watched(.nextEvents) { try await inner.nextEvents(until: limit) }
    }
}
