import Brokers
import Core
import Engine

/// What the venues said when a run began, of what is traded there.
struct Reception {
    /// The rules of everything that is traded, by symbol, as far as they are known.
    private(set) var rules: [Instrument] = []
    /// The venues that have yet to answer, and what came instead.
    private(set) var silent: [BrokerName: VenueError] = [:]
    private var waiting: Set<BrokerName>

    /// Waits for these venues.
    init(waitingFor names: [BrokerName]) { waiting = Set(names) }

    /// Whether nobody is waited for any more.
    var isComplete: Bool { waiting.isEmpty }

    /// Whether there is anything to trade.
    var hasRules: Bool { !rules.isEmpty }

    /// A venue told its rules.
    mutating func told(_ rules: [Instrument], by broker: BrokerName) {
        guard waiting.remove(broker) != nil else { return }
        self.rules = (self.rules + rules).sorted { $0.symbol < $1.symbol }
    }

    /// A venue did not; `known` is what an earlier run left of it.
    mutating func missed(_ broker: BrokerName, _ error: VenueError, _ known: [Instrument]) {
        guard waiting.contains(broker) else { return }
        told(known, by: broker)
        silent[broker] = error
    }

    /// A venue told its rules and then nothing more.
    mutating func lost(_ broker: BrokerName, _ error: VenueError) { silent[broker] = error }

    /// The venues that nobody has heard of yet, by name.
    var pending: [BrokerName] { waiting.sorted() }

    /// What of a venue's assets has no rules.
    func unknown(_ seat: LiveVenues.Seat) -> [Symbol] {
        seat.symbols.filter { symbol in !rules.contains { $0.symbol == symbol } }
    }

    /// The venues of which something has to be told before it can be traded.
    ///
    /// - Parameter capabilities: What those can do who take the orders.
    func awaited(
        _ venues: LiveVenues, _ settings: VenueSettings, _ capabilities: [BrokerName: BrokerCapabilities]
    ) -> [AwaitedVenue] {
        venues.seats.compactMap { seat in
            let symbols = unknown(seat)
            guard let error = silent[seat.name], !symbols.isEmpty else { return nil }
            let place = settings.place(of: seat.name)
            return AwaitedVenue(
                broker: seat.name, capabilities: capabilities[seat.name] ?? seat.venue.capabilities,
                symbols: symbols,
                reason: "\(place.url) does not answer (\(error))",
                remedy: "check the network and \(place.key.rawValue); aitrade doctor tells more")
        }
    }
}
