import ArgumentParser

/// `aitrade signals`.
struct SignalsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signals", abstract: "Trains walk-forward and writes the signals artifact; inspects artifacts.",
        discussion: "Example: aitrade signals --mode walk --assets BTCUSDT,LINKUSDT --seed 7",
        subcommands: [
            SignalsGenerate.self, SignalsInspect.self, SignalsVerify.self, SignalsExport.self,
            SignalsSweep.self, SignalsPresets.self, SignalsReport.self, SignalsTrials.self,
        ],
        defaultSubcommand: SignalsGenerate.self)
}

/// The artifact that a command reads.
struct ArtifactArgument: ParsableArguments {
    @Argument(help: "Signals artifact.") var file = ArtifactFile.defaultPath
}
