import ArgumentParser
import Core
import Engine
import Foundation
import Storage

/// What the runner costs: from signal to order, to start on a long ledger, per step of the engine, per commit.
struct RunnerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runner",
        abstract: "Measure signal to order, cold start, engine steps, the risk gate and ledger commits.")

    @Option(help: "A folder for ledgers; made new and removed afterwards.") var state = ".build/bench-state"
    @Option(help: "The journal has at least so many rows before the cold start.") var rows = 100_000
    @Option(help: "Repetitions of the cold start and of the engine's replay.") var runs = 3
    @Option(help: "Ledger commits to time.") var commits = 2_000

    func run() async throws {
        let folder = URL(fileURLWithPath: state)
        try? FileManager.default.removeItem(at: folder)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }

        let loop = try Self.scenario(bars: rows / 2, folder)
        try await loop.run()
        var order = ReportLine(workload: "signal-to-order", case: "in process, commit included")
        order.add(quantiles: loop.watch.measurement)
        order.print()

        try await coldStart(loop)
        try EngineTape(ledger: loop.ledgerPath).measure(runs: runs)
        try LedgerCommits(path: folder.appendingPathComponent("commits.sqlite").path).measure(commits)
    }

    /// A day of crossings with the tightest bracket, so that there are many orders.
    private static func scenario(bars: Int, _ folder: URL) throws -> MeasuredLoop {
        let bars = BenchmarkBars(count: bars)
        let series = try bars.series()
        let limits = RiskLimits(
            maxOrderNotional: MoneyLimit([:], others: Money(FixedDecimal(1_000_000))),
            maxPositionNotional: MoneyLimit([:], others: Money(FixedDecimal(1_000_000))),
            maxQuantity: Quantity(FixedDecimal(10)), priceCollarPercent: FixedDecimal(5),
            stalePriceAfter: .seconds(60), signalExpiresAfter: .seconds(60))
        let entries = w4Reference(bars.rows, .tight, .levels).map { w4Row(series, bar: $0.entryBar, .tight) }
        return MeasuredLoop(
            market: try W4Market([series], W4Convention.levels.fills, limits: limits), rows: entries, state: folder)
    }

    private func coldStart(_ loop: MeasuredLoop) async throws {
        let journal = try LedgerReader(path: loop.ledgerPath).journalCount()
        guard journal >= rows else { throw BenchmarkFault("the journal has \(journal) rows, fewer than \(rows)") }
        var measurement = Measurement()
        for _ in 0..<runs {
            let start = ContinuousClock.now
            try await loop.run(stopAtOnce: true)
            measurement.append(seconds: (ContinuousClock.now - start) / .seconds(1))
        }
        var line = ReportLine(workload: "cold-start", case: "open, check, replay, ready")
        line.add("rows", journal)
        line.add(measurement)
        line.print()
    }
}

extension LedgerReader {
    /// How many rows the journal has.
    fileprivate func journalCount() throws -> Int {
        var count = 0
        try readJournal { _ in count += 1 }
        return count
    }
}
