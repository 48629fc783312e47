import Core
import Foundation
import GRDB
import Storage
import Testing

/// A ledger in a folder of its own, and commits to fill it.
struct LedgerFixture {
    let folder: TemporaryFolder
    let path: String
    static let identity = LedgerIdentity(mode: "paper", account: "main")
    static let venue = BrokerName("simulated")
    static let start: Int64 = 1_704_067_200_000

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path("trades.sqlite")
    }

    func open() throws -> Ledger { try Ledger(path: path, identity: Self.identity) }

    static func time(_ step: Int) -> Timestamp { Timestamp(milliseconds: start + Int64(step) * 3_600_000) }

    static func symbol(_ name: String = "ABC") throws -> Symbol { try #require(Symbol(name)) }

    static func request(
        _ id: String, _ side: Side = .buy, _ quantity: String = "2", kind: OrderKind = .market, symbol: String = "ABC"
    ) throws -> OrderRequest {
        OrderRequest(
            clientID: ClientOrderID(id), symbol: try Self.symbol(symbol), side: side,
            quantity: try #require(Quantity(quantity)), kind: kind, reduceOnly: side == .sell,
            purpose: side == .buy ? .entry : .exit)
    }

    static func fill(
        _ trade: String, _ id: String?, _ side: Side, _ quantity: String, at price: String, step: Int,
        symbol: String = "ABC"
    ) throws -> Fill {
        Fill(
            venue: venue, tradeID: trade, clientID: id.map(ClientOrderID.init), symbol: try Self.symbol(symbol),
            side: side, price: try #require(Price(price)), quantity: try #require(Quantity(quantity)),
            fee: try #require(Money("0.01")), at: time(step))
    }

    /// The commits of a small life: buy 2 at 10 and 3 at 11, sell 4 at 12.5, one foreign execution, equity, protection.
    static func life() throws -> [LedgerCommit] {
        var position = Position(symbol: try symbol())
        let fills = [
            try fill("t1", "o1", .buy, "2", at: "10", step: 1), try fill("t2", "o2", .buy, "3", at: "11", step: 2),
            try fill("t3", "o3", .sell, "4", at: "12.5", step: 30),
        ]
        var commits: [LedgerCommit] = []
        for (index, one) in fills.enumerated() {
            var intent = LedgerCommit()
            intent.journal = [JournalDraft(at: one.at, event: "{\"signal\":\(index)}", effects: "[\"submit\"]")]
            let request = try request("o\(index + 1)", one.side, one.quantity.description)
            intent.intents = [LedgerIntent(request: request, venue: venue, at: one.at)]
            var booked = LedgerCommit()
            booked.journal = [JournalDraft(at: one.at, event: "{\"fill\":\"é\(index)\"}", effects: "[]")]
            booked.orderEvents = [
                LedgerOrderEvent(
                    venue: venue, clientID: request.clientID, venueOrderID: "v\(index)", symbol: request.symbol,
                    event: .filled, filled: one.quantity, at: one.at)
            ]
            booked.fills = [one]
            position.book(one)
            booked.positions = [LedgerPosition(position, at: one.at)]
            booked.equity = [
                LedgerEquity(
                    at: one.at, currency: Currency("USDT"), equity: Money(FixedDecimal(1000)), unrealised: .zero)
            ]
            commits += [intent, booked]
        }
        commits[1].protections = [
            LedgerProtection(
                symbol: try symbol(), state: "armedSynthetic", mode: "synthetic", stop: Price("9"), takeProfit: nil,
                quantity: position.quantity, at: time(2))
        ]
        return commits
    }

    /// A ledger with ``life()`` in it, closed again.
    static func lived() throws -> LedgerFixture {
        let fixture = try LedgerFixture()
        let ledger = try fixture.open()
        for commit in try life() { try ledger.commit(commit) }
        try ledger.close()
        return fixture
    }

    /// Changes the file behind the ledger's back, past the triggers that forbid it.
    func tamper(_ sql: String, droppingTriggersOf dropped: [String] = []) throws {
        try tampering(without: dropped) { try $0.execute(sql: sql) }
    }

    /// Changes one cell; false when the database itself cannot hold the change.
    func tamper(
        _ table: String, _ change: String, _ values: [any DatabaseValueConvertible], where key: String, _ row: String
    ) throws -> Bool {
        do {
            try tampering { db in
                try db.execute(sql: "PRAGMA ignore_check_constraints = ON")
                try db.execute(
                    sql: "UPDATE \(table) SET \(change) WHERE CAST(\(key) AS TEXT) = ?",
                    arguments: StatementArguments(values + [row]))
            }
            return true
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            return false
        }
    }

    private func tampering(without dropped: [String] = [], _ body: (Database) throws -> Void) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.write { db in
            let triggers = try Row.fetchAll(db, sql: "SELECT * FROM sqlite_master WHERE type = 'trigger'")
            for trigger in triggers { try db.execute(sql: "DROP TRIGGER \(trigger["name"] as String)") }
            try body(db)
            for trigger in triggers where !dropped.contains(trigger["tbl_name"] as String) {
                try db.execute(sql: trigger["sql"] as String)
            }
        }
        try queue.close()
    }

    func verification() throws -> LedgerVerification { try LedgerReader(path: path).verify() }
}
