import ArgumentParser
import Foundation

/// The command line. Commands are thin: they read flags, call the rooms below, and print.
@main
struct AiTrade: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "aitrade",
        abstract: "Self-hosted trading: signals with walk-forward training, and a runner that gets flat when told.",
        discussion: """
            A first round on the bundled bars:
              aitrade data list
              aitrade signals --mode walk --assets BTCUSDT
              aitrade run --loop --assets BTCUSDT

            Stop everything:  aitrade kill --reason "going home"     (exit code of the runner: 10)

            Shell completion: aitrade --generate-completion-script bash > ~/.bash_completion.d/aitrade
            """,
        version: version,
        subcommands: [
            SignalsCommand.self, RunCommand.self, BacktestCommand.self, KillCommand.self, StatusCommand.self,
            WatchdogCommand.self, WhyCommand.self, ReconcileCommand.self, ReleaseCommand.self, AcknowledgeCommand.self,
            LedgerCommand.self, ReplayCommand.self, DataCommand.self, SimulateCommand.self, TwinCommand.self,
            OrdersCommand.self, PositionsCommand.self, FlattenCommand.self, DoctorCommand.self, SandboxCommand.self,
        ])

    static func main() async {
        do {
            let arguments = joinNegatives(Array(CommandLine.arguments.dropFirst()).map(kebabCase))
            var command = try parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            ErrorReport.leave(with: error)
        }
    }

    /// `--train_window` means `--train-window`: both spellings of every flag are accepted.
    private static func kebabCase(_ argument: String) -> String {
        guard argument.hasPrefix("--"), argument.count > 2 else { return argument }
        let end = argument.firstIndex(of: "=") ?? argument.endIndex
        return String(argument[..<end]).replacing("_", with: "-") + String(argument[end...])
    }

    /// `--sleep -1` means `--sleep=-1`: a negative number is a value, so that the flag itself says what it takes.
    private static func joinNegatives(_ arguments: [String]) -> [String] {
        arguments.reduce(into: []) { joined, argument in
            let isNegative = argument.first == "-" && argument.dropFirst().first?.isNumber == true
            if isNegative, let flag = joined.last, flag.hasPrefix("--"), flag.count > 2, !flag.contains("=") {
                joined[joined.count - 1] = "\(flag)=\(argument)"
            } else {
                joined.append(argument)
            }
        }
    }
}
