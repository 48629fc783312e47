import ArgumentParser
import Signals

/// `aitrade signals export`.
struct SignalsExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Prints the rows as CSV or JSON.",
        discussion: "Example: aitrade signals export data_cache/production_signals_v1.bin --assets BTCUSDT > rows.csv")

    @OptionGroup var artifact: ArtifactArgument
    @Option(help: "csv or json.") var format = "csv"
    @Option(help: "Assets, separated by commas; all by default.") var assets: String?

    func run() async throws {
        let file = try ArtifactFile(path: artifact.file)
        let symbols = try file.assets(try assets.map(Flags.symbols)).map(\.symbol)
        switch format {
        case "csv": print(ArtifactExport.csv(file.artifact, symbols: symbols), terminator: "")
        case "json": print(ArtifactExport.json(file.artifact, symbols: symbols), terminator: "")
        default: throw CommandFailure(.usage, "--format '\(format)' is not known", fix: "csv or json")
        }
    }
}
