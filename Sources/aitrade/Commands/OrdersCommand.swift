import ArgumentParser
import Brokers
import Core

/// `aitrade orders`.
struct OrdersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orders", abstract: "Orders at the venues: list, place, cancel.",
        discussion: "Example: aitrade orders list",
        subcommands: [OrdersList.self, OrdersPlace.self, OrdersCancel.self])
}

/// An order with the venue where it is.
struct VenueOrder: Encodable {
    let venue: BrokerName
    let order: OrderReport

    private enum CodingKeys: String, CodingKey { case venue }

    func encode(to encoder: any Encoder) throws {
        try order.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(venue, forKey: .venue)
    }
}

/// `aitrade orders list`.
struct OrdersList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Orders that may still execute, protections included, ours or not.",
        discussion: """
            Asks every venue that has keys, or --venue alone.

            Example: aitrade orders list --json
            """)

    @OptionGroup var venue: VenueOption
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let settings = try await Settings.load()
        let answers = try await venue.choices(settings).each { choice, broker in
            _ = try await broker.instruments(choice.symbols)
            return try await broker.snapshot().openOrders
        }
        let orders = answers.flatMap { answer in
            (answer.value ?? []).map { VenueOrder(venue: answer.venue, order: $0) }
        }
        if json { try Output.json(orders) } else { show(orders, at: answers.filter { $0.failure == nil }.map(\.venue)) }
        if let failure = answers.compactMap(\.failure).first { throw failure }
    }

    private func show(_ orders: [VenueOrder], at venues: [BrokerName]) {
        for name in venues where !orders.contains(where: { $0.venue == name }) { print("  \(name): no open orders") }
        guard !orders.isEmpty else { return }
        Output.table(
            ["order", "symbol", "side", "quantity", "filled", "kind", "client id", "venue"],
            orders.map {
                [
                    $0.order.venueOrderID, $0.order.symbol.name, $0.order.side.rawValue,
                    $0.order.quantity.description, $0.order.filled.description, Self.text($0.order.kind),
                    $0.order.clientID?.text ?? "-", $0.venue.text,
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
