import Core
import Foundation
import GRDB

/// Writes one commit inside one transaction.
struct LedgerWriter {
    let db: Database
    let path: String
    private var sealer: LedgerSealer

    init(db: Database, path: String) throws {
        (self.db, self.path) = (db, path)
        sealer = try LedgerSealer(db)
    }

    /// Binds a new ledger to `identity`; refuses one that is bound to another.
    mutating func bind(to identity: LedgerIdentity) throws {
        let mode = try meta(LedgerMetaKey.mode)
        let account = try meta(LedgerMetaKey.account)
        if let mode, let account {
            let stored = LedgerIdentity(mode: mode, account: account)
            if stored != identity { throw LedgerError.wrongIdentity(path: path, stored: stored, asked: identity) }
            return
        }
        try setMeta(LedgerMetaKey.mode, identity.mode)
        try setMeta(LedgerMetaKey.account, identity.account)
        try setMeta(LedgerMetaKey.sealHead, sealer.head)
    }

    /// Gives the account that the ledger is bound to another name.
    mutating func rebind(to account: String) throws {
        try setMeta(LedgerMetaKey.account, account)
        try setMeta(LedgerMetaKey.sealHead, sealer.head)
    }

    /// Writes everything; returns the last journal sequence.
    mutating func write(_ commit: LedgerCommit) throws -> Int64 {
        let journal = try append(commit.journal)
        let reference = journal > 0 ? journal : nil
        for intent in commit.intents { try write(intent, reference) }
        for event in commit.orderEvents { try write(event, reference) }
        for fill in commit.fills { try write(fill, reference) }
        for position in commit.positions { try write(position, reference) }
        for protection in commit.protections { try write(protection, reference) }
        for point in commit.equity {
            try insert(
                "equity",
                [
                    ("time", point.at.milliseconds), ("currency", point.currency.code),
                    ("equity", point.equity.description), ("unrealised", point.unrealised.description),
                    ("journal", reference),
                ])
        }
        for (key, value) in commit.meta.sorted(by: { $0.key < $1.key }) {
            if LedgerMetaKey.reserved.contains(key) { throw LedgerError.reservedKey(path: path, key: key) }
            try setMeta(key, value)
        }
        try write(commit.latch)
        if let snapshot = commit.snapshot { try write(snapshot, after: journal) }
        if sealer.hasSealed { try setMeta(LedgerMetaKey.sealHead, sealer.head) }
        return journal
    }

    /// One snapshot is kept: the newest.
    private mutating func write(_ snapshot: LedgerSnapshot, after journal: Int64) throws {
        guard journal > 0 else { return }
        for old in try Int64.fetchAll(
            db, sql: "SELECT sequence FROM snapshots WHERE sequence <> ?", arguments: [journal])
        {
            try execute("DELETE FROM snapshots WHERE sequence = ?", [old])
            try sealer.seal("snapshots", String(old), nil)
        }
        try insert(
            "snapshots", [("sequence", journal), ("version", snapshot.version), ("engine", snapshot.engine)],
            orReplace: true)
    }

    private mutating func append(_ drafts: [JournalDraft]) throws -> Int64 {
        let last = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT sequence, hash FROM journal ORDER BY sequence DESC LIMIT 1"))
        var sequence: Int64 = last?["sequence"] ?? 0
        var hash = last.flatMap { Digest(hex: $0["hash"] as String) } ?? JournalHash.origin
        for draft in drafts {
            sequence += 1
            let next = JournalHash.of(sequence: sequence, draft, after: hash)
            try execute(
                "INSERT INTO journal (sequence, time, event, effects, previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?)",
                [sequence, draft.at.milliseconds, draft.event, draft.effects, hash.hex, next.hex])
            hash = next
        }
        if !drafts.isEmpty { try setMeta(LedgerMetaKey.journalHead, "\(sequence):\(hash.hex)") }
        return sequence
    }

    private mutating func write(_ intent: LedgerIntent, _ journal: Int64?) throws {
        let columns = intent.columns
        let stored = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT * FROM intents WHERE client_id = ?"),
            arguments: [intent.request.clientID.text])
        if let stored {
            for (name, value) in columns where stored[name] as DatabaseValue != (value?.databaseValue ?? .null) {
                throw LedgerError.conflictingIntent(path: path, id: intent.request.clientID, field: name)
            }
            return
        }
        try insert("intents", columns + [("time", intent.at.milliseconds), ("journal", journal)])
    }

    private mutating func write(_ event: LedgerOrderEvent, _ journal: Int64?) throws {
        try insert(
            "order_events",
            [
                ("venue", event.venue.text), ("client_id", event.clientID?.text),
                ("intent", try intent(event.clientID)),
                ("venue_order_id", event.venueOrderID), ("symbol", event.symbol.name), ("event", event.event.rawValue),
                ("filled", event.filled?.description), ("reason", event.reason), ("time", event.at.milliseconds),
                ("journal", journal), ("quantity", event.quantity?.description), ("price", event.price?.description),
            ])
    }

    private mutating func write(_ fill: Fill, _ journal: Int64?) throws {
        let stored = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT * FROM fills WHERE venue = ? AND trade_id = ?"),
            arguments: [fill.venue.text, fill.tradeID])
        if let stored {
            for (name, value) in fill.substance where stored[name] as DatabaseValue != (value?.databaseValue ?? .null) {
                throw LedgerError.conflictingFill(path: path, venue: fill.venue, tradeID: fill.tradeID, field: name)
            }
            return
        }
        try insert(
            "fills",
            [("venue", fill.venue.text), ("trade_id", fill.tradeID)] + fill.substance + [
                ("client_id", fill.clientID?.text), ("intent", try intent(fill.clientID)),
                ("fee", fill.fee.description), ("time", fill.at.milliseconds), ("journal", journal),
            ])
    }

    private mutating func write(_ row: LedgerPosition, _ journal: Int64?) throws {
        let position = row.position
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let lots = String(decoding: try encoder.encode(position.lots), as: UTF8.self)
        try insert(
            "positions",
            [
                ("symbol", position.symbol.name), ("quantity", position.quantity.description),
                ("cost", position.cost.description), ("realised", position.realised.description),
                ("fees", position.fees.description), ("lots", lots), ("time", row.at.milliseconds),
                ("journal", journal),
            ], orReplace: true)
    }

    private mutating func write(_ row: LedgerProtection, _ journal: Int64?) throws {
        try insert(
            "protections",
            [
                ("symbol", row.symbol.name), ("state", row.state), ("mode", row.mode), ("stop", row.stop?.description),
                ("take_profit", row.takeProfit?.description), ("quantity", row.quantity.description),
                ("time", row.at.milliseconds), ("journal", journal), ("trigger_price", row.triggerPrice.rawValue),
                ("unprotected", row.unprotected.description),
            ], orReplace: true)
    }

    private mutating func write(_ change: LedgerCommit.LatchChange?) throws {
        switch change {
        case nil: return
        case .release?: try setMeta(LedgerMetaKey.killLatch, nil)
        case .engage(let latch)?:
            guard try meta(LedgerMetaKey.killLatch) == nil else { return }
            try setMeta(LedgerMetaKey.killLatch, String(decoding: try JSONEncoder().encode(latch), as: UTF8.self))
        }
    }

    // MARK: Statements

    /// The client id when it names an intent of ours; nil marks the row as external.
    private func intent(_ id: ClientOrderID?) throws -> String? {
        guard let id else { return nil }
        return try String.fetchOne(
            db.cachedStatement(sql: "SELECT client_id FROM intents WHERE client_id = ?"), arguments: [id.text])
    }

    private func meta(_ key: String) throws -> String? {
        try String.fetchOne(db.cachedStatement(sql: "SELECT value FROM meta WHERE key = ?"), arguments: [key])
    }

    private mutating func setMeta(_ key: String, _ value: String?) throws {
        if let value {
            try execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", [key, value])
        } else {
            try execute("DELETE FROM meta WHERE key = ?", [key])
        }
        guard !LedgerSeal.unsealedKeys.contains(key) else { return }
        try sealer.seal("meta", key, value.map { [("value", $0.databaseValue)] })
    }

    /// Inserts a row and seals it.
    private mutating func insert(
        _ table: String, _ columns: [(String, (any DatabaseValueConvertible)?)], orReplace: Bool = false
    ) throws {
        let names = columns.map(\.0).joined(separator: ", ")
        let places = columns.map { _ in "?" }.joined(separator: ", ")
        let verb = orReplace ? "INSERT OR REPLACE" : "INSERT"
        try execute("\(verb) INTO \(table) (\(names)) VALUES (\(places))", columns.map(\.1))
        let key = LedgerSeal.key(of: table)
        let name = columns.first { $0.0 == key }?.1?.databaseValue.sealText ?? String(db.lastInsertedRowID)
        try sealer.seal(table, name, columns.map { ($0.0, $0.1?.databaseValue ?? .null) })
    }

    private func execute(_ sql: String, _ values: [(any DatabaseValueConvertible)?]) throws {
        try db.cachedStatement(sql: sql).execute(arguments: StatementArguments(values))
    }
}
