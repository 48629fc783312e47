import Core
import Foundation
import GRDB

/// A value in the ledger that cannot be what it should be.
struct LedgerDecodingError: Error, CustomStringConvertible {
    let column: String
    let description: String

    init(_ column: String, _ row: Row) {
        self.column = column
        description = "the column \(column) cannot be read in the row \(row.description.prefix(200))"
    }
}

extension Row {
    func text(_ column: String) throws -> String {
        guard let value = String.fromDatabaseValue(self[column]) else { throw LedgerDecodingError(column, self) }
        return value
    }

    func optionalText(_ column: String) throws -> String? {
        (self[column] as DatabaseValue).isNull ? nil : try text(column)
    }

    func number(_ column: String) throws -> Int64 {
        guard let value = Int64.fromDatabaseValue(self[column]) else { throw LedgerDecodingError(column, self) }
        return value
    }

    func time(_ column: String = "time") throws -> Timestamp { Timestamp(milliseconds: try number(column)) }

    func amount<Amount: ExactAmount>(_ column: String) throws -> Amount {
        guard let amount = Amount(try text(column)) else { throw LedgerDecodingError(column, self) }
        return amount
    }

    func optionalAmount<Amount: ExactAmount>(_ column: String) throws -> Amount? {
        (self[column] as DatabaseValue).isNull ? nil : try amount(column)
    }

    func symbol() throws -> Symbol {
        guard let symbol = Symbol(try text("symbol")) else { throw LedgerDecodingError("symbol", self) }
        return symbol
    }

    func value<Value: RawRepresentable>(_ column: String) throws -> Value where Value.RawValue == String {
        guard let value = Value(rawValue: try text(column)) else { throw LedgerDecodingError(column, self) }
        return value
    }
}

extension Digest {
    /// Reads what was written: lower case. Upper case would be the same digest, but it is not the same row any more.
    init?(asWritten value: DatabaseValue) {
        guard let text = String.fromDatabaseValue(value), let digest = Digest(hex: text), digest.hex == text else {
            return nil
        }
        self = digest
    }
}

extension JournalEntry {
    /// The columns in the order in which ``init(_:)`` takes them: by place, since the journal is long and looking
    /// columns up by name costs more than reading them.
    static let columns = "sequence, time, event, effects, previous_hash, hash"

    init(_ row: Row) throws {
        guard let sequence = Int64.fromDatabaseValue(row[0]), let time = Int64.fromDatabaseValue(row[1]),
            let event = String.fromDatabaseValue(row[2]), let effects = String.fromDatabaseValue(row[3]),
            let previousHash = Digest(asWritten: row[4]), let hash = Digest(asWritten: row[5])
        else { throw LedgerDecodingError("hash, time or text", row) }
        self.init(
            sequence: sequence,
            draft: JournalDraft(at: Timestamp(milliseconds: time), event: event, effects: effects),
            previousHash: previousHash, hash: hash)
    }
}

extension LedgerIntent {
    init(_ row: Row) throws {
        guard let kind = OrderKind(kind: try row.text("kind"), price: try row.optionalAmount("price")) else {
            throw LedgerDecodingError("kind", row)
        }
        let quantity: Quantity = try row.amount("quantity")
        guard quantity > .zero else { throw LedgerDecodingError("quantity", row) }
        let request = OrderRequest(
            clientID: ClientOrderID(try row.text("client_id")), symbol: try row.symbol(), side: try row.value("side"),
            quantity: quantity, kind: kind, reduceOnly: try row.number("reduce_only") == 1,
            purpose: try row.value("purpose"))
        self.init(request: request, venue: BrokerName(try row.text("venue")), at: try row.time())
    }
}

extension LedgerOrderEvent {
    init(_ row: Row) throws {
        self.init(
            venue: BrokerName(try row.text("venue")),
            clientID: try row.optionalText("client_id").map(ClientOrderID.init),
            venueOrderID: try row.optionalText("venue_order_id"), symbol: try row.symbol(),
            event: try row.value("event"),
            filled: try row.optionalAmount("filled"), reason: try row.optionalText("reason"),
            quantity: try row.optionalAmount("quantity"), price: try row.optionalAmount("price"), at: try row.time())
    }
}

extension Fill {
    init(_ row: Row) throws {
        self.init(
            venue: BrokerName(try row.text("venue")), tradeID: try row.text("trade_id"),
            clientID: try row.optionalText("client_id").map(ClientOrderID.init), symbol: try row.symbol(),
            side: try row.value("side"), price: try row.amount("price"), quantity: try row.amount("quantity"),
            fee: try row.amount("fee"), at: try row.time())
    }
}

extension LedgerPositionRow {
    init(_ row: Row) throws {
        let lots = try JSONDecoder().decode([Position.Lot].self, from: Data(try row.text("lots").utf8))
        self.init(
            symbol: try row.symbol(), quantity: try row.amount("quantity"), cost: try row.amount("cost"),
            realised: try row.amount("realised"), fees: try row.amount("fees"), lots: lots, at: try row.time())
    }
}

extension LedgerProtection {
    init(_ row: Row) throws {
        self.init(
            symbol: try row.symbol(), state: try row.text("state"), mode: try row.text("mode"),
            stop: try row.optionalAmount("stop"), takeProfit: try row.optionalAmount("take_profit"),
            quantity: try row.amount("quantity"), triggerPrice: try row.value("trigger_price"),
            unprotected: (try row.amount("unprotected") as Money).value, at: try row.time())
    }
}

extension LedgerEquity {
    init(_ row: Row) throws {
        self.init(
            at: try row.time(), currency: Currency(try row.text("currency")), equity: try row.amount("equity"),
            unrealised: try row.amount("unrealised"))
    }
}
