import ArgumentParser
import Brokers
import Core
import Foundation
import Storage

/// `aitrade orders`.
struct OrdersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orders", abstract: "Orders at the venue: list, place, cancel.",
        discussion: "Example: aitrade orders list",
        subcommands: [OrdersList.self, OrdersPlace.self, OrdersCancel.self])
}

/// `aitrade orders list`.
struct OrdersList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Orders that may still execute, protections included, ours or not.",
        discussion: "Example: aitrade orders list --json")

    @OptionGroup var venue: VenueOption
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let settings = try await Settings.load()
        let orders = try await VenueChoice(venue.name, venue.symbols(), settings).use { broker in
            _ = try await broker.instruments(venue.symbols())
            return try await broker.snapshot().openOrders
        }
        if json { return try Output.json(orders) }
        if orders.isEmpty { return print("  no open orders") }
        Output.table(
            ["order", "symbol", "side", "quantity", "filled", "kind", "client id"],
            orders.map {
                [
                    $0.venueOrderID, $0.symbol.name, $0.side.rawValue, $0.quantity.description,
                    $0.filled.description, Self.text($0.kind), $0.clientID?.text ?? "-",
                ]
            })
    }

    static func text(_ kind: OrderKind) -> String {
        switch kind {
        case .market: "market"
        case .limit(let price): "limit \(price)"
        case .stop(let price): "stop \(price)"
        case .takeProfit(let price): "take-profit \(price)"
        }
    }
}

/// `aitrade orders cancel`.
struct OrdersCancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancels one order by its venue or client id, or all of a symbol.",
        discussion: "Example: aitrade orders cancel 1139547338494877696 --assets BTCUSDT")

    @Argument(help: "The order, as `orders list` shows it; leave it out with --all.") var order: String?
    @Flag(help: "Cancel every order and protection of the assets.") var all = false
    @OptionGroup var venue: VenueOption

    func validate() throws {
        guard (order == nil) == all else { throw ValidationError("name an order, or give --all") }
    }

    func run() async throws {
        let settings = try await Settings.load()
        let symbols = try venue.symbols()
        try await VenueChoice(venue.name, symbols, settings).use { broker in
            guard let order else {
                for symbol in symbols { try await broker.cancelAll(symbol) }
                return print(
                    "The venue was asked to cancel everything of \(symbols.map(\.name).joined(separator: ", ")).")
            }
            let open = try await broker.snapshot().openOrders
            var found = open.first { $0.venueOrderID == order || $0.clientID?.text == order }
            // A venue that only takes names of its own form does not list ours.
            for symbol in found == nil ? symbols : [] {
                let named = try await broker.order(ClientOrderID(order), symbol)
                if let named, !named.state.isFinal { found = named }
            }
            guard let found else {
                throw CommandFailure(
                    .usage, "no open order is named \(order)", fix: "aitrade orders list shows the open ones")
            }
            switch await broker.cancel(.venue(found.venueOrderID), found.symbol) {
            case .accepted: print("The venue was asked to cancel \(order).")
            case .refused(let error), .silent(let error): throw error
            }
        }
    }
}
