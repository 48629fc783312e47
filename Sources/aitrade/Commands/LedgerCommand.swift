import ArgumentParser
import Core
import Foundation
import Storage

/// `aitrade ledger`.
struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "The books: verify, export, profit, backups and their restoration.",
        discussion: "docs/ledger.md explains the files and tables. Example: aitrade ledger verify",
        subcommands: [
            LedgerVerify.self, LedgerExport.self, LedgerProfits.self, LedgerList.self, LedgerBackup.self,
            LedgerRotate.self, LedgerRestore.self, LedgerVacuum.self, LedgerAccount.self,
        ])
}

/// The ledger to read.
struct LedgerOption: ParsableArguments {
    @OptionGroup var state: StateFolderOption

    func open() throws -> LedgerReader {
        let path = "\(state.folder)/trades.sqlite"
        guard FileManager.default.fileExists(atPath: path) else {
            throw CommandFailure(
                .corruptInput, "there is no ledger at \(path)",
                fix: "run something first, or name the folder with --state-dir")
        }
        return try LedgerReader(path: path)
    }
}

/// `aitrade ledger verify`.
struct LedgerVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Checks every row of every table, the hash chains and the database itself.",
        discussion: "Exits with 1 when something is wrong. Example: aitrade ledger verify --json")

    @OptionGroup var ledger: LedgerOption
    @Option(help: "A ledger file, such as a backup, in the place of the state folder's.") var file: String?
    @Flag(help: "Print JSON.") var json = false

    private struct Report: Encodable {
        let journalRows: Int
        let intents: Int
        let orderEvents: Int
        let fills: Int
        let seals: Int
        let heads: [String]
        let findings: [String]
    }

    func run() async throws {
        let check = try (file.map { try LedgerReader(path: $0) } ?? ledger.open()).verify()
        let report = Report(
            journalRows: check.journalRows, intents: check.intents, orderEvents: check.orderEvents, fills: check.fills,
            seals: check.seals, heads: check.heads, findings: check.findings.map(\.description))
        if json {
            try Output.json(report)
        } else {
            print("  \(report.journalRows) journal rows, \(report.intents) intents, \(report.fills) fills")
            for finding in report.findings { print("  WRONG: \(finding)") }
            if check.isSound {
                print("  The ledger is sound: chains unbroken, every row as written, positions equal to their fills.")
                print("  heads: journal \(report.heads[0]), seals \(report.heads[1])")
            }
        }
        if !check.isSound { throw ExitStatusRequest(.checkFailed) }
    }
}

/// `aitrade ledger export`.
struct LedgerExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Prints a table as CSV or JSON.",
        discussion: "Example: aitrade ledger export fills --format csv > fills.csv")

    @OptionGroup var ledger: LedgerOption
    @Argument(help: "\(LedgerTable.allCases.map(\.rawValue).joined(separator: ", ")).") var table: String
    @Option(help: "csv or json.") var format = "csv"

    func run() async throws {
        guard let table = LedgerTable(rawValue: table) else {
            throw CommandFailure(
                .usage, "there is no table '\(table)'",
                fix: "one of: \(LedgerTable.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard let format = LedgerFormat(rawValue: format) else {
            throw CommandFailure(.usage, "--format '\(format)' is not known", fix: "csv or json")
        }
        try ledger.open().export(table, as: format) { print($0, terminator: "") }
    }
}

/// `aitrade ledger pnl`.
struct LedgerProfits: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pnl", abstract: "Realised profit and fees per day and asset, first in first out.",
        discussion: "Example: aitrade ledger pnl --json")

    @OptionGroup var ledger: LedgerOption
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let profits = try ledger.open().profits()
        if json { return try Output.json(profits) }
        Output.table(
            ["day (UTC)", "asset", "closed lots", "profit", "fees", "net"],
            profits.map {
                [$0.day, $0.symbol.name, "\($0.closedLots)", "\($0.profit)", "\($0.fees)", "\($0.net)"]
            })
    }
}
