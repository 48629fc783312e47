import ArgumentParser
import Brokers
import Core
import Foundation
import Router
import Storage

/// `aitrade flatten`.
struct FlattenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flatten", abstract: "Cancels every order and closes every position of the venue's account.",
        discussion: """
            Ours or not, until a reading proves it flat. While a runner works on the state folder, engage the kill
            switch instead: aitrade kill.

            Exit codes: 0 proven flat, 11 not proven flat, 75 a runner works here.

            Example: aitrade flatten --venue bitget
            """)

    @OptionGroup var venue: VenueOption
    @OptionGroup var state: StateFolderOption
    @Flag(help: "Use the venue's own close call first; futures only.") var flash = false
    @Flag(help: "Print JSON.") var json = false

    private struct Report: Encodable {
        let isFlat: Bool
        let attempts: Int
        let stillOpen: [AccountPosition]
        let errors: [VenueError]
    }

    func run() async throws {
        let settings = try await Settings.load()
        let choice = try VenueChoice(venue.name, venue.symbols(), settings)
        let account = choice.account
        let lock = try OperatorLock(state.folder, account: account)
        defer { lock.release() }
        let now = SystemTime.wall()
        let closed = try await choice.use { broker in
            _ = try await broker.instruments(venue.symbols())
            if flash, let broker = broker as? BitgetBroker {
                for symbol in Set(try await broker.snapshot().positions.map(\.symbol)).sorted() {
                    _ = try await broker.flashClose(symbol)
                }
            }
            let router = ExecutionRouter(brokers: [broker])
            return await router.closeAllPositions { name, symbol, leg in
                HourlyIdentity.name(name, account: account, symbol, leg, at: now)
            }
        }
        let result = closed.first
        let open = result?.lastRead?.positions ?? []
        if json {
            try Output.json(
                Report(
                    isFlat: result?.isFlat ?? false, attempts: result?.attempts ?? 0, stillOpen: open,
                    errors: result?.errors ?? []))
        } else if result?.isFlat == true {
            print("Flat: the account was read and holds nothing.")
        } else {
            print("NOT PROVEN FLAT.")
            for position in open { print("  open  \(position.symbol) \(position.quantity)") }
            for error in (result?.errors ?? []).suffix(3) { print("  \(error)") }
        }
        if result?.isFlat != true { throw ExitStatusRequest(.haltedNotFlat) }
    }
}
