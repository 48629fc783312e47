import ArgumentParser
import Core
import Foundation
import Storage

/// `aitrade replay`.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Goes through a recorded day again, as it was or with something otherwise.",
        discussion: """
            Feeds the journal of a ledger to this program's engine. Unchanged, every decision is the recorded one and
            both event hashes are equal (exit code 0); a decision that differs is shown and exits with 1. With --what-if
            the first event that is decided otherwise is shown; where the ledger replays stored bars, the market goes on
            from there and the difference in money is told. Nothing is written.

            Example: aitrade replay --from 2024-03-01 --to 2024-03-02 --what-if kill@12:00
                     aitrade replay --what-if RISK_MAX_ORDER_NOTIONAL=100
            """)

    @OptionGroup var ledger: LedgerOption
    @Option(help: "Count the rows from this moment on (UTC).") var from: String?
    @Option(help: "Stop at this moment (UTC).") var to: String?
    @Option(
        name: .customLong("what-if"),
        help: "kill@12:00, kill@2024-03-01T12:00 or a limit such as RISK_MAX_ORDER_NOTIONAL=100; may be repeated.")
    var whatIf: [String] = []
    @OptionGroup var bars: BarFolderOption
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let range = try Flags.range(from, to)
        let day = RecordedDay(
            reader: try ledger.open(), from: range.from, to: range.to, changes: try whatIf.map(WhatIf.init),
            barFolder: bars.folder)
        let result = try day.replay()
        if result.rows == 0, from != nil || to != nil {
            throw CommandFailure(
                .usage, "the ledger has no rows in this range", fix: "choose another --from and --to, or leave them out"
            )
        }
        if json { try Output.json(result) } else { show(result) }
        if whatIf.isEmpty, !result.isIdentical { throw ExitStatusRequest(.checkFailed) }
    }

    private func show(_ result: RecordedDay.Result) {
        guard let from = result.from, let to = result.to else { return print("  no rows in this range") }
        print("  \(result.rows) journal rows from \(Output.time(from)) to \(Output.time(to)) UTC")
        print("  recorded event hash  \(result.recordedHash)")
        print(
            "  event hash now       \(result.hash)\(result.hash == result.recordedHash ? "  identical" : "  DIFFERENT")"
        )
        if let difference = result.difference {
            let row = difference.sequence.map { "row \($0)" } ?? "what if"
            print("\n  First difference: \(Output.time(difference.at)) UTC, \(row)")
            print("    event     \(difference.event)")
            print("    recorded  \(difference.recorded)")
            print("    now       \(difference.now)")
        } else if !whatIf.isEmpty {
            print("\n  Nothing would have been decided otherwise.")
        }
        if !whatIf.isEmpty, result.worth == nil {
            print("\n  No difference in money: this ledger is no replay of stored bars, its market cannot go on.")
        }
        for worth in result.worth ?? [] {
            print(
                "\n  \(worth.currency): \(worth.recorded) as recorded, \(worth.now) then, "
                    + "difference \(worth.difference)"
            )
        }
    }
}
