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
    @Option(help: ReleaseChoice.help) var release = ReleaseChoice.never
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var bars: BarFolderOption

    private struct Result: Encodable {
        let summaries: [PerformanceSummary]
        let risk: RiskReport
        let stoppedAt: Timestamp?
    }

    func run() async throws {
        let settings = try await Settings.load()
        let range = try Flags.range(from, to)
        let file = try ArtifactFile(path: signals)
        let chosen = try file.assets(try assets.map(Flags.symbols), bars: bars.folder)
        let market = try ReplayBars(file.artifact, chosen, folder: bars.folder)
        let plan = try ReplayPlan(
            file.artifact, assets: chosen, bars: market, budget: settings.budget,
            from: range.from, to: range.to, lastRowOnly: false)
        plan.shortfalls(bars: market.series).forEach(Output.warn)
        var backtest = Backtest(
            configuration: plan.configuration(
                artifact: file.digest, account: "backtest", limits: settings.limits, protection: settings.protection,
                reconcile: settings.reconcile,
                capabilities: SimulatedVenue.capabilities),
            market: try plan.market(market.series), signals: market.rows,
            world: BacktestWorld(
                regime: try await RegimeSetup.readings(settings.risk.regimeSource),
                releasedDailyBy: release == .daily ? ReleaseChoice.operatorName : nil))
        let record = backtest.run()
        let summaries = SummaryText.summaries(
            fills: record.fills, equity: record.equity, instruments: plan.instruments, budget: settings.budget,
            bars: market.series)
        if let report { try BacktestReport(record, summaries, RiskReport(backtest.engine)).write(to: report) }
        if json {
            let risk = RiskReport(backtest.engine)
            try Output.json(Result(summaries: summaries, risk: risk, stoppedAt: risk.stoppedAt))
        } else {
            for summary in summaries {
                print("Backtest of \(chosen.map(\.symbol.name).joined(separator: ", ")) in \(summary.currency)")
                SummaryText.print(summary, stopped: backtest.engine.risk.trading.restrictions)
            }
            RiskReport(backtest.engine).print()
            if let report { print("  report     \(report)/summary.json, trades.csv, equity.csv") }
        }
    }
}
