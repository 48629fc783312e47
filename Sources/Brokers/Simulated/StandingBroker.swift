public import Core
import Simulator

/// A venue in this process that lives in real time: prices stand still, orders execute at once, requests and answers
/// get lost by seed. For drills and for trying out loops; no money and no network is involved.
///
/// One bar completes when it is read first, so that a signal can be acted on; then the prices stand for a day.
public actor StandingBroker: Broker {
    /// The name it was given.
    public nonisolated let name: BrokerName
    /// It holds protections where it was told to, honours reduce-only and refuses a client id that it knows.
    public nonisolated let capabilities: BrokerCapabilities
    private var exchange: SimulatedExchange
    private var random: SeededRandom
    private let instruments: [Instrument]
    private let failurePercent: Int
    private let now: @Sendable () -> Timestamp
    private let pause: @Sendable (Duration) async throws -> Void
    /// So many requests or answers were lost.
    public private(set) var failures = 0
    private var isFrozen = false
    private var isBroken = false
    private var isReadingHistory = false
    private var delay = Duration.zero

    /// A venue at which everything costs the same from now on.
    ///
    /// - Parameters:
    ///   - prices: Where each instrument stands; positive.
    ///   - failurePercent: How many of a hundred requests get lost, and as many answers.
    ///   - now: The time of its news.
    ///   - pause: Waits between looks for news, and for a delay.
    public init(
        name: BrokerName, prices: [(instrument: Instrument, price: Double)], nativeProtections: Bool = true,
        failurePercent: Int = 0, seed: UInt64 = 0, now: @escaping @Sendable () -> Timestamp,
        pause: @escaping @Sendable (Duration) async throws -> Void
    ) {
        (self.name, self.failurePercent, self.now, self.pause) = (name, failurePercent, now, pause)
        capabilities = BrokerCapabilities(
            nativeProtections: nativeProtections, reduceOnly: true, duplicateSafe: true)
        random = SeededRandom(seed: seed, stream: name.text)
        instruments = prices.map(\.instrument)
        let start = now() - Self.minute.span
        exchange = SimulatedExchange(
            configuration: ExchangeConfiguration(broker: name, instruments: instruments), startingAt: start)
        for (instrument, price) in prices {
            exchange.openBar(Self.bar(at: start, price), interval: Self.minute, of: instrument.symbol)
        }
        let opened = start + Self.minute.span
        while exchange.advance(to: opened) != nil {}
        for (instrument, _) in prices { exchange.closeBar(of: instrument.symbol) }
        for (instrument, price) in prices {
            exchange.openBar(Self.bar(at: opened, price), interval: Self.day, of: instrument.symbol)
        }
    }

    private static let minute = interval(seconds: 60)
    private static let day = interval(seconds: 86_400)

    private static func interval(seconds: Int64) -> BarInterval {
        guard let interval = BarInterval(milliseconds: seconds * 1000) else {
            preconditionFailure("a whole number of seconds is an interval")
        }
        return interval
    }

    private static func bar(at time: Timestamp, _ price: Double) -> Bar {
        Bar(openTime: time, open: price, high: price, low: price, close: price, volume: 1)
    }

    // MARK: Moods

    /// From now on nothing is answered and nothing is told, until it is set back.
    public func freeze(_ isFrozen: Bool) { self.isFrozen = isFrozen }

    /// From now on the stream of news fails, until it is set back; what happens meanwhile is never told.
    public func breakStream(_ isBroken: Bool) {
        if self.isBroken { while exchange.advance(to: now()) != nil {} }
        self.isBroken = isBroken
    }

    /// From now on executions are still being read, until it is set back: only what is held is told.
    public func readHistory(_ isReading: Bool) { isReadingHistory = isReading }

    /// From now on every answer takes this long.
    public func slow(by delay: Duration) { self.delay = delay }

    /// Someone else trades on the account.
    public func trade(_ request: OrderRequest) { _ = exchange.submit(request) }

    /// What the account holds, without loss and delay.
    public func truth() -> AccountSnapshot { exchange.snapshot() }

    private func travel() async throws -> Bool {
        while isFrozen { try await pause(.milliseconds(20)) }
        if delay > .zero { try await pause(delay) }
        guard random.below(100) < failurePercent else { return true }
        failures += 1
        return false
    }

    private func isLost() async -> Bool { (try? await travel()) != true }

    private static let lost = VenueError(.unknownOutcome, code: "LOST", message: "the request or its answer got lost")

    // MARK: The port

    /// The rules of what stands here; `notFound` for anything else.
    public func instruments(_ symbols: [Symbol]) async throws -> [Instrument] {
        try symbols.map { symbol in
            guard let found = instruments.first(where: { $0.symbol == symbol }) else {
                throw VenueError(.notFound, code: "UNKNOWN_SYMBOL", message: "\(symbol) is not traded on \(name)")
            }
            return found
        }
    }

    /// Takes the order now, unless the request gets lost; silent when it or its answer did.
    public func submit(_ request: OrderRequest) async -> SubmitOutcome {
        if await isLost() { return .silent(Self.lost) }
        let result = exchange.submit(request)
        if await isLost() { return .silent(Self.lost) }
        switch result {
        case .success(let report): return .accepted(report)
        case .failure(let error): return .refused(error)
        }
    }

    /// Cancels now, unless the request gets lost; silent when it or its answer did.
    public func cancel(_ reference: OrderReference, _ symbol: Symbol) async -> CancelOutcome {
        if await isLost() { return .silent(Self.lost) }
        let result = exchange.cancel(reference)
        if await isLost() { return .silent(Self.lost) }
        switch result {
        case .success(let report): return .accepted(report)
        case .failure(let error): return .refused(error)
        }
    }

    /// The order as the exchange has it.
    public func order(_ id: ClientOrderID, _ symbol: Symbol) async throws -> OrderReport? {
        guard try await travel() else { throw Self.lost }
        return exchange.order(.client(id))
    }

    /// The account now, and its executions at or after `moment`.
    public func snapshot(fillsSince moment: Timestamp) async throws -> AccountSnapshot {
        guard try await travel() else { throw Self.lost }
        if isReadingHistory, moment != .distantFuture {
            throw VenueError(.retryable, code: VenueError.pendingExecutions, message: "\(name) still reads executions")
        }
        let read = exchange.snapshot(fillsSince: moment)
        return AccountSnapshot(
            broker: read.broker, openOrders: read.openOrders, positions: read.positions, balances: read.balances,
            fills: read.fills, at: now())
    }

    /// Waits for news in real time.
    public func nextEvents() async throws -> VenueBatch? {
        while true {
            try Task.checkCancellation()
            if isBroken { throw VenueError(.retryable, code: "STREAM_BROKEN", message: "\(name) hung up") }
            if !isFrozen, let batch = exchange.advance(to: now()) { return batch }
            try await pause(.milliseconds(5))
        }
    }
}
