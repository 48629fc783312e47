import ArgumentParser
import Brokers
import Core

/// `aitrade positions`.
struct PositionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "positions", abstract: "What the venues' accounts hold now.",
        discussion: """
            Asks every venue that has keys, or --venue alone.

            Example: aitrade positions --venue bitget
            """)

    @OptionGroup var venue: VenueOption
    @Flag(help: "Print JSON.") var json = false

    private struct Row: Encodable {
        let venue: BrokerName
        let symbol: Symbol
        let quantity: Quantity
        let averagePrice: Price?
    }

    private struct Account: Encodable {
        let venue: BrokerName
        let positions: [Row]
        let balances: [String: Money]
        let error: String?
    }

    private struct Report: Encodable {
        let positions: [Row]
        let balances: [String: Money]
        let venues: [Account]
    }

    func run() async throws {
        let settings = try await Settings.load()
        let answers = try await venue.choices(settings).each { choice, broker in
            _ = try await broker.instruments(choice.symbols)
            return try await broker.snapshot()
        }
        let accounts = answers.map { answer in
            Account(
                venue: answer.venue,
                positions: (answer.value?.positions ?? []).map {
                    Row(
                        venue: answer.venue, symbol: $0.symbol, quantity: $0.quantity, averagePrice: $0.averagePrice)
                },
                balances: answer.value?.balances ?? [:], error: answer.failure?.problem)
        }
        if json {
            let balances = accounts.reduce(into: [String: Money]()) { $0.merge($1.balances) { $0 + $1 } }
            try Output.json(
                Report(positions: accounts.flatMap(\.positions), balances: balances, venues: accounts))
        } else {
            accounts.forEach(show)
        }
        if let failure = answers.compactMap(\.failure).first { throw failure }
    }

    private func show(_ account: Account) {
        guard account.error == nil else { return print("  \(account.venue)  NOT READ") }
        if account.positions.isEmpty { print("  \(account.venue)  no positions") }
        for row in account.positions {
            print("  \(row.venue)  \(row.symbol)  \(row.quantity)" + (row.averagePrice.map { "  at \($0)" } ?? ""))
        }
        for coin in account.balances.keys.sorted() {
            print("  \(account.venue)  \(coin)  \(account.balances[coin] ?? .zero)")
        }
    }
}
