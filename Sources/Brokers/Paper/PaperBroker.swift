public import Core
public import Simulator

/// Live prices and bars of a venue, simulated fills: nothing is ever sent to the venue.
///
/// The simulated exchange steps once a second at most: all prices that came since are opened together. It lives in
/// this process; what it holds is in the ledger of the run, and ``restore(fills:orders:)`` brings it back.
public actor PaperBroker: AmendingBroker {
    public nonisolated let name: BrokerName
    public nonisolated let capabilities = BrokerCapabilities(
        nativeProtections: true, reduceOnly: true, duplicateSafe: true, amendsProtections: true)
    private let source: any Broker
    private var exchange: SimulatedExchange
    private var pending: [Symbol: Price] = [:]
    private let step: BarInterval
    /// What the ledger told, for an exchange that begins late.
    private var restored: (fills: [Fill], orders: [OrderRequest]) = ([], [])

    /// A broker over a venue's news.
    ///
    /// - Parameters:
    ///   - source: Whose prices and bars are told.
    ///   - configuration: Instruments, cash and costs of the simulated exchange; its broker name is this broker's.
    ///   - start: The moment before the first news.
    public init(source: any Broker, configuration: ExchangeConfiguration, startingAt start: Timestamp) {
        guard let second = BarInterval(milliseconds: 1000) else { preconditionFailure("a second is an interval") }
        (self.source, name, step) = (source, configuration.broker, second)
        exchange = SimulatedExchange(configuration: configuration, startingAt: start)
    }

    /// Begins to trade what nobody knew the rules of before; what the ledger told holds here too.
    ///
    /// - Precondition: No instrument was known until now.
    public func learn(_ configuration: ExchangeConfiguration, startingAt start: Timestamp) {
        precondition(exchange.configuration.instruments.isEmpty, "what is traded already has an account")
        exchange = SimulatedExchange(configuration: configuration, startingAt: start)
        restore(fills: restored.fills, orders: restored.orders)
    }

    /// Goes on from what a ledger tells: its executions, and the orders that rested when it was written last. Orders
    /// that were on their way never arrived.
    ///
    /// - Precondition: Nothing was executed yet.
    public func restore(fills: [Fill], orders: [OrderRequest]) {
        restored = (fills, orders)
        exchange.restore(fills.filter { $0.venue == name })
        for order in orders where order.kind != .market { _ = exchange.submit(order) }
    }

    public func instruments(_ symbols: [Symbol]) async throws -> [Instrument] {
        try await source.instruments(symbols)
    }

    public func submit(_ request: OrderRequest) async -> SubmitOutcome {
        switch exchange.submit(request) {
        case .success(let report): .accepted(report)
        case .failure(let error): .refused(error)
        }
    }

    public func cancel(_ reference: OrderReference, _ symbol: Symbol) async -> CancelOutcome {
        switch exchange.cancel(reference) {
        case .success(let report): .accepted(report)
        case .failure(let error): .refused(error)
        }
    }

    /// Moves a simulated protection.
    public func amend(_ change: ProtectionChange) async -> AmendOutcome {
        let reference = OrderReference.client(change.clientID)
        switch exchange.amend(reference, trigger: change.trigger, quantity: change.quantity) {
        case .success(let report): return .accepted(report)
        case .failure(let error): return .refused(error)
        }
    }

    public func order(_ id: ClientOrderID, _ symbol: Symbol) async throws -> OrderReport? {
        exchange.order(.client(id))
    }

    public func snapshot(fillsSince moment: Timestamp) async throws -> AccountSnapshot {
        exchange.snapshot(fillsSince: moment)
    }

    public func nextEvents() async throws -> VenueBatch? {
        while true {
            guard let news = try await source.nextEvents() else { return nil }
            let told = VenueBatch(broker: name, at: news.at, events: news.events.filter(\.isNewsOfTheMarket))
            let batch = take(told)
            if !batch.events.isEmpty { return batch }
        }
    }

    /// The news of the market with what they cause on the simulated exchange.
    private func take(_ news: VenueBatch) -> VenueBatch {
        for case .price(let symbol, let price) in news.events where exchange.instrument(symbol) != nil {
            pending[symbol] = price
        }
        var caused: [VenueEvent] = []
        if news.at >= exchange.now, !pending.isEmpty {
            caused += told(until: news.at)
            let symbols = pending.keys.sorted()
            for symbol in symbols {
                let price = pending[symbol]?.double ?? 0
                let bar = Bar(
                    openTime: exchange.now, open: price, high: price, low: price, close: price, volume: 1)
                exchange.openBar(bar, interval: step, of: symbol)
            }
            caused += told(until: exchange.now + step.span)
            for symbol in symbols { exchange.closeBar(of: symbol) }
            caused += told(until: exchange.now)
            pending = [:]
        }
        return VenueBatch(broker: name, at: news.at, events: news.events + caused)
    }

    private func told(until moment: Timestamp) -> [VenueEvent] {
        var events: [VenueEvent] = []
        while let batch = exchange.advance(to: moment) { events += batch.events.filter { !$0.isNewsOfTheMarket } }
        return events
    }
}

extension VenueEvent {
    /// Whether it tells of the market, not of an account.
    fileprivate var isNewsOfTheMarket: Bool {
        switch self {
        case .order, .fill: false
        default: true
        }
    }
}
