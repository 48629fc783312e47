package import GRDB

/// The tables of the ledger. Migrations are only ever appended; their names are never changed.
package enum LedgerSchema {
    /// All migrations, oldest first.
    package static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 books") { try $0.execute(sql: books) }
        migrator.registerMigration("2 append only") { try $0.execute(sql: appendOnly) }
        migrator.registerMigration("3 protections") { try $0.execute(sql: protections) }
        migrator.registerMigration("4 seals and snapshots") { db in
            try db.execute(sql: seals)
            var sealer = try LedgerSealer(db)
            try sealer.sealEverything()
        }
        return migrator
    }

    /// The definition of every table, index and trigger, as SQLite keeps it.
    package static func definitions(_ db: Database) throws -> [String] {
        try String.fetchAll(
            db,
            sql: """
                SELECT type || ' ' || name || ': ' || coalesce(sql, '') FROM sqlite_master
                WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name
                """)
    }

    /// The definitions of a new ledger.
    package static func expectedDefinitions() throws -> [String] {
        let memory = try DatabaseQueue()
        try migrator.migrate(memory)
        return try memory.read(definitions)
    }

    private static let books = """
        CREATE TABLE meta (
            key TEXT NOT NULL PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE journal (
            sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
            time INTEGER NOT NULL,
            event TEXT NOT NULL,
            effects TEXT NOT NULL,
            previous_hash TEXT NOT NULL CHECK (length(previous_hash) = 64),
            hash TEXT NOT NULL CHECK (length(hash) = 64)
        ) STRICT;

        CREATE TABLE intents (
            client_id TEXT NOT NULL PRIMARY KEY,
            venue TEXT NOT NULL,
            symbol TEXT NOT NULL,
            side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
            quantity TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('market', 'limit', 'stop', 'takeProfit')),
            price TEXT CHECK ((kind = 'market') = (price IS NULL)),
            reduce_only INTEGER NOT NULL CHECK (reduce_only IN (0, 1)),
            purpose TEXT NOT NULL,
            time INTEGER NOT NULL,
            journal INTEGER REFERENCES journal (sequence)
        ) STRICT;

        CREATE TABLE order_events (
            id INTEGER PRIMARY KEY,
            venue TEXT NOT NULL,
            client_id TEXT,
            intent TEXT REFERENCES intents (client_id) CHECK (intent IS NULL OR intent = client_id),
            venue_order_id TEXT,
            symbol TEXT NOT NULL,
            event TEXT NOT NULL,
            filled TEXT,
            reason TEXT,
            time INTEGER NOT NULL,
            journal INTEGER REFERENCES journal (sequence)
        ) STRICT;
        CREATE INDEX order_events_by_intent ON order_events (intent);

        CREATE TABLE fills (
            id INTEGER PRIMARY KEY,
            venue TEXT NOT NULL,
            trade_id TEXT NOT NULL,
            client_id TEXT,
            intent TEXT REFERENCES intents (client_id) CHECK (intent IS NULL OR intent = client_id),
            symbol TEXT NOT NULL,
            side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
            price TEXT NOT NULL,
            quantity TEXT NOT NULL,
            fee TEXT NOT NULL,
            time INTEGER NOT NULL,
            journal INTEGER REFERENCES journal (sequence),
            UNIQUE (venue, trade_id)
        ) STRICT;
        CREATE INDEX fills_by_intent ON fills (intent);

        CREATE TABLE positions (
            symbol TEXT NOT NULL PRIMARY KEY,
            quantity TEXT NOT NULL,
            cost TEXT NOT NULL,
            realised TEXT NOT NULL,
            fees TEXT NOT NULL,
            lots TEXT NOT NULL,
            time INTEGER NOT NULL,
            journal INTEGER REFERENCES journal (sequence)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE protections (
            symbol TEXT NOT NULL PRIMARY KEY,
            state TEXT NOT NULL,
            mode TEXT NOT NULL,
            stop TEXT,
            take_profit TEXT,
            quantity TEXT NOT NULL,
            time INTEGER NOT NULL,
            journal INTEGER REFERENCES journal (sequence)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE equity (
            id INTEGER PRIMARY KEY,
            time INTEGER NOT NULL,
            currency TEXT NOT NULL,
            equity TEXT NOT NULL,
            unrealised TEXT NOT NULL,
            journal INTEGER REFERENCES journal (sequence)
        ) STRICT;
        """

    private static let protections = """
        ALTER TABLE protections ADD COLUMN trigger_price TEXT NOT NULL DEFAULT 'last';
        ALTER TABLE protections ADD COLUMN unprotected TEXT NOT NULL DEFAULT '0';
        ALTER TABLE order_events ADD COLUMN quantity TEXT;
        ALTER TABLE order_events ADD COLUMN price TEXT;
        """

    private static let appendOnly = ["journal", "intents", "order_events", "fills", "equity"].map(neverChanged)
        .joined(separator: "\n")

    private static let seals =
        """
        CREATE TABLE snapshots (
            sequence INTEGER PRIMARY KEY REFERENCES journal (sequence),
            version TEXT NOT NULL,
            engine TEXT NOT NULL
        ) STRICT;

        CREATE TABLE seals (
            sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
            origin TEXT NOT NULL,
            row TEXT NOT NULL,
            content TEXT CHECK (content IS NULL OR length(content) = 64),
            hash TEXT NOT NULL CHECK (length(hash) = 64)
        ) STRICT;

        """ + neverChanged("seals")

    private static func neverChanged(_ table: String) -> String {
        ["UPDATE", "DELETE"].map { action in
            """
            CREATE TRIGGER \(table)_never_\(action.lowercased()) BEFORE \(action) ON \(table)
            BEGIN SELECT RAISE(ABORT, 'rows of \(table) are never changed or removed'); END;
            """
        }.joined(separator: "\n")
    }
}
