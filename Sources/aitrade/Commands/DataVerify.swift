import ArgumentParser
import Storage

/// `aitrade data verify`.
struct DataVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Reads every bar file again from its source and checks the cache.",
        discussion: "Example: aitrade data verify")

    @OptionGroup var bars: BarFolderOption
    @Flag(help: "Print JSON.") var json = false

    private struct Row: Encodable {
        let path: String
        let rows: Int?
        let cache: String?
        let error: String?
    }

    func run() async throws {
        let rows = try BarStore(folder: bars.folder).verify().map { check -> Row in
            switch check.outcome {
            case .success(let checked):
                Row(path: check.path, rows: checked.summary.rows, cache: checked.cache.rawValue, error: nil)
            case .failure(let error):
                Row(path: check.path, rows: nil, cache: nil, error: "\(error)")
            }
        }
        if json {
            try Output.json(rows)
        } else {
            for row in rows {
                print("  \(row.path): " + (row.error ?? "\(row.rows ?? 0) bars in order, cache \(row.cache ?? "-")"))
            }
        }
        if rows.contains(where: { $0.error != nil }) { throw ExitStatusRequest(.checkFailed) }
    }
}
