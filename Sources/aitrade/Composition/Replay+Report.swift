import Backtest
import Core
import Engine
import Foundation
import Runner
import Storage

extension Replay {
    /// The result of a run as scripts read it.
    private struct Result: Encodable {
        let outcome: String
        let reason: String?
        let stillOpen: [String]
        let ledger: String
        /// SHA-256 of the signals artifact.
        let artifact: String
        let marketTime: Timestamp
        let newBars: Int
        let summaries: [PerformanceSummary]
        let risk: RiskReport
        let stoppedAt: Timestamp?
    }

    /// Prints how the run ended and what it earned so far.
    func report(_ end: End, json: Bool) throws {
        let reader = try LedgerReader(path: ledger.path)
        let equity = try reader.equity().map {
            EquityPoint(at: $0.at, currency: $0.currency, equity: $0.equity, unrealised: $0.unrealised)
        }
        let summaries = SummaryText.summaries(
            fills: try reader.fills(), equity: equity, instruments: plan.instruments, budget: settings.budget,
            bars: bars.series)
        if json {
            try Output.json(
                Result(
                    outcome: name(of: end.outcome), reason: reason(of: end.outcome), stillOpen: stillOpen(end.outcome),
                    ledger: ledger.path, artifact: file.digest.hex, marketTime: end.engine.now, newBars: end.newBars,
                    summaries: summaries, risk: RiskReport(end.engine),
                    stoppedAt: RiskReport(end.engine).stoppedAt))
            return
        }
        print(sentence(end))
        for summary in summaries {
            let budget = settings.budget.amount(in: Currency(summary.currency))
            print("\nResult in \(summary.currency), budget \(budget) for each asset")
            SummaryText.print(summary, stopped: end.engine.risk.trading.restrictions)
        }
        RiskReport(end.engine).print()
        for desk in end.engine.desks where !desk.position.isFlat {
            print("  open       \(desk.symbol) \(desk.position.quantity), counted at the last price")
        }
        for order in end.engine.desks.flatMap(\.openOrders) where !order.request.kind.isProtective {
            let request = order.request
            print("  waiting    \(request.side.rawValue) \(order.remaining) \(request.symbol), for the next bar's open")
        }
        print("  ledger     \(ledger.path)")
    }

    private func barCount(_ count: Int) -> String { count == 1 ? "1 bar" : "\(count) bars" }

    private func sentence(_ end: End) -> String {
        let time = Output.time(end.engine.now)
        switch end.outcome {
        case .finished where end.newBars == 0:
            return "The replay was finished before: nothing new to do. `--new` starts a new one and keeps this ledger."
        case .finished:
            return "The replay is finished: \(barCount(end.newBars)), up to \(time) UTC. `--new` starts a new one."
        case .stopped:
            return "Stopped after \(barCount(end.newBars)) at \(time) UTC; the same command goes on from here."
        case .halted(let reason):
            return """
                HALTED by the kill switch (\(reason)) at \(time) UTC: every venue was read and holds nothing.
                It stays halted until `aitrade kill --release\(StateFolder.flag(request.stateFolder))`.
                """
        case .haltedNotFlat(let open):
            return """
                HALTED, NOT PROVEN FLAT, at \(time) UTC. Still open: \(open.joined(separator: ", ")).
                Start the same command again to go on closing.
                """
        }
    }

    private func name(of outcome: RunOutcome) -> String {
        switch outcome {
        case .finished: "finished"
        case .stopped: "stopped"
        case .halted: "halted"
        case .haltedNotFlat: "haltedNotFlat"
        }
    }

    private func reason(of outcome: RunOutcome) -> String? {
        if case .halted(let reason) = outcome { reason } else { nil }
    }

    private func stillOpen(_ outcome: RunOutcome) -> [String] {
        if case .haltedNotFlat(let open) = outcome { open } else { [] }
    }
}
