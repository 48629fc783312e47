public import Core

/// A venue as the rest of the house sees it: the only port through which orders leave.
///
/// Every implementation passes the `BrokerContract` tests: a client id names at most one order for ever; an order can
/// be looked up by it; a reduce-only order never enlarges or flips a position; each execution is told exactly once by
/// ``nextEvents()``. All thrown errors are `VenueError`, cancellation aside.
public protocol Broker: Actor {
    /// The name that routes and ledgers use.
    nonisolated var name: BrokerName { get }

    /// What the venue does by itself.
    nonisolated var capabilities: BrokerCapabilities { get }

    /// The rules of the named instruments, in the order asked for.
    ///
    /// - Throws: `VenueError` with remedy `notFound` when the venue does not trade one of them.
    func instruments(_ symbols: [Symbol]) async throws -> [Instrument]

    /// Sends an order. Never throws: what became of it is the outcome.
    func submit(_ request: OrderRequest) async -> SubmitOutcome

    /// Asks to cancel an order.
    func cancel(_ reference: OrderReference, _ symbol: Symbol) async -> CancelOutcome

    /// Looks an order up; nil when the venue never heard of it.
    func order(_ id: ClientOrderID, _ symbol: Symbol) async throws -> OrderReport?

    /// Everything the account holds now, foreign orders and positions included, and its executions at or after
    /// `moment`, ours or not. All of it is of one moment as far as the venue can; executions that are missing from the
    /// list although the position shows them must appear in a later one.
    func snapshot(fillsSince moment: Timestamp) async throws -> AccountSnapshot

    /// Waits for news; nil when none will ever come by itself any more. One reader at a time.
    func nextEvents() async throws -> VenueBatch?
}

extension Broker {
    /// Everything the account holds now, without executions.
    public func snapshot() async throws -> AccountSnapshot { try await snapshot(fillsSince: .distantFuture) }
}
