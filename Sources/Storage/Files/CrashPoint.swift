/// Every moment of a run at which a crash leaves something different behind: each write, send and acknowledgement.
///
/// The runner names the moment it passes; in production nobody listens. Tests end the world there, start again, and
/// require the same end as without the crash.
public enum CrashPoint: String, Hashable, Sendable, CaseIterable {
    /// The start.
    case startBegun, journalReplayed, venueRebuilt, configurationTaken, questionAsked, questionAnswered, rowsCaughtUp
    /// One pass.
    case passBegun, killRead, killTaken, flatJudged, newsAwaited, newsHeard, newsTaken, rowTaken, deadlineTaken
    /// One pass.
    case waitBegun
    /// One step of the engine.
    case stepped, staged, flushed, performed
    /// Messages to a venue, before and after each.
    case entrySending, entryAnswered, exitSending, exitAnswered, protectionSending, protectionAnswered
    /// Messages to a venue, before and after each.
    case flattenSending, flattenAnswered, cancelSending, cancelAnswered, accountReading, accountRead
    /// Inside the ledger's transaction.
    case commitBegun, journalWritten, intentsWritten, orderEventsWritten, fillsWritten, positionsWritten
    /// Inside the ledger's transaction.
    case protectionsWritten, equityWritten, metaWritten, commitEnding
    /// Files beside the ledger: opened, written, in place.
    case beatOpened, beatWritten, beatPlaced
    /// Files beside the ledger: opened, written, in place.
    case protectionFileOpened, protectionFileWritten, protectionFilePlaced
    /// Files beside the ledger: opened, written, in place.
    case stateFileOpened, stateFileWritten, stateFilePlaced
    /// The end.
    case endFlushed, endTold

    /// Its number, from one.
    public var number: Int { (Self.allCases.firstIndex(of: self) ?? 0) + 1 }

    /// The moment before a statement of the ledger's transaction; nil for any other statement.
    package init?(statement: String) {
        // Asked for every statement of thousands of runs: only the first words are looked at.
        let words = statement.utf8.prefix(60).split(separator: UInt8(ascii: " "), maxSplits: 5)
            .map { String(Substring($0)).uppercased() }
        let name = words.firstIndex(of: "INTO").flatMap { $0 + 1 < words.count ? words[$0 + 1] : nil } ?? words.first
        guard let found = name.flatMap({ Self.statements[$0] }) else { return nil }
        self = found
    }

    /// By the table that is written, or the statement's first word.
    private static let statements: [String: CrashPoint] = [
        "BEGIN": .commitBegun, "JOURNAL": .journalWritten, "INTENTS": .intentsWritten,
        "ORDER_EVENTS": .orderEventsWritten, "FILLS": .fillsWritten, "POSITIONS": .positionsWritten,
        "PROTECTIONS": .protectionsWritten, "EQUITY": .equityWritten, "META": .metaWritten, "COMMIT": .commitEnding,
    ]
}

/// Told of every crash point that is passed.
public typealias CrashProbe = @Sendable (CrashPoint) -> Void
