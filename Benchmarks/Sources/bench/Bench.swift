import ArgumentParser

/// The benchmarks: every one prints JSON lines, and compares its results before it quotes a time.
@main struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures AiTrade; every measurement is one JSON line.",
        subcommands: [
            MakeBars.self, W1Command.self, W2Command.self, W3Command.self, FamilyCommand.self, W4Command.self,
            OverfittingCommand.self, RunnerCommand.self, SoakCommand.self, ReportCommand.self,
        ])
}
