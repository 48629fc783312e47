public import Core
public import Simulator

/// Stored bars behind the broker port: each call of ``nextEvents()`` moves virtual time on to the next news.
///
/// After the end of the data it gives nil; orders that can still act (a flatten at the last close) then cause further
/// news, which the next call tells.
public actor SimulatedBroker: AmendingBroker, SteppedBroker {
    /// The name given by the exchange's configuration.
    public nonisolated let name: BrokerName
    /// It holds protections, honours reduce-only and refuses a client id that it knows.
    public nonisolated let capabilities = BrokerCapabilities(
        nativeProtections: true, reduceOnly: true, duplicateSafe: true, amendsProtections: true)
    private var market: ReplayedMarket

    /// A broker over a market, at the market's present.
    public init(_ market: ReplayedMarket) {
        self.market = market
        name = market.configuration.broker
    }

    /// Goes through recorded steps again, so that a market before its first bar becomes what it was.
    ///
    /// - Throws: ``ReplayDivergence`` when a batch is not the recorded one. The broker is then of no use any more.
    public func rebuild(_ steps: [RecordedStep]) throws(ReplayDivergence) {
        try market.replay(steps)
    }

    /// The configured rules; `notFound` for a symbol without an instrument.
    public func instruments(_ symbols: [Symbol]) async throws -> [Instrument] {
        try symbols.map { symbol in
            guard let instrument = market.instrument(symbol) else {
                let message = "\(symbol) is not traded on \(name): import its bars or remove the asset"
                throw VenueError(.notFound, code: "UNKNOWN_SYMBOL", message: message)
            }
            return instrument
        }
    }

    /// Takes the order at the current virtual time; the outcome is never silent.
    public func submit(_ request: OrderRequest) async -> SubmitOutcome {
        switch market.submit(request) {
        case .success(let report): .accepted(report)
        case .failure(let error): .refused(error)
        }
    }

    /// Changes the order at the current virtual time, or after the latency; the outcome is never silent.
    public func amend(_ change: ProtectionChange) async -> AmendOutcome {
        switch market.amend(.client(change.clientID), trigger: change.trigger, quantity: change.quantity) {
        case .success(let report): .accepted(report)
        case .failure(let error): .refused(error)
        }
    }

    /// Cancels at the current virtual time, or after the latency; the outcome is never silent.
    public func cancel(_ reference: OrderReference, _ symbol: Symbol) async -> CancelOutcome {
        switch market.cancel(reference) {
        case .success(let report): .accepted(report)
        case .failure(let error): .refused(error)
        }
    }

    /// The order as the exchange has it, a refused one included.
    public func order(_ id: ClientOrderID, _ symbol: Symbol) async throws -> OrderReport? {
        market.order(.client(id))
    }

    /// The account at the current virtual time, and its executions at or after `moment`.
    public func snapshot(fillsSince moment: Timestamp) async throws -> AccountSnapshot {
        market.snapshot(fillsSince: moment)
    }

    /// Moves virtual time on to the next news; nil at the end of the data.
    public func nextEvents() async throws -> VenueBatch? { market.next() }

    /// Moves virtual time on to the next news, or to `limit` when there is none before it.
    public func nextEvents(until limit: Timestamp) async throws -> VenueBatch? { market.next(until: limit) }
}
