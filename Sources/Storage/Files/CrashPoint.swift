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
        let text = statement.uppercased()
        let written: [(String, CrashPoint)] = [
            ("BEGIN", .commitBegun), ("INTO JOURNAL", .journalWritten), ("INTO INTENTS", .intentsWritten),
            ("INTO ORDER_EVENTS", .orderEventsWritten), ("INTO FILLS", .fillsWritten),
            ("INTO POSITIONS", .positionsWritten), ("INTO PROTECTIONS", .protectionsWritten),
            ("INTO EQUITY", .equityWritten), ("INTO META", .metaWritten), ("COMMIT", .commitEnding),
        ]
        guard let found = written.first(where: { text.hasPrefix($0.0) || text.contains(" \($0.0) ") }) else {
            return nil
        }
        self = found.1
    }
}

/// Told of every crash point that is passed.
public typealias CrashProbe = @Sendable (CrashPoint) -> Void
