import ArgumentParser
import Brokers
import Core
import Foundation
import Storage

/// The venue that a command talks to: named, or by the assets' route.
struct VenueChoice {
    let broker: any LiveBroker
    let account: String

    init(_ name: String?, _ symbols: [Symbol], _ settings: Settings) throws {
        let chosen = try Self.name(name, symbols, settings)
        try Venues.requireKeys(chosen, settings.venues)
        broker = try Venues.client(chosen, settings.venues)
        account = Venues.account(chosen, settings.venues)
    }

    /// The one venue of some assets.
    ///
    /// - Throws: ``CommandFailure`` when there are several.
    static func name(_ name: String?, _ symbols: [Symbol], _ settings: Settings) throws -> BrokerName {
        if let name { return BrokerName(name) }
        let routes = try Venues.routes(symbols, settings)
        guard let only = routes.keys.first, routes.count == 1 else {
            throw CommandFailure(
                .usage, "the assets are routed to several venues",
                fix: "name one with --venue, for example --venue \(Venues.futures)")
        }
        return only
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

/// Which venue, and which of its symbols.
struct VenueOption: ParsableArguments {
    @Option(name: .customLong("venue"), help: "bitget, bitget-spot or tinkoff; by default the assets' route.")
    var name: String?
    @Option(help: "Assets, separated by commas; on spot only these coins count as positions.")
    var assets: String?

    func symbols() throws -> [Symbol] { try Flags.symbols(assets ?? Venues.example(name)) }
}

/// The locks of a state folder and of an account in an operator's hand: nobody trades by hand beside a runner.
struct OperatorLock {
    private let lock: InstanceLock
    private let accountLock: AccountLock

    init(_ folder: String, account: String) throws {
        try AtomicFile.createFolder(folder)
        let pid = ProcessInfo.processInfo.processIdentifier
        lock = try InstanceLock(
            path: "\(folder)/runner.lock",
            holder: InstanceLock.Holder(
                pid: pid, startedAt: SystemTime.wall(), runId: "operator-\(pid)", process: .current, account: account))
        accountLock = try AccountLock(account: account)
    }

    /// Gives the locks back; until here they are held.
    func release() {
        accountLock.release()
        lock.release()
    }
}
