import ArgumentParser
import Brokers
import Core

/// `aitrade positions`.
struct PositionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "positions", abstract: "What the venue's account holds now.",
        discussion: "Example: aitrade positions --venue bitget")

    @OptionGroup var venue: VenueOption
    @Flag(help: "Print JSON.") var json = false

    private struct Row: Encodable {
        let symbol: Symbol
        let quantity: Quantity
        let averagePrice: Price?
    }

    private struct Report: Encodable {
        let positions: [Row]
        let balances: [String: Money]
    }

    func run() async throws {
        let settings = try await Settings.load()
        let account = try await VenueChoice(venue.name, venue.symbols(), settings).use { broker in
            _ = try await broker.instruments(venue.symbols())
            return try await broker.snapshot()
        }
        let rows = account.positions.map {
            Row(symbol: $0.symbol, quantity: $0.quantity, averagePrice: $0.averagePrice)
        }
        if json { return try Output.json(Report(positions: rows, balances: account.balances)) }
        if rows.isEmpty { print("  no positions") }
        for row in rows {
            print("  \(row.symbol)  \(row.quantity)" + (row.averagePrice.map { "  at \($0)" } ?? ""))
        }
        for coin in account.balances.keys.sorted() { print("  \(coin)  \(account.balances[coin] ?? .zero)") }
    }
}
