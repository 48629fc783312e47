import ArgumentParser
import Brokers
import Core
import Foundation

/// `aitrade doctor`.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Checks settings, keys, clock, rules and streams, and says what to mend.",
        discussion: """
            Every venue that has keys, or --venue alone. Nothing is changed there. Exit code 1 when something would
            keep a run from trading.

            Example: aitrade doctor --assets BTCUSDT
            """)

    @OptionGroup var venue: VenueOption
    @Flag(help: "Print JSON.") var json = false

    /// A finding with the venue it is about.
    private struct Row: Encodable {
        let venue: BrokerName
        let finding: VenueFinding

        private enum CodingKeys: String, CodingKey { case venue }

        func encode(to encoder: any Encoder) throws {
            try finding.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(venue, forKey: .venue)
        }
    }

    func run() async throws {
        let settings = try await Settings.load()
        let routes = try venue.routes(settings)
        var rows: [Row] = []
        for name in routes.keys.sorted() {
            let findings = try await examine(name, routes[name] ?? [], settings)
            rows += findings.map { Row(venue: name, finding: $0) }
            if !json { show(findings, at: name) }
        }
        if json { try Output.json(rows) }
        if rows.contains(where: { $0.finding.grade == .broken }) { throw ExitStatusRequest(.checkFailed) }
    }

    private func show(_ findings: [VenueFinding], at name: BrokerName) {
        print("\(name)")
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
        Output.flush()
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
