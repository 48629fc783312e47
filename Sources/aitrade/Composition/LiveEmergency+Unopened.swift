import Brokers
import Core
import Engine
import Foundation
import Runner
import Storage

extension LiveEmergency {
    /// Compares books that no run has opened yet: they know the orders that were placed by hand, and no position. What
    /// the venues hold is told; it agrees only when a reading shows nothing.
    ///
    /// - Throws: `VenueError` when a venue cannot be read, ``CommandFailure`` (77) without the keys of the ledger.
    func compareUnopened(_ ledger: Ledger) async throws -> ReconcileAnswer {
        // Simulated fills live in the books alone.
        guard mode == .live else { return ReconcileAnswer(reconciliations: [], unsettled: [], held: []) }
        let intents = try ledger.reader.intents()
        let account = try ledger.reader.identity().account
        let routes = try unopenedRoutes(intents, account)
        var (found, open): ([Reconciliation], [BrokerName]) = ([], [])
        for venue in routes.keys.sorted() {
            let choice = try VenueChoice(venue, routes[venue] ?? [], settings)
            let snapshot = try await choice.use { broker in
                _ = try await broker.instruments(choice.symbols)
                return try await broker.snapshot()
            }
            let ours = Set(intents.map(\.request.clientID))
            let positions = snapshot.positions.map {
                Reconciliation.Difference(
                    .position, $0.symbol, "the venue holds \($0.quantity), the books nothing", .reported)
            }
            let orders = snapshot.openOrders.filter { !($0.clientID.map(ours.contains) ?? false) }.map {
                Reconciliation.Difference(
                    .foreignOrder, $0.symbol, "the venue has order \($0.venueOrderID), the books do not", .reported)
            }
            if !positions.isEmpty || !orders.isEmpty { open.append(venue) }
            found.append(
                Reconciliation(broker: venue, at: snapshot.at, differences: positions + orders, fills: []))
        }
        return ReconcileAnswer(reconciliations: found, unsettled: open, held: [])
    }

    /// The venues whose account the ledger is of, with the assets of its orders.
    private func unopenedRoutes(_ intents: [LedgerIntent], _ account: String) throws -> [BrokerName: [Symbol]] {
        var routes: [BrokerName: Set<Symbol>] = [:]
        for intent in intents { routes[intent.venue, default: []].insert(intent.request.symbol) }
        let parts = account.split(separator: "+").map(String.init)
        for venue in [Venues.futures, Venues.shares] where parts.contains(Venues.account(venue, settings.venues)) {
            let isElsewhere = venue == Venues.futures && routes[Venues.spot] != nil
            if routes[venue] == nil, !isElsewhere { routes[venue] = Set(try Flags.symbols(Venues.example(venue.text))) }
        }
        guard !routes.isEmpty,
            routes.keys.allSatisfy({ parts.contains(Venues.account($0, settings.venues)) })
        else {
            throw CommandFailure(
                .notAllowed, "the ledger is of the account \(account), and its keys are not set",
                fix: "set the keys that the ledger was begun with")
        }
        return routes.mapValues { $0.sorted() }
    }
}
