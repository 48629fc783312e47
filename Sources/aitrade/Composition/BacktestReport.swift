import Backtest
import Core
import Engine
import Foundation
import Storage

/// The files of `aitrade backtest --report`.
struct BacktestReport {
    private let record: BacktestRecord
    private let summaries: [PerformanceSummary]

    init(_ record: BacktestRecord, _ summaries: [PerformanceSummary]) {
        self.record = record
        self.summaries = summaries
    }

    func write(to folder: String) throws {
        try AtomicFile.createFolder(folder)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        try AtomicFile.write(Array(try encoder.encode(summaries)), to: "\(folder)/summary.json")
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

    private var equity: String {
        let lines = record.equity.map { "\($0.at.milliseconds),\($0.currency),\($0.equity),\($0.unrealised)" }
        return (["time_ms,currency,equity,unrealised"] + lines).joined(separator: "\n") + "\n"
    }
}
