import ArgumentParser
import Brokers
import Core
import Foundation

/// One venue that a command talks to, and the assets it asks about there.
struct VenueChoice: Sendable {
    let broker: any LiveBroker
    let account: String
    /// What its lock on this machine is called.
    let lock: String
    let symbols: [Symbol]

    var name: BrokerName { broker.name }

    /// A client of a venue whose keys are set.
    ///
    /// - Throws: ``CommandFailure`` (77) without keys, (78) when they are incomplete.
    init(_ name: BrokerName, _ symbols: [Symbol], _ settings: Settings) throws {
        try Venues.requireKeys(name, settings.venues)
        broker = try Venues.client(name, settings.venues)
        account = Venues.account(name, settings.venues)
        lock = Venues.lock(name, settings.venues)
        self.symbols = symbols
    }

    /// Runs `body` with the client and closes its connections; venue errors become a command's.
    func use<Result: Sendable>(_ body: (any LiveBroker) async throws -> Result) async throws -> Result {
        do {
            let result = try await body(broker)
            await broker.stop()
            return result
        } catch {
            await broker.stop()
            throw Venues.failure(error)
        }
    }
}

/// What came of asking one venue.
struct VenueAnswer<Value: Sendable>: Sendable {
    let venue: BrokerName
    let result: Result<Value, CommandFailure>

    var value: Value? { try? result.get() }

    var failure: CommandFailure? {
        if case .failure(let failure) = result { failure } else { nil }
    }
}

extension [VenueChoice] {
    /// Asks all venues at once; one that fails keeps the others from nothing.
    ///
    /// - Returns: What came of each, in the order of the choices.
    /// - Throws: ``CommandFailure`` when there is only one venue and it failed.
    func each<Value: Sendable>(
        _ body: @escaping @Sendable (VenueChoice, any LiveBroker) async throws -> Value
    ) async throws -> [VenueAnswer<Value>] {
        let answers = await withTaskGroup(of: VenueAnswer<Value>.self) { group in
            for choice in self {
                group.addTask {
                    do {
                        let value = try await choice.use { try await body(choice, $0) }
                        return VenueAnswer(venue: choice.name, result: .success(value))
                    } catch {
                        return VenueAnswer(venue: choice.name, result: .failure(Venues.failure(error)))
                    }
                }
            }
            return await group.reduce(into: [VenueAnswer<Value>]()) { $0.append($1) }
        }
        if answers.count == 1, let failure = answers[0].failure { throw failure }
        return answers.sorted { $0.venue < $1.venue }
    }
}

/// Which venues, and which of their symbols.
struct VenueOption: ParsableArguments {
    @Option(
        name: .customLong("venue"),
        help: "bitget, bitget-spot or tinkoff; by default the assets' routes, without assets every venue with keys.")
    var name: String?
    @Option(help: "Assets, separated by commas; on spot only these coins count as positions.")
    var assets: String?

    /// The venues, by name: the one that is named, those of the assets, or all that there are keys for.
    ///
    /// - Throws: ``CommandFailure``: 64 for an unknown name, 77 without keys.
    func choices(_ settings: Settings) throws -> [VenueChoice] {
        let routes = try routes(settings)
        return try routes.keys.sorted().map { try VenueChoice($0, routes[$0] ?? [], settings) }
    }

    /// The venues with the assets to ask about.
    func routes(_ settings: Settings) throws -> [BrokerName: [Symbol]] {
        let named = try assets.map(Flags.symbols)
        if let name {
            let venue = try Venues.named(name)
            return [venue: try named ?? Flags.symbols(Venues.example(venue.text))]
        }
        if let named { return try Venues.routes(named, settings) }
        return try Venues.withKeys(settings)
    }
}
