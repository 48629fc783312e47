import ArgumentParser
import Core
import Foundation
import Storage

/// `aitrade data import`.
struct DataImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Takes bar files into data_cache/bars.",
        discussion: """
            A file is CSV with the header timestamp,open,high,low,close,volume, plain or gzip-compressed; timestamp is
            the bar's open in ms UTC. Symbol and interval come from the name SYMBOL-INTERVAL.csv[.gz] or from flags.
            Bad rows are named by line and refused; --quarantine sets them aside. Gaps stay gaps.

            Example: aitrade data import ETHUSDT-1h.csv.gz
            """)

    @Argument(help: "Bar files.") var files: [String]
    @Option(help: "Symbol, when the name does not tell.") var symbol: String?
    @Option(help: "Interval such as 15m, 1h, 1d, when the name does not tell.") var interval: String?
    @Flag(help: "Set bad rows aside in a .quarantine.csv file instead of refusing the file.") var quarantine = false
    @Flag(help: "Allow bars that are stored now to disappear.") var replace = false
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var bars: BarFolderOption

    private struct Row: Encodable {
        let series: BarSummary
        let added: Int
        let changed: Int
        let removed: Int
        let setAside: Int
    }

    func run() async throws {
        let named = try symbol.map { try Flags.symbol($0) }
        let length = try interval.map { try Flags.interval($0) }
        let store = BarStore(folder: bars.folder)
        var rows: [Row] = []
        for file in files where !FileManager.default.fileExists(atPath: file) {
            throw CommandFailure(.corruptInput, "there is no file \(file)", fix: "check the path")
        }
        for file in files {
            let result = try store.importFile(
                file, symbol: named, interval: length,
                options: BarImportOptions(quarantine: quarantine, replace: replace))
            rows.append(
                Row(
                    series: result.summary, added: result.added, changed: result.changed, removed: result.removed,
                    setAside: result.setAside.count))
            if !json { describe(result) }
        }
        if json { try Output.json(rows) }
    }

    private func describe(_ result: BarImport) {
        let summary = result.summary
        print("  \(summary.symbol)-\(summary.interval): \(summary.rows) bars, \(result.added) new,", terminator: " ")
        print("\(result.changed) changed, \(summary.gaps.count) gaps (\(summary.missingBars) bars missing)")
        for fault in result.setAside { print("    set aside: \(fault)") }
        if let path = result.quarantinePath { print("    rows set aside are in \(path)") }
    }
}
