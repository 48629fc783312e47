import ArgumentParser
import Core
import Storage

/// `aitrade signals trials`.
struct SignalsTrials: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trials",
        abstract: "Lists every search ever run, and checks that none was taken out.",
        discussion: """
            Each search is a line when it begins and when it ends; lines are chained by their hashes. Exits with 65 and
            names the line when one was changed or removed.

            Example: aitrade signals trials
            """)

    @OptionGroup var trials: TrialLedgerOption
    @Flag(help: "Print JSON.") var json = false

    private struct Report: Encodable {
        let ledger: String
        let findings: [String]
        let lines: [Line]

        struct Line: Encodable {
            let sequence: Int64
            let hash: Digest
            let entry: TrialEntry
        }
    }

    func run() async throws {
        guard let ledger = try TrialLedger.existing(trials.path) else {
            throw CommandFailure(
                .corruptInput, "there is no trial ledger at \(trials.path)",
                fix: "train something (aitrade signals), or name another with --trials")
        }
        let (rows, findings) = try ledger.verified()
        if json {
            try Output.json(
                Report(
                    ledger: trials.path, findings: findings.map(\.description),
                    lines: rows.map { Report.Line(sequence: $0.sequence, hash: $0.hash, entry: $0.entry) }))
        } else {
            Output.table(
                ["line", "when (UTC)", "what", "search", "assets", "genomes", "artifact"],
                rows.map { row in
                    let entry = row.entry
                    return [
                        "\(row.sequence)", Output.time(entry.at), entry.kind.rawValue, entry.reason ?? entry.summary,
                        entry.assets.map(\.symbol.name).joined(separator: ","),
                        "\(entry.assets.map(\.trials).max() ?? 0)",
                        entry.artifact.map { String($0.hex.prefix(12)) } ?? "-",
                    ]
                })
            for finding in findings { print("  WRONG: \(finding)") }
            if findings.isEmpty { print("  chain: sound, \(rows.count) lines") }
        }
        if !findings.isEmpty { throw ExitStatusRequest(.corruptInput) }
    }
}
