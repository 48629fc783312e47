import Core
import Foundation
import Storage

/// The commit before an order leaves: a journal row and an intent, flushed to the disk.
struct LedgerCommits {
    let path: String

    func measure(_ count: Int) throws {
        let ledger = try Ledger(path: path, identity: LedgerIdentity(mode: "backtest", account: "bench"))
        let symbol = try benchmarkSymbol()
        var measurement = Measurement()
        for number in 0..<count {
            let now = Timestamp(milliseconds: Int64(number) * 1000)
            let request = OrderRequest(
                clientID: .derived(
                    artifact: "bench", account: "bench", symbol: symbol, time: now, leg: 0, purpose: .entry),
                symbol: symbol, side: .buy, quantity: Quantity(.one), kind: .market, reduceOnly: false,
                purpose: .entry)
            var commit = LedgerCommit()
            commit.journal = [JournalDraft(at: now, event: #"{"deadline":{}}"#, effects: "[]")]
            commit.intents = [LedgerIntent(request: request, venue: BrokerName("simulated"), at: now)]
            try measurement.time { _ = try ledger.commit(commit) }
        }
        try ledger.close()
        var line = ReportLine(workload: "ledger-commit", case: "WAL, synchronous=FULL, 1 journal row, 1 intent")
        line.add(quantiles: measurement)
        line.print()
    }
}
