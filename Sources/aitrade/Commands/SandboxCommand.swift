import ArgumentParser
import Brokers
import Core
import Foundation

/// `aitrade sandbox`.
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox", abstract: "Opens a T-Invest sandbox account and brings its roubles up to an amount.",
        discussion: """
            Needs TINKOFF_SANDBOX=1 and a sandbox token. An account that is there already is kept.

            Example: aitrade sandbox --roubles 1000000
            """)

    @Option(help: "Roubles that the account is to have at least.") var roubles = "1000000"
    @Flag(help: "Print JSON.") var json = false

    /// What was opened.
    private struct Result: Encodable {
        let account: String
        let roubles: Money
    }

    func run() async throws {
        let settings = try await Settings.load()
        guard let amount = Money(roubles), amount > .zero else {
            throw CommandFailure(.usage, "--roubles is '\(roubles)'", fix: "write an amount such as 1000000")
        }
        try Venues.requireKeys(Venues.shares, settings.venues)
        let broker = try Venues.tinkoff(settings.venues)
        do {
            let opened = try await broker.openSandbox(roubles: amount)
            await broker.stop()
            if json {
                try Output.json(Result(account: opened.account, roubles: opened.roubles))
            } else {
                print("Sandbox account \(opened.account) with \(opened.roubles) RUB.")
                print("Set TINKOFF_ACCOUNT_ID=\(opened.account) if there are several.")
            }
        } catch {
            await broker.stop()
            throw Venues.failure(error)
        }
    }
}
