/// How a run ended.
public enum RunOutcome: Hashable, Sendable {
    /// The replay reached the end of its data.
    case finished
    /// `--max-steps`, a single pass, or a signal asked it to stop.
    case stopped
    /// The kill switch halted it, and every venue was read flat.
    case halted(reason: String)
    /// The kill switch was engaged and the run was broken off before every venue was read flat.
    case haltedNotFlat(stillOpen: [String])
}

extension RunOutcome {
    /// What the last heartbeat says.
    var beatState: Heartbeat.State {
        switch self {
        case .finished: .finished
        case .stopped: .stopped
        case .halted: .halted
        case .haltedNotFlat: .flattening
        }
    }
}
