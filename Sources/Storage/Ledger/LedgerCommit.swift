public import Core

/// Everything that one commit writes, all of it or nothing.
public struct LedgerCommit: Hashable, Sendable {
    /// What happens to the kill latch.
    public enum LatchChange: Hashable, Sendable {
        /// It is set; an earlier latch keeps its reason and time.
        case engage(KillLatch)
        /// It is taken away.
        case release
    }

    /// Steps of the engine, in order.
    public var journal: [JournalDraft] = []
    /// Orders about to be sent.
    public var intents: [LedgerIntent] = []
    /// News of orders.
    public var orderEvents: [LedgerOrderEvent] = []
    /// Executions, in the order in which they were booked.
    public var fills: [Fill] = []
    /// Positions that changed.
    public var positions: [LedgerPosition] = []
    /// Protections that changed.
    public var protections: [LedgerProtection] = []
    /// New points of the equity curve.
    public var equity: [LedgerEquity] = []
    /// The engine after the last step of ``journal``; takes the place of the snapshot before.
    public var snapshot: LedgerSnapshot?
    /// Meta values to set; nil removes one.
    public var meta: [String: String?] = [:]
    /// What happens to the kill latch; nil leaves it as it is.
    public var latch: LatchChange?

    /// A commit that writes nothing yet.
    public init() {}
}

/// The meta keys that have a meaning.
public enum LedgerMetaKey {
    /// The mode the ledger is bound to; set when it is made.
    public static let mode = "mode"
    /// The account the ledger is bound to; set when it is made.
    public static let account = "account"
    /// Sequence and hash of the last journal row; kept by the ledger.
    public static let journalHead = "journal_head"
    /// Sequence and hash of the last seal; kept by the ledger.
    public static let sealHead = "seal_head"
    /// The kill latch as JSON; kept by the ledger.
    public static let killLatch = "kill_latch"
    /// SHA-256 of the signals artifact in use.
    public static let artifact = "artifact"
    /// The version of the program that wrote last.
    public static let programVersion = "program_version"
    /// The sequence of the last journal row that an earlier version wrote.
    public static let programSince = "program_since"

    static let reserved: Set<String> = [mode, account, journalHead, sealHead, killLatch]
}
