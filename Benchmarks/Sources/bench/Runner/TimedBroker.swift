import Brokers
import Core

/// The simulated broker with a stopwatch at its door.
actor TimedBroker: Broker {
    nonisolated let name: BrokerName
    nonisolated let capabilities: BrokerCapabilities
    private let inner: SimulatedBroker
    private let watch: Stopwatch
    private let onNews: @Sendable (Timestamp) -> Void

    /// - Parameter onNews: Called with the time of each batch before it is handed on.
    init(_ inner: SimulatedBroker, _ watch: Stopwatch, onNews: @escaping @Sendable (Timestamp) -> Void = { _ in }) {
        (self.inner, self.watch, self.onNews) = (inner, watch, onNews)
        (name, capabilities) = (inner.name, inner.capabilities)
    }

    func instruments(_ symbols: [Symbol]) async throws -> [Instrument] { try await inner.instruments(symbols) }

    func submit(_ request: OrderRequest) async -> SubmitOutcome {
        if request.purpose == .entry { watch.stop() }
        watch.sent(1)
        defer { watch.sent(-1) }
        return await inner.submit(request)
    }

    func cancel(_ reference: OrderReference, _ symbol: Symbol) async -> CancelOutcome {
        await inner.cancel(reference, symbol)
    }

    func order(_ id: ClientOrderID, _ symbol: Symbol) async throws -> OrderReport? {
        try await inner.order(id, symbol)
    }

    func snapshot(fillsSince moment: Timestamp) async throws -> AccountSnapshot {
        try await inner.snapshot(fillsSince: moment)
    }

    func nextEvents() async throws -> VenueBatch? {
        guard let batch = try await inner.nextEvents() else { return nil }
        watch.received(batch.events.count)
        onNews(batch.at)
        return batch
    }
}
