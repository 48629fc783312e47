import Backtest
import Core
import Engine
import Foundation
import Storage

/// The files of `aitrade backtest --report`.
struct BacktestReport {
    private let record: BacktestRecord
    private let summaries: [PerformanceSummary]
    private let risk: RiskReport

    init(_ record: BacktestRecord, _ summaries: [PerformanceSummary], _ risk: RiskReport) {
        self.risk = risk
        self.record = record
        self.summaries = summaries
    }

    func write(to folder: String) throws {
        try AtomicFile.createFolder(folder)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        try AtomicFile.write(Array(try encoder.encode(summaries)), to: "\(folder)/summary.json")
        try AtomicFile.write(Array(try encoder.encode(risk)), to: "\(folder)/risk.json")
        try AtomicFile.write(refusals, to: "\(folder)/refusals.csv")
        try AtomicFile.write(trades, to: "\(folder)/trades.csv")
        try AtomicFile.write(equity, to: "\(folder)/equity.csv")
    }

    private var trades: String {
        let header = "symbol,side,opened_ms,closed_ms,quantity,entry_price,exit_price,profit,fees,net"
        let lines = record.roundTrips.map { trip in
            [
                trip.symbol.name, trip.isLong ? "long" : "short", "\(trip.openedAt.milliseconds)",
                "\(trip.closedAt.milliseconds)", "\(trip.quantity)", "\(trip.entryPrice)", "\(trip.exitPrice)",
                "\(trip.profit)", "\(trip.fees)", "\(trip.net)",
            ].joined(separator: ",")
        }
        return ([header] + lines).joined(separator: "\n") + "\n"
    }

    private var refusals: String {
        let lines = record.refusals.map { refusal in
            let rule = "\(refusal.code.rawValue),\(refusal.figures)"
            let sentence = refusal.sentence.replacing("\"", with: "'")
            return
                "\(refusal.at.milliseconds),\(refusal.symbol),\(rule),\"\(sentence)\""
        }
        return (["time_ms,symbol,code,figures,sentence"] + lines).joined(separator: "\n") + "\n"
    }

    private var equity: String {
        let lines = record.equity.map { "\($0.at.milliseconds),\($0.currency),\($0.equity),\($0.unrealised)" }
        return (["time_ms,currency,equity,unrealised"] + lines).joined(separator: "\n") + "\n"
    }
}
