import Brokers
public import Core

/// How closing everything at one broker ended.
public struct CloseOut: Hashable, Sendable {
    /// The broker.
    public let broker: BrokerName
    /// Whether the last reading proves that nothing is held and nothing can execute any more.
    public let isFlat: Bool
    /// The last reading that succeeded; nil when the broker never answered. When not flat, what is left is in it.
    public let lastRead: AccountSnapshot?
    /// How often it was acted and read again.
    public let attempts: Int
    /// What went wrong on the way, in order.
    public let errors: [VenueError]
}

/// Closes everything at one broker: cancel, close, read again, until a reading proves it flat.
///
/// Invariants: a position is closed only by an amount read after every earlier closing order of its symbol was known to
/// have ended, so that two closings never add up to a flip, whether or not the venue honours reduce-only; silence after
/// a closing order is looked up by its client id, never repeated under another one.
struct CloseRun {
    let broker: any Broker
    let deadline: Deadline
    /// Sends through the router, so that the throttle counts.
    let submit: @Sendable (OrderRequest) async -> SubmitOutcome
    let cancel: @Sendable (OrderReference, Symbol) async -> CancelOutcome
    /// Names the closing order of a symbol; the last argument counts them.
    let identity: @Sendable (BrokerName, Symbol, Int) -> ClientOrderID

    private var legs: [Symbol: Int] = [:]
    private var lastRead: AccountSnapshot?
    private var errors: [VenueError] = []

    init(
        broker: any Broker, deadline: Deadline, submit: @escaping @Sendable (OrderRequest) async -> SubmitOutcome,
        cancel: @escaping @Sendable (OrderReference, Symbol) async -> CancelOutcome,
        identity: @escaping @Sendable (BrokerName, Symbol, Int) -> ClientOrderID
    ) {
        (self.broker, self.deadline, self.submit, self.cancel) = (broker, deadline, submit, cancel)
        self.identity = identity
    }

    mutating func run(attempts: Int, backoff: Duration) async -> CloseOut {
        for attempt in 0..<attempts {
            if await act() { return result(isFlat: true, attempts: attempt + 1) }
            if (try? await deadline.sleep(backoff * (1 << min(attempt, 3)))) == nil {
                return result(isFlat: false, attempts: attempt + 1)
            }
        }
        let pending = await unsettled(legs.keys.sorted())
        let isFlat = await read()?.isFlat == true
        return result(isFlat: isFlat && pending.isEmpty, attempts: attempts)
    }

    private func result(isFlat: Bool, attempts: Int) -> CloseOut {
        CloseOut(broker: broker.name, isFlat: isFlat, lastRead: lastRead, attempts: attempts, errors: errors)
    }

    /// One attempt.
    ///
    /// - Returns: Whether the account was read flat.
    private mutating func act() async -> Bool {
        // Whatever was sent before has to have ended before positions are believed.
        var pending = await unsettled(legs.keys.sorted())
        guard var account = await read() else { return false }
        if account.isFlat { return pending.isEmpty }
        let strangers = account.positions.map(\.symbol).filter { legs[$0] == nil && !pending.contains($0) }
        for symbol in strangers { legs[symbol] = 0 }
        pending.formUnion(await unsettled(strangers))
        // Fills cross cancellations and lookups: what is closed is what is read after both.
        let cancelled = await cancelOrders(account.openOrders.filter { !isGuard($0, account) }, except: pending)
        if cancelled || !strangers.isEmpty {
            guard let again = await read() else { return false }
            account = again
        }
        for position in account.positions where !pending.contains(position.symbol) && legs[position.symbol] != nil {
            await close(position)
        }
        guard let after = await read() else { return false }
        return after.isFlat && pending.isEmpty
    }

    /// The symbols whose closing order may still execute. A leg that has ended makes room for the next.
    private mutating func unsettled(_ symbols: [Symbol]) async -> Set<Symbol> {
        var pending: Set<Symbol> = []
        for symbol in symbols {
            // A restart finds the legs of the run before it; there are never more than a handful.
            for _ in 0..<64 {
                let leg = legs[symbol] ?? 0
                do {
                    let (broker, id) = (broker, identity(broker.name, symbol, leg))
                    let found = try await deadline.run(broker.name) { try await broker.order(id, symbol) }
                    guard let found else { break }
                    guard found.state.isFinal else {
                        pending.insert(symbol)
                        break
                    }
                    legs[symbol] = leg + 1
                } catch {
                    errors.append(error)
                    pending.insert(symbol)
                    break
                }
            }
        }
        return pending
    }

    /// Whether a stop looks after a position, and goes by itself once a close can take its place: until then it stays.
    private func isGuard(_ order: OrderReport, _ account: AccountSnapshot) -> Bool {
        let capabilities = broker.capabilities
        guard order.kind.isProtective, !capabilities.reduceOnly, !capabilities.stopsBlock,
            let held = account.positions.first(where: { $0.symbol == order.symbol })?.quantity
        else { return false }
        return order.side == (held > .zero ? .sell : .buy)
    }

    /// Cancels everything but the closing orders on their way.
    ///
    /// - Returns: Whether there was anything to cancel.
    private mutating func cancelOrders(_ orders: [OrderReport], except pending: Set<Symbol>) async -> Bool {
        var asked = false
        for order in orders {
            if pending.contains(order.symbol), let id = order.clientID,
                id == identity(broker.name, order.symbol, legs[order.symbol] ?? 0)
            {
                continue
            }
            asked = true
            switch await cancel(.venue(order.venueOrderID), order.symbol) {
            case .accepted: break
            case .refused(let error), .silent(let error): errors.append(error)
            }
        }
        return asked
    }

    private mutating func close(_ position: AccountPosition) async {
        precondition(position.quantity != .zero, "a position is not flat")
        let request = OrderRequest(
            clientID: identity(broker.name, position.symbol, legs[position.symbol] ?? 0), symbol: position.symbol,
            side: position.quantity > .zero ? .sell : .buy, quantity: position.quantity.magnitude, kind: .market,
            reduceOnly: true, purpose: .flatten)
        switch await submit(request) {
        case .accepted: break
        case .refused(let error), .silent(let error): errors.append(error)
        }
    }

    private mutating func read() async -> AccountSnapshot? {
        do {
            let broker = broker
            let account = try await deadline.run(broker.name) { try await broker.snapshot() }
            lastRead = account
            return account
        } catch {
            errors.append(error)
            return nil
        }
    }
}

extension ExecutionRouter {
    /// Cancels every order and closes every position at every broker, ours or not, all brokers in parallel, and reads
    /// each until it is flat or the attempts are used up. A failing or hanging broker delays no other.
    ///
    /// - Parameter identity: Names the closing orders: broker, symbol and a count from zero. It has to give the same
    ///   names again after a restart, so that a closing order that was sent before is found and not repeated.
    /// - Returns: One result per broker, by name.
    public nonisolated func closeAllPositions(
        identity: @escaping @Sendable (BrokerName, Symbol, Int) -> ClientOrderID
    ) async -> [CloseOut] {
        await withTaskGroup(of: CloseOut.self) { group in
            for (name, broker) in brokers {
                group.addTask {
                    var run = CloseRun(
                        broker: broker, deadline: self.deadline,
                        submit: { await self.submit($0, to: name) },
                        cancel: { await self.cancel($0, $1, at: name) }, identity: identity)
                    return await run.run(attempts: self.limits.closeAttempts, backoff: self.limits.closeBackoff)
                }
            }
            var results: [CloseOut] = []
            for await result in group { results.append(result) }
            return results.sorted { $0.broker < $1.broker }
        }
    }
}
