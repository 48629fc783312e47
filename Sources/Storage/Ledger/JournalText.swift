import Core
import GRDB

/// A journal row as it stands in the database, nothing of it read or checked yet: cheap to fetch in large numbers.
package struct JournalText: Sendable {
    /// Its place, counting from 1.
    package let sequence: Int64
    /// What was written down.
    package let draft: JournalDraft
    private let previousHash: String
    private let hash: String

    init(_ row: Row) throws {
        guard let sequence = Int64.fromDatabaseValue(row[0]), let time = Int64.fromDatabaseValue(row[1]),
            let event = String.fromDatabaseValue(row[2]), let effects = String.fromDatabaseValue(row[3]),
            let previousHash = String.fromDatabaseValue(row[4]), let hash = String.fromDatabaseValue(row[5])
        else { throw LedgerDecodingError("hash, time or text", row) }
        self.sequence = sequence
        draft = JournalDraft(at: Timestamp(milliseconds: time), event: event, effects: effects)
        (self.previousHash, self.hash) = (previousHash, hash)
    }

    /// Whether the row matches its hash and hangs on `previous`, the row before it; nil for the first row.
    package func isSound(after previous: JournalText?) -> Bool {
        guard previousHash == previous?.hash ?? JournalHash.origin.hex, sequence == (previous?.sequence ?? 0) + 1,
            let before = Digest(hex: previousHash)
        else { return false }
        return JournalHash.of(sequence: sequence, draft, after: before).hex == hash
    }
}

extension LedgerReader {
    /// Passes the whole journal to `body` in order, in pieces of at most `limit` rows, never holding it all in memory.
    ///
    /// - Throws: ``LedgerError``, or what `body` throws.
    package func readJournalTexts(by limit: Int, _ body: ([JournalText]) throws -> Void) throws {
        try journalTexts(JournalEntry.columns) { cursor in
            var piece: [JournalText] = []
            while let row = try cursor.next() {
                piece.append(try JournalText(row))
                guard piece.count == limit else { continue }
                try body(piece)
                piece.removeAll(keepingCapacity: true)
            }
            if !piece.isEmpty { try body(piece) }
        }
    }
}
