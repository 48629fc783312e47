public import Core

/// One thing that is wrong in a ledger.
public enum LedgerFinding: Hashable, Sendable, CustomStringConvertible {
    /// SQLite itself finds the file damaged.
    case damaged(String)
    /// A row refers to one that is not there.
    case danglingReference(table: String, row: Int64)
    /// A journal row that is not what was written.
    case brokenChain(sequence: Int64, what: String)
    /// A row of another table that is not what was written, by the seal it got then.
    case alteredRow(table: String, row: String, what: String)
    /// Journal rows at the end are missing, or the note about the last one was changed.
    case journalEnd(expected: String, found: String)
    /// The stored position is not what the executions add up to.
    case positionDiffers(symbol: Symbol, field: String, stored: String, computed: String)
    /// An order was filled beyond its quantity.
    case overfilled(ClientOrderID, ordered: Quantity, filled: Quantity)
    /// An execution or order event names an intent of ours but is not tied to it, or the reverse.
    case untied(table: String, row: Int64, clientID: String)
    /// An execution's order is for another instrument or side.
    case mismatchedFill(ClientOrderID, tradeID: String)
    /// A value cannot be read.
    case unreadable(String)

    public var description: String {
        switch self {
        case .damaged(let detail): "the database file is damaged: \(detail)"
        case .danglingReference(let table, let row): "\(table) row \(row) refers to a row that is not there"
        case .brokenChain(let sequence, let what): "journal row \(sequence) was altered: \(what)"
        case .alteredRow(let table, let row, let what): "\(table) row \(row) was altered: \(what)"
        case .journalEnd(let expected, let found): "the journal ends at \(found), but was written up to \(expected)"
        case .positionDiffers(let symbol, let field, let stored, let computed):
            "position \(symbol): \(field) is \(stored), but the executions give \(computed)"
        case .overfilled(let id, let ordered, let filled): "order \(id): \(filled) filled of \(ordered) ordered"
        case .untied(let table, let row, let id): "\(table) row \(row): order \(id) and its intent do not agree"
        case .mismatchedFill(let id, let tradeID): "execution \(tradeID): order \(id) is for something else"
        case .unreadable(let detail): detail
        }
    }
}

/// The result of checking a ledger.
public struct LedgerVerification: Hashable, Sendable {
    /// Journal rows read.
    public let journalRows: Int
    /// Intents read.
    public let intents: Int
    /// News of orders read.
    public let orderEvents: Int
    /// Executions read.
    public let fills: Int
    /// Seals read: one for each row that was ever written beside the journal.
    public let seals: Int
    /// Sequence and hash of the last journal row and of the last seal. Whoever keeps a copy of them elsewhere can tell
    /// later that not even a forged chain took the ledger's place.
    public let heads: [String]
    /// Everything that is wrong; empty for a sound ledger.
    public let findings: [LedgerFinding]

    /// Whether nothing is wrong.
    public var isSound: Bool { findings.isEmpty }
}
