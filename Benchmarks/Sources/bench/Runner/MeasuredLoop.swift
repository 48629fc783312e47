import Brokers
import Core
import Engine
import Foundation
import Logging
import Router
import Runner
import Simulator
import Storage

/// Rows by symbol and time that start a stopwatch when one is handed out.
struct TimedRows: SignalSource {
    let book: SignalBook
    let watch: Stopwatch

    func row(_ symbol: Symbol, _ bar: Bar, at time: Timestamp) -> SignalRow? {
        guard let row = book.row(symbol, bar, at: time) else { return nil }
        watch.start()
        return row
    }
}

/// The runner as it ships over a simulated venue: real ledger, real files, every commit flushed to the disk.
struct MeasuredLoop {
    let market: W4Market
    let rows: [SignalRow]
    let state: URL
    let watch = Stopwatch()

    var ledgerPath: String { state.appendingPathComponent("trades.sqlite").path }

    func ledger() throws -> Ledger {
        try Ledger(path: ledgerPath, identity: LedgerIdentity(mode: "backtest", account: "bench"))
    }

    /// Runs to the end of the data, or, with `stopAtOnce`, only until it is ready to trade.
    func run(stopAtOnce: Bool = false, onNews: @escaping @Sendable (Timestamp) -> Void = { _ in }) async throws {
        let ledger = try ledger()
        let broker = TimedBroker(SimulatedBroker(try market.replay()), watch, onNews: onNews)
        let started = ContinuousClock.now
        let setup = RunSetup(
            runId: "bench", pid: getpid(), mode: "backtest", configuration: market.configuration, market: broker.name,
            startsAt: .epoch, signals: TimedRows(book: SignalBook(rows), watch: watch), sleep: .zero, maxSteps: nil,
            stateFolder: state,
            wallClock: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) },
            uptime: { ContinuousClock.now - started }, rebuildVenue: { _ in })
        let quiet = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        let loop = TradingLoop(
            setup: setup, ledger: ledger, router: ExecutionRouter(brokers: [broker]), log: quiet)
        if stopAtOnce { await loop.requestStop() }
        _ = try await loop.run()
        try ledger.close()
    }
}
