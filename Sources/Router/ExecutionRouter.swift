public import Brokers
public import Core

/// How patient the router is.
public struct RouterLimits: Hashable, Sendable {
    /// How long a venue may take to answer one request.
    public let answer: Duration
    /// How often ``ExecutionRouter/closeAllPositions(identity:)`` acts and reads again, at most.
    public let closeAttempts: Int
    /// The pause after its first attempt; it doubles with each further one, up to eight-fold.
    public let closeBackoff: Duration
    /// Throttles by broker; a broker that is not listed is not throttled.
    public let throttles: [BrokerName: ThrottleLimits]

    /// Limits from their parts.
    ///
    /// - Precondition: There is at least one attempt to close.
    public init(
        answer: Duration = .seconds(10), closeAttempts: Int = 10, closeBackoff: Duration = .milliseconds(250),
        throttles: [BrokerName: ThrottleLimits] = [:]
    ) {
        precondition(closeAttempts > 0, "closing takes an attempt")
        (self.answer, self.closeAttempts, self.closeBackoff) = (answer, closeAttempts, closeBackoff)
        self.throttles = throttles
    }
}

/// Sends each order to its broker, and asks all brokers at once.
///
/// One broker never waits for another: every question has a limit, after which its outcome is unknown. Entries that a
/// throttle has no room for are refused as rate limited (they were not sent); exits and cancellations wait for room, of
/// which a share is kept for them.
public actor ExecutionRouter {
    nonisolated let brokers: [BrokerName: any Broker]
    private let table: RoutingTable
    nonisolated let limits: RouterLimits
    nonisolated let deadline: Deadline
    private let uptime: @Sendable () -> Duration
    private var buckets: [BrokerName: TokenBucket] = [:]

    /// A router over brokers of different names.
    ///
    /// - Parameters:
    ///   - brokers: The brokers that are there.
    ///   - table: The broker of each symbol; without one, orders name their broker.
    ///   - limits: Patience and throttles.
    ///   - clock: Measures limits, pauses and throttles.
    /// - Precondition: Broker names are unique.
    public init(
        brokers: [any Broker], table: RoutingTable = RoutingTable(all: [], to: BrokerName("")),
        limits: RouterLimits = RouterLimits(), clock: some Clock<Duration> = ContinuousClock()
    ) {
        precondition(Set(brokers.map(\.name)).count == brokers.count, "each broker has its own name")
        self.brokers = Dictionary(uniqueKeysWithValues: brokers.map { ($0.name, $0) })
        (self.table, self.limits) = (table, limits)
        deadline = Deadline(limit: limits.answer) { try await clock.sleep(for: $0) }
        let start = clock.now
        uptime = { start.duration(to: clock.now) }
        for (name, throttle) in limits.throttles { buckets[name] = TokenBucket(throttle, at: .zero) }
    }

    /// The brokers, by name.
    public nonisolated var names: [BrokerName] { brokers.keys.sorted() }

    /// What a broker can do by itself; nil when it is not there.
    public nonisolated func capabilities(of broker: BrokerName) -> BrokerCapabilities? {
        brokers[broker]?.capabilities
    }

    /// Sends an order to the broker of its symbol.
    public func submit(_ request: OrderRequest) async -> SubmitOutcome {
        switch route(request.symbol) {
        case .success(let name): await submit(request, to: name)
        case .failure(let error): .refused(error)
        }
    }

    /// Sends an order to a broker. A broker that does not answer in time leaves it silent.
    public func submit(_ request: OrderRequest, to name: BrokerName) async -> SubmitOutcome {
        guard let broker = brokers[name] else { return .refused(Self.unknown(name)) }
        let isExit = request.reduceOnly || !request.purpose.mayOpen
        guard await hasRoom(name, forExit: isExit) else {
            let message = "\(name) was sent as many orders as its throttle allows; the rest is kept for exits"
            return .refused(VenueError(.rateLimited, code: "THROTTLED", message: message))
        }
        do {
            return try await deadline.run(name) { await broker.submit(request) }
        } catch {
            return .silent(error)
        }
    }

    /// Asks the broker of a symbol to cancel an order.
    public func cancel(_ reference: OrderReference, _ symbol: Symbol) async -> CancelOutcome {
        switch route(symbol) {
        case .success(let name): await cancel(reference, symbol, at: name)
        case .failure(let error): .refused(error)
        }
    }

    /// Asks a broker to cancel an order. A broker that does not answer in time leaves the wish silent.
    public func cancel(_ reference: OrderReference, _ symbol: Symbol, at name: BrokerName) async -> CancelOutcome {
        guard let broker = brokers[name] else { return .refused(Self.unknown(name)) }
        _ = await hasRoom(name, forExit: true)
        do {
            return try await deadline.run(name) { await broker.cancel(reference, symbol) }
        } catch {
            return .silent(error)
        }
    }

    /// Looks an order up at the broker of its symbol; nil when the venue never heard of it.
    ///
    /// - Throws: `VenueError`, also when the symbol has no route.
    public func order(_ id: ClientOrderID, _ symbol: Symbol) async throws -> OrderReport? {
        try await order(id, symbol, at: route(symbol).get())
    }

    /// Looks an order up at a broker; nil when the venue never heard of it.
    ///
    /// - Throws: `VenueError`, also when the broker is not there or does not answer in time.
    public nonisolated func order(
        _ id: ClientOrderID, _ symbol: Symbol, at name: BrokerName
    ) async throws -> OrderReport? {
        let broker = try known(name)
        return try await deadline.run(name) { try await broker.order(id, symbol) }
    }

    /// The rules of instruments at a broker, in the order asked for.
    ///
    /// - Throws: `VenueError`, also when the broker is not there or does not answer in time.
    public nonisolated func instruments(_ symbols: [Symbol], at name: BrokerName) async throws -> [Instrument] {
        let broker = try known(name)
        return try await deadline.run(name) { try await broker.instruments(symbols) }
    }

    /// What a broker's account holds, and its executions at or after `moment`, of which there are none by default.
    ///
    /// - Throws: `VenueError`, also when the broker is not there or does not answer in time.
    public nonisolated func snapshot(
        of name: BrokerName, fillsSince moment: Timestamp = .distantFuture
    ) async throws -> AccountSnapshot {
        let broker = try known(name)
        return try await deadline.run(name) { try await broker.snapshot(fillsSince: moment) }
    }

    /// Waits for a broker's news, without a limit; nil when none will come by itself any more.
    ///
    /// - Parameter limit: A moment of virtual time: a broker that knows such goes no further, and gives nil when there
    ///   is no news before it.
    /// - Throws: What the broker throws; `VenueError` when it is not there.
    public nonisolated func nextEvents(
        from name: BrokerName, until limit: Timestamp? = nil
    ) async throws -> VenueBatch? {
        let broker = try known(name)
        guard let limit, let stepped = broker as? any SteppedBroker else { return try await broker.nextEvents() }
        return try await stepped.nextEvents(until: limit)
    }

    /// What all brokers hold, asked at once; each answers or fails for itself.
    public nonisolated func snapshots() async -> [BrokerName: Result<AccountSnapshot, VenueError>] {
        await withTaskGroup(of: (BrokerName, Result<AccountSnapshot, VenueError>).self) { group in
            for name in names {
                group.addTask { (name, await self.reading(of: name)) }
            }
            var answers: [BrokerName: Result<AccountSnapshot, VenueError>] = [:]
            for await answer in group { answers[answer.0] = answer.1 }
            return answers
        }
    }

    private nonisolated func reading(of name: BrokerName) async -> Result<AccountSnapshot, VenueError> {
        do throws(VenueError) {
            let broker = try known(name)
            return .success(try await deadline.run(name) { try await broker.snapshot() })
        } catch {
            return .failure(error)
        }
    }

    /// Takes a place in a broker's throttle. Exits wait for theirs, entries do not.
    func hasRoom(_ name: BrokerName, forExit: Bool) async -> Bool {
        while let wait = buckets[name]?.take(forExit: forExit, at: uptime()) {
            guard forExit, (try? await deadline.sleep(wait)) != nil else { return forExit }
        }
        return true
    }

    private func route(_ symbol: Symbol) -> Result<BrokerName, VenueError> {
        do {
            return .success(try table.broker(for: symbol))
        } catch {
            return .failure(VenueError(.configuration, code: "NO_ROUTE", message: error.description))
        }
    }

    private nonisolated func known(_ name: BrokerName) throws(VenueError) -> any Broker {
        guard let broker = brokers[name] else { throw Self.unknown(name) }
        return broker
    }

    static func unknown(_ name: BrokerName) -> VenueError {
        VenueError(.configuration, code: "UNKNOWN_BROKER", message: "no broker is named \(name): check the routes")
    }
}
