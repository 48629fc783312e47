import ArgumentParser
import Core
import Optimizer
import Signals
import Storage

/// `aitrade signals report`.
struct SignalsReport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Writes report.html and report.json of an artifact, from its file and the bars.",
        discussion: """
            The page needs no network. `aitrade signals --report DIR` writes the same with the fitness by generation,
            which only the training knows.

            Example: aitrade signals report data_cache/production_signals_v1.bin --out report
            """)

    @OptionGroup var artifact: ArtifactArgument
    @Option(name: [.customLong("out"), .customLong("report")], help: "Folder to write.") var out = "report"
    @OptionGroup var bars: BarFolderOption
    @OptionGroup var trials: TrialLedgerOption

    func run() async throws {
        let file = try ArtifactFile(path: artifact.file)
        let store = BarStore(folder: bars.folder)
        let series = try file.artifact.assets.map { try store.load($0.symbol, file.artifact.origin.interval) }
        let reporter = StudyReporter(
            artifact: file.artifact, digest: file.digest, bars: series, options: try options(file.artifact.origin),
            judgements: try TrialHistory(path: trials.path).judgements(file.artifact))
        try ReportFolder(path: out).write(reporter)
        print("  report     \(out)/report.html, report.json")
    }

    /// The options of the search; nil where the file does not tell them: of a preset that is not bundled only the name
    /// is known, and its genes are not.
    private func options(_ origin: ArtifactOrigin) throws -> WalkForwardOptions? {
        guard BundledPresets.all.contains(where: { $0.name == origin.preset }) else { return nil }
        var options = WalkForwardOptions()
        try BundledPresets.load(origin.preset).apply(to: &options)
        (options.mode, options.seed, options.costs) = (origin.mode, origin.seed, origin.costs)
        (options.search.population, options.search.generations) = (origin.search.population, origin.search.generations)
        options.timeframes = origin.timeframes
        return options
    }
}
