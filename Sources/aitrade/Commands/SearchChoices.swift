import ArgumentParser
import Core
import Optimizer
import Signals
import Storage

/// How to search: a preset, and what overrules it.
struct SearchChoices: ParsableArguments {
    @Option(help: "A style: 'aitrade signals presets' lists them; or a JSON file of your own.") var preset = "standard"
    @Option(help: "Bars to train a fold on (800, or the preset's).") var trainWindow: Int?
    @Option(help: "Bars a fold is traded (400, or the preset's).") var tradeWindow: Int?
    @Option(help: "Genomes in a generation (64, or the preset's).") var population: Int?
    @Option(help: "Generations of a fold's search (20, or the preset's).") var generations: Int?
    @Option(help: "Timeframes entries may ask: off, on (SIGNALS_TIMEFRAMES), or weights as 1h=.5,4h=.3,1d=.2.")
    var timeframes: String?
    @Flag(help: "Universal: trade each asset with what the others taught, never its own bars.") var crossAssetWf = false

    /// Puts the preset into the options, then what was said on the command line; `weights` are those of the settings.
    func apply(to options: inout WalkForwardOptions, timeframes weights: TimeframeWeights) throws {
        let chosen = try BundledPresets.load(preset)
        do {
            try chosen.apply(to: &options, timeframes: weights)
        } catch {
            throw CommandFailure(.corruptInput, "preset \(preset): \(error)", fix: BundledPresets.help)
        }
        if let timeframes { options.timeframes = try choice(timeframes).weights(usual: weights) }
        options.trainWindow = trainWindow ?? options.trainWindow
        options.tradeWindow = tradeWindow ?? options.tradeWindow
        options.search.population = population ?? options.search.population
        options.search.generations = generations ?? options.search.generations
        options.crossAsset = crossAssetWf
    }

    private func choice(_ text: String) throws -> TimeframeChoice {
        do {
            return try TimeframeChoice(text)
        } catch {
            throw CommandFailure(
                .usage, "--timeframes: \(error)", fix: "off, on, or weights that add up to 1 such as 1h=.5,4h=.3,1d=.2")
        }
    }
}
