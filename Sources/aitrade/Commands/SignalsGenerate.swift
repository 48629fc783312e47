import ArgumentParser
import Core
import Foundation
import Optimizer
import Signals
import Storage

/// `aitrade signals --mode walk|universal`.
struct SignalsGenerate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Trains walk-forward and writes the artifact (the default).",
        discussion: """
            Every fold is trained on the past only; the rows written are out-of-sample. The same bars, options and seed
            give the same bytes for any number of threads. Ctrl-C leaves a checkpoint: the same command goes on from it.

            Example: aitrade signals --mode walk --assets SBER,GAZP --interval 1d
            """)

    enum Mode: String, CaseIterable, ExpressibleByArgument { case walk, universal }

    @Option(help: "walk: a genome for each asset; universal: one genome for all.") var mode: Mode = .walk
    @Option(help: "Assets, separated by commas; all with bars that make the interval by default.") var assets: String?
    @Option(help: "Length of a bar.") var interval = "1h"
    @OptionGroup var choices: SearchChoices
    @Option(help: "Seed of the search.") var seed: UInt64 = 1
    @Option(help: "Threads; all processors by default.") var threads: Int?
    @Option(help: "Fee of each fill in hundredths of a percent.") var feeBps = 10.0
    @Option(help: "Slippage of each fill in hundredths of a percent.") var slippageBps = 2.0
    @Option(help: "The artifact to write.") var out = ArtifactFile.defaultPath
    @Flag(help: "Forget the checkpoint of an interrupted run and start over.") var reset = false
    @Option(help: "Folder for report.html and report.json.") var report: String?
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var bars: BarFolderOption
    @OptionGroup var trials: TrialLedgerOption

    func validate() throws {
        guard threads.map({ (1...256).contains($0) }) ?? true else { throw ValidationError("--threads takes 1 to 256") }
        guard !choices.crossAssetWf || mode == .universal else {
            throw ValidationError("--cross-asset-wf needs --mode universal")
        }
    }

    func run() async throws {
        let settings = try await Settings.load()
        let options = try options(settings)
        let series = longEnough(
            try ChosenBars(folder: bars.folder, interval: interval, assets: assets).load(settings.universe),
            for: options)
        let generator: SignalGenerator
        do {
            generator = try SignalGenerator(
                bars: series, options: options,
                program: ArtifactGenerator(name: "aitrade", version: AiTrade.version))
        } catch {
            throw CommandFailure(.configuration, "\(error)", fix: "")
        }
        try checkTarget()
        let store = CheckpointStore(folder: "\(folder(of: out))/checkpoints", fingerprint: generator.fingerprint)
        // Before anything is removed or written down: another search may be at it.
        let locks = try SearchLocks(out: out, store: store)
        defer { locks.release() }
        if reset { try store.remove() }
        let books = try TrialBooks(path: trials.path, generator: generator, options: options, series: series)
        let resumed = try store.open()
        if !json { announce(series, generator, options, resumed: resumed) }
        let collector = UnitCollector()
        // Trapped to the very end: a signal that comes while the report is made is not lost.
        let stop = StopFlag()
        let listener = await StopSignals.forward(to: { stop.raise() })
        defer { listener.cancel() }
        let artifact = try await train(generator, store, books, collector, stop)
        let bytes = try artifact.encode()
        let digest = Digest.sha256(bytes)
        // The books first: an artifact that they do not know cannot run.
        try books.finished(artifact, digest)
        try AtomicFile.write(bytes, to: out)
        do {
            try store.remove()
        } catch {
            // The artifact is there; what is left over is in nobody's way.
            Output.warn("\(error)")
        }
        if let report {
            let reporter = StudyReporter(
                artifact: artifact, digest: digest, bars: series, histories: collector.histories, options: options,
                judgements: try TrialHistory(path: trials.path).judgements(artifact),
                isCancelled: { stop.isRaised })
            try write(reporter, to: report)
        }
        try show(artifact, digest)
    }

    private func options(_ settings: Settings) throws -> WalkForwardOptions {
        var options = WalkForwardOptions()
        options.mode = mode == .walk ? .walk : .universal
        options.seed = seed
        options.costs = ArtifactCosts(feeBps: feeBps, slippageBps: slippageBps)
        try choices.apply(to: &options, timeframes: settings.timeframes)
        return options
    }

    /// Nobody named the assets: those whose bars fill no train window are left out, and not without saying so.
    private func longEnough(_ series: [BarSeries], for options: WalkForwardOptions) -> [BarSeries] {
        let kept = series.filter { $0.count > options.trainWindow }
        guard assets == nil, !kept.isEmpty, kept.count < series.count else { return series }
        let left = series.filter { $0.count <= options.trainWindow }.map { "\($0.symbol) (\($0.count) bars)" }
        Output.warn("left out, too short for --train-window \(options.trainWindow): \(left.joined(separator: ", "))")
        return kept
    }

    /// Finds out before the long work whether its result can be written.
    private func checkTarget() throws {
        try AtomicFile.createFolder(folder(of: out))
        guard FileManager.default.isWritableFile(atPath: folder(of: out)) else {
            throw CommandFailure(
                .cannotWrite, "\(folder(of: out)) is not writable", fix: "choose another file with --out")
        }
        var isFolder: ObjCBool = false
        guard !FileManager.default.fileExists(atPath: out, isDirectory: &isFolder) || !isFolder.boolValue else {
            throw CommandFailure(.cannotWrite, "\(out) is a folder", fix: "name a file with --out")
        }
        guard let report else { return }
        try AtomicFile.createFolder(report)
        guard FileManager.default.isWritableFile(atPath: report) else {
            throw CommandFailure(.cannotWrite, "\(report) is not writable", fix: "choose another folder with --report")
        }
    }

    private func folder(of path: String) -> String {
        let folder = URL(filePath: path).deletingLastPathComponent().relativePath
        return folder.isEmpty ? "." : folder
    }

    private func announce(
        _ series: [BarSeries], _ generator: SignalGenerator, _ options: WalkForwardOptions, resumed: Int
    ) {
        let names = series.map { "\($0.symbol) (\($0.count) bars)" }.joined(separator: ", ")
        print("Training \(mode.rawValue) on \(names), \(generator.units.count) folds,", terminator: " ")
        print("\(options.search.population) genomes x \(options.search.generations) generations, seed \(seed).")
        if let timeframes = options.timeframes {
            print("Entries may ask the \(timeframes.note(on: series[0].interval)).")
        }
        if resumed > 0 { print("Going on from a checkpoint: \(resumed) folds are finished.") }
        Output.flush()
    }

    private func write(_ reporter: StudyReporter, to folder: String) throws {
        do {
            try ReportFolder(path: folder).write(reporter)
        } catch StudyReportError.cancelled {
            Output.warn("stopped; \(out) is written, the report is not: 'aitrade signals report \(out)' makes one")
            throw ExitStatusRequest(.interrupted)
        }
    }

    private func train(
        _ generator: SignalGenerator, _ store: CheckpointStore, _ books: TrialBooks, _ collector: UnitCollector,
        _ stop: StopFlag
    ) async throws -> SignalsArtifact {
        let display = ProgressDisplay(isSilent: json)
        let hooks = collector.listening(
            to: store.hooks(onProgress: { display.show($0) }, isCancelled: { stop.isRaised }))
        do {
            let count = threads ?? ProcessInfo.processInfo.activeProcessorCount
            let artifact = try await generator.generate(threads: count, hooks: hooks)
            display.finish()
            return artifact
        } catch SignalGeneratorError.cancelled {
            display.finish()
            try books.interrupted(collector)
            let note = "Stopped; a checkpoint is kept. The same command goes on from it, --reset starts over."
            if json { Output.warn(note) } else { print(note) }
            throw ExitStatusRequest(.interrupted)
        } catch let error as SignalGeneratorError {
            display.finish()
            throw CommandFailure(.configuration, "\(error)", fix: "")
        }
    }

    private struct Report: Encodable {
        let out: String
        let sha256: Digest
        let trials: Int
        let assets: [Row]

        struct Row: Encodable {
            let symbol: Symbol
            let rows: Int
            let folds: Int
            let outOfSample: ArtifactStatistics
            /// Under everything that was ever tried, not only this search.
            let judgement: ArtifactJudgement?
        }
    }

    private func show(_ artifact: SignalsArtifact, _ digest: Digest) throws {
        let history = try TrialHistory(path: trials.path)
        let judged = artifact.assets.map { (asset: $0, judgement: history.judgement($0, of: artifact)) }
        if json {
            let rows = judged.map {
                Report.Row(
                    symbol: $0.asset.symbol, rows: $0.asset.columns.count, folds: $0.asset.folds.count,
                    outOfSample: $0.asset.statistics, judgement: $0.judgement)
            }
            return try Output.json(
                Report(out: out, sha256: digest, trials: artifact.origin.search.trials, assets: rows))
        }
        print("\nOut of sample, after fees and slippage:")
        ArtifactText.table(artifact)
        print(
            "\n  \(artifact.origin.search.trials) genomes were tried for these; the gate counts all there ever were:"
        )
        GateText.show(judged, in: out)
        if let report { print("  report     \(report)/report.html, report.json") }
        print("  artifact   \(out)\n  sha256     \(digest)")
    }
}
