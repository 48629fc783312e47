import ArgumentParser
import Brokers
import Core
import Foundation
import Storage

/// `aitrade ledger account`.
struct LedgerAccount: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Tells whose the ledger is; --adopt takes renewed keys of the same account.",
        discussion: """
            A ledger is bound to the keys that it was begun with (TINKOFF_ACCOUNT_ID, once set, in the place of the
            token). After keys were renewed, --adopt binds it to those that are set now: only if the venues hold what
            the books hold, after a backup, and never beside a runner.

            Example: aitrade ledger account --adopt
            """)

    @OptionGroup var ledger: LedgerOption
    @Flag(help: "Bind the ledger to the keys that are set now.") var adopt = false
    @Flag(help: "Print JSON.") var json = false

    private struct Report: Encodable {
        let mode: String
        let ledger: String
        let keys: String
        let isSame: Bool
        let isAdopted: Bool
        let backup: String?
    }

    func run() async throws {
        let settings = try await Settings.load()
        let reader = try ledger.open()
        let identity = try reader.identity()
        guard identity.mode == ExecutionMode.live.rawValue else {
            throw CommandFailure(
                .usage, "the ledger is of mode \(identity.mode), which has no keys",
                fix: "name the folder of a live run with --state-dir")
        }
        let keys = Self.account(of: identity.account, settings.venues)
        guard adopt, keys != identity.account else { return try tell(identity, keys, backup: nil, isAdopted: false) }
        let lock = try StateLock.take(ledger.state.folder, for: "ledger account")
        defer { lock.release() }
        let folder = LedgerFolder(ledger.state.folder)
        for name in Self.venues(of: identity.account) { try Venues.requireKeys(name, settings.venues) }
        try await requireEqualHoldings(reader, settings)
        let backup = try LedgerRotate.newBackup(in: folder)
        if !FileManager.default.fileExists(atPath: backup) { try reader.backup(to: backup) }
        try Ledger.rebind(folder.current, to: keys)
        try tell(identity, keys, backup: backup, isAdopted: true)
    }

    /// What the accounts of a ledger are called by the keys that are set now.
    private static func account(of stored: String, _ settings: VenueSettings) -> String {
        Set(venues(of: stored).map { Venues.account($0, settings) }).sorted().joined(separator: "+")
    }

    /// A venue of each account; both markets of Bitget are one account.
    private static func venues(of stored: String) -> [BrokerName] {
        stored.split(separator: "+").map { $0.hasPrefix("\(Venues.shares)") ? Venues.shares : Venues.futures }
    }

    /// Another account would be told as this one's books: whatever they hold has to be there.
    private func requireEqualHoldings(_ reader: LedgerReader, _ settings: Settings) async throws {
        let books = try reader.positions().filter { $0.quantity != .zero }
        var routes: [BrokerName: Set<Symbol>] = [:]
        for intent in try reader.intents() { routes[intent.venue, default: []].insert(intent.request.symbol) }
        var held: [Symbol: Quantity] = [:]
        for name in routes.keys.sorted() {
            let choice = try VenueChoice(name, (routes[name] ?? []).sorted(), settings)
            let account = try await choice.use { broker in
                _ = try await broker.instruments(choice.symbols)
                return try await broker.snapshot()
            }
            for position in account.positions { held[position.symbol, default: .zero] += position.quantity }
        }
        let missing = books.filter { held[$0.symbol] != $0.quantity }.map {
            "\($0.quantity) \($0.symbol) in the books, \(held[$0.symbol] ?? .zero) at the venue"
        }
        guard missing.isEmpty else {
            throw CommandFailure(
                .notAllowed, "this looks like another account: \(missing.joined(separator: "; "))",
                fix: "set keys of the account that the ledger is of; for another account, give another --state-dir")
        }
    }

    private func tell(_ identity: LedgerIdentity, _ keys: String, backup: String?, isAdopted: Bool) throws {
        let isSame = keys == identity.account
        if json {
            return try Output.json(
                Report(
                    mode: identity.mode, ledger: isAdopted ? keys : identity.account, keys: keys,
                    isSame: isSame || isAdopted, isAdopted: isAdopted, backup: backup))
        }
        if let backup {
            print("  The ledger was of \(identity.account) and is of \(keys) now; as it was it is kept as \(backup)")
        } else if isSame {
            print("  The ledger is of \(identity.account), and so are the keys that are set.")
        } else {
            print("  The ledger is of \(identity.account); the keys that are set are of \(keys).")
            print("  If they are renewed keys of the same account: aitrade ledger account --adopt")
        }
    }
}
