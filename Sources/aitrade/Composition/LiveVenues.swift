import Brokers
import Core
import Engine
import Foundation
import Simulator
import Storage

/// The venues of a run that replays nothing: made from the settings, locked, started and stopped together.
struct LiveVenues {
    /// One venue with what is traded there.
    struct Seat {
        let venue: any LiveBroker
        let symbols: [Symbol]

        var name: BrokerName { venue.name }
    }

    /// By name.
    let seats: [Seat]
    let mode: ExecutionMode
    /// The account of the whole run, as its ledger and its orders name it.
    let account: String
    /// The lock of each account that takes orders.
    private let locks: [String]
    /// Venues that are still to be started.
    let late = LateStarts()

    /// Clients that have not called yet.
    ///
    /// - Throws: ``CommandFailure``.
    init(_ routes: [BrokerName: [Symbol]], mode: ExecutionMode, settings: Settings) throws {
        self.mode = mode
        var venues = settings.venues
        // Paper reads public data alone: no key is ever shown to a venue that tells prices without.
        if mode == .paper { venues.bitget.credentials = nil }
        let names = routes.keys.sorted()
        if mode == .live { for name in names { try Venues.requireKeys(name, venues) } }
        seats = try names.map { Seat(venue: try Venues.client($0, venues), symbols: (routes[$0] ?? []).sorted()) }
        let accounts = Set(names.map { Venues.account($0, venues) }).sorted()
        locks = mode == .live ? Set(names.map { Venues.lock($0, venues) }).sorted() : []
        account = mode == .live ? accounts.joined(separator: "+") : ExecutionMode.paper.rawValue
    }

    /// The venues that a ledger's last settings name.
    ///
    /// - Throws: ``CommandFailure``.
    init(_ configuration: EngineConfiguration, mode: ExecutionMode, settings: Settings) throws {
        var routes = Dictionary(grouping: configuration.assets, by: \.broker).mapValues { $0.map(\.instrument.symbol) }
        for venue in configuration.awaited { routes[venue.broker, default: []] += venue.symbols }
        try self.init(routes, mode: mode, settings: settings)
    }

    /// Takes the machine's lock of every account that takes orders; each is held until it is released or forgotten.
    ///
    /// - Parameter doomed: A killed process that hangs in the kernel with the locks.
    /// - Throws: `InstanceLockError` naming the process that trades the account already.
    func lock(except doomed: Int32? = nil) throws -> [AccountLock] { try AccountLock.take(locks, except: doomed) }

    /// Ends all news and closes all connections.
    func stop() async {
        late.cancel()
        await withTaskGroup(of: Void.self) { group in
            for seat in seats { group.addTask { await seat.venue.stop() } }
        }
    }

    // MARK: Who takes the orders

    /// The brokers of a run.
    struct Brokers {
        let all: [any Broker]
        /// Brings those that live in this process to where the ledger left them.
        let resume: @Sendable (Engine) async throws -> Void
        /// Tells those that live in this process the rules of a venue that answers late.
        var learn: @Sendable (BrokerName, [Instrument]) async -> Void = { _, _ in }

        /// What each of them can do.
        var capabilities: [BrokerName: BrokerCapabilities] {
            Dictionary(all.map { ($0.name, $0.capabilities) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// The venues themselves; in paper mode, simulated exchanges over their prices.
    ///
    /// - Parameter silent: Venues that do not answer: they are not asked for their time.
    func brokers(
        _ instruments: [Instrument], _ settings: Settings, costs: ExchangeCosts, ledger: LedgerReader,
        without silent: Set<BrokerName> = []
    ) async -> Brokers {
        guard mode == .paper else {
            let seats = seats
            return Brokers(all: seats.map(\.venue)) { engine in
                for seat in seats {
                    let orders = engine.desks.filter { $0.broker == seat.name }.flatMap(\.openOrders)
                    if !orders.isEmpty { await seat.venue.recall(orders) }
                }
            }
        }
        var papers: [PaperBroker] = []
        for seat in seats {
            let own = instruments.filter { seat.symbols.contains($0.symbol) }
            let now = silent.contains(seat.name) ? SystemTime.wall() : await seat.venue.time()
            let exchange = Self.exchange(seat.name, own, settings, costs)
            papers.append(PaperBroker(source: seat.venue, configuration: exchange, startingAt: now))
        }
        let made = papers
        var brokers = Brokers(all: made) { engine in
            let fills = try ledger.fills()
            for paper in made {
                let orders = engine.desks.filter { $0.broker == paper.name }.flatMap(\.openOrders)
                    .filter { $0.filled == .zero && [.working, .cancelling].contains($0.state) }.map(\.request)
                await paper.restore(fills: fills, orders: orders)
            }
        }
        let seats = seats
        brokers.learn = { name, rules in
            for paper in made where paper.name == name {
                guard let seat = seats.first(where: { $0.name == name }) else { continue }
                await paper.learn(
                    Self.exchange(name, rules, settings, costs), startingAt: await seat.venue.time())
            }
        }
        return brokers
    }

    /// An exchange in this process, with the budget of each currency as its cash.
    private static func exchange(
        _ name: BrokerName, _ instruments: [Instrument], _ settings: Settings, _ costs: ExchangeCosts
    ) -> ExchangeConfiguration {
        var cash: [Currency: Money] = [:]
        for rules in instruments { cash[rules.quote, default: .zero] += settings.budget.amount(in: rules.quote) }
        return ExchangeConfiguration(broker: name, instruments: instruments, startingCash: cash, costs: costs)
    }
}
