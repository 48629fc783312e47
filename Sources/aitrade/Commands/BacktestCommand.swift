import ArgumentParser
import Backtest
import Core
import Engine
import Foundation
import Signals
import Simulator
import Storage

/// `aitrade backtest`.
struct BacktestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest", abstract: "Runs the engine over history in memory, at full speed.",
        discussion: """
            The same engine and the same simulated exchange as `aitrade run`, without ledger and files.

            Example: aitrade backtest --signals data_cache/production_signals_v1.bin --assets BTCUSDT --report out
            """)

    @Option(help: "Signals artifact.") var signals = ArtifactFile.defaultPath
    @Option(help: "Assets, separated by commas; all of the artifact by default.") var assets: String?
    @Option(help: "Act on rows from this moment on (UTC).") var from: String?
    @Option(help: "Stop at this moment (UTC).") var to: String?
    @Option(help: "Folder for summary.json, trades.csv and equity.csv.") var report: String?
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var bars: BarFolderOption

    func run() async throws {
        let settings = try await Settings.load()
        let file = try ArtifactFile(path: signals)
        let chosen = try file.assets(try assets.map(Flags.symbols))
        let market = try ReplayBars(file.artifact, chosen, folder: bars.folder)
        let plan = try ReplayPlan(
            file.artifact, assets: chosen, bars: market, budget: settings.budget,
            from: try from.map { try Flags.moment($0, flag: "--from") },
            to: try to.map { try Flags.moment($0, flag: "--to") }, lastRowOnly: false)
        plan.shortfalls(bars: market.series).forEach(Output.warn)
        var backtest = Backtest(
            configuration: plan.configuration(
                artifact: file.digest, account: "backtest", limits: settings.limits,
                capabilities: SimulatedVenue.capabilities),
            market: try plan.market(market.series), signals: market.rows)
        let record = backtest.run()
        let summaries = SummaryText.summaries(
            fills: record.fills, equity: record.equity, instruments: plan.instruments, budget: settings.budget,
            bars: market.series)
        if let report { try BacktestReport(record, summaries).write(to: report) }
        if json {
            try Output.json(summaries)
        } else {
            for summary in summaries {
                print("Backtest of \(chosen.map(\.symbol.name).joined(separator: ", ")) in \(summary.currency)")
                SummaryText.print(summary)
            }
            printRefusals(record)
            if let report { print("  report     \(report)/summary.json, trades.csv, equity.csv") }
        }
    }

    private func printRefusals(_ record: BacktestRecord) {
        let counts = Dictionary(grouping: record.refusals, by: \.code).mapValues(\.count)
        guard !counts.isEmpty else { return }
        let parts = counts.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.rawValue) \($0.value)" }
        print("  refused    \(parts.joined(separator: ", "))")
    }
}
