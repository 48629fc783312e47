/// Why an asset may not be entered although the engine trades.
public enum EntryHold: String, Codable, Sendable, CaseIterable {
    /// The venue's account has not been read since the start.
    case unread
    /// The venue holds something else than our books say; a second reading will tell.
    case suspected
    /// Someone else changed the position; an operator has to acknowledge it.
    case external
}
