import ArgumentParser
import Core
import Signals
import Storage

/// `aitrade signals inspect`.
struct SignalsInspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Shows an artifact's header and statistics.",
        discussion: "Example: aitrade signals inspect data_cache/production_signals_v1.bin --folds")

    @OptionGroup var artifact: ArtifactArgument
    @Flag(help: "Show every fold.") var folds = false
    @Flag(help: "Print the header as JSON: the file's own words, judged by its own search alone.") var json = false
    @OptionGroup var trials: TrialLedgerOption

    func run() async throws {
        let file = try ArtifactFile(path: artifact.file)
        if json { return print(try file.artifact.headerText()) }
        let origin = file.artifact.origin
        print("  \(file.path), sha256 \(file.digest)")
        print("  \(origin.generator.name) \(origin.generator.version), mode \(origin.mode.rawValue),", terminator: " ")
        print("preset \(origin.preset), seed \(origin.seed), interval \(origin.interval)")
        print("  train \(origin.trainWindow), trade \(origin.tradeWindow) bars;", terminator: " ")
        print("fee \(origin.costs.feeBps) bp, slippage \(origin.costs.slippageBps) bp;", terminator: " ")
        print("\(origin.search.trials) genomes tried")
        if let timeframes = origin.timeframes { print("  \(timeframes.note(on: origin.interval))") }
        print("")
        ArtifactText.table(file.artifact)
        let history = try TrialHistory(path: trials.path)
        if !history.knows(file.digest) {
            print("\n  The trial ledger \(trials.path) does not know it.")
        }
        for asset in file.artifact.assets {
            guard let judgement = history.judgement(asset, of: file.artifact) else { continue }
            GateText.table(asset.symbol, judgement, own: asset.judgement?.trials)
        }
        if folds { file.artifact.assets.forEach(ArtifactText.folds) }
    }
}
