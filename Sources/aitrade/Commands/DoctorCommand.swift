import ArgumentParser
import Brokers
import Core
import Foundation

/// `aitrade doctor`.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Checks settings, keys, clock, rules and streams, and says what to mend.",
        discussion: """
            Nothing is changed at the venue. Exit code 1 when something would keep a run from trading.

            Example: aitrade doctor --assets BTCUSDT
            """)

    @Option(help: "Assets, separated by commas.") var assets: String?
    @Option(help: "The venue: bitget, bitget-spot or tinkoff; by default the assets' route.") var venue: String?
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let settings = try await Settings.load()
        let symbols = try Flags.symbols(assets ?? Venues.example(venue))
        let findings = try await examine(try VenueChoice.name(venue, symbols, settings), symbols, settings)
        if json {
            try Output.json(findings)
        } else {
            for finding in findings {
                let mark =
                    switch finding.grade {
                    case .fine: "ok  "
                    case .notable: "note"
                    case .broken: "FAIL"
                    }
                print("  \(mark)  \(finding.topic): \(finding.text)")
                if !finding.fix.isEmpty { print("        fix: \(finding.fix)") }
            }
        }
        if findings.contains(where: { $0.grade == .broken }) { throw ExitStatusRequest(.checkFailed) }
    }

    private func examine(_ name: BrokerName, _ symbols: [Symbol], _ settings: Settings) async throws -> [VenueFinding] {
        let quote = Currency(name == Venues.shares ? "RUB" : "USDT")
        let wanted = symbols.map { ($0, settings.budget.amount(in: quote)) }
        guard name == Venues.shares else {
            let broker = try Venues.bitget(name, settings.venues)
            var doctor = BitgetDoctor(broker, symbols: wanted)
            let findings = await doctor.examine()
            await broker.stop()
            return findings
        }
        let broker = try Venues.tinkoff(settings.venues)
        var doctor = TinkoffDoctor(broker, symbols: wanted)
        let findings = await doctor.examine()
        await broker.stop()
        return findings
    }
}
