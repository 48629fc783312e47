/// What is wrong with a runner.
public enum WatchdogCause: String, Hashable, Codable, Sendable, CaseIterable {
    /// Its process is gone though its last beat did not say that it would go.
    case dead
    /// It broke off by itself and said so.
    case failed
    /// Its process is there and does not beat.
    case frozen
    /// It beats and gets nowhere.
    case looping
    /// There is no heartbeat that can be read.
    case silent
    /// It ended in order with positions open, the kill switch is engaged, and nobody is there to act on it.
    case unattended

    /// The stable code of the alert.
    public var code: String { "RUNNER_\(rawValue.uppercased())" }
}

/// What a watchdog thinks of a runner.
public enum WatchdogVerdict: Hashable, Sendable {
    /// It beats and gets on.
    case healthy
    /// It ended as it should, or never started here: there is nothing to watch.
    case resting(Heartbeat.State?)
    /// Something is wrong for so long, not long enough to act on.
    case suspect(WatchdogCause, age: Duration)
    /// Something is wrong for so long, and it is time to act.
    case stale(WatchdogCause, age: Duration)
}

/// What one look at a state folder shows.
public struct WatchdogSight: Hashable, Sendable {
    /// The heartbeat file.
    public enum Beat: Hashable, Sendable {
        /// There is no file.
        case missing
        /// It cannot be read as a heartbeat.
        case unreadable
        /// It says this.
        case beat(Heartbeat)
    }

    /// The heartbeat file.
    public var beat: Beat
    /// Whether the process that wrote the beat runs: the same process, not a later one of its number.
    public var isRunning: Bool
    /// Whether somebody holds the lock of the folder.
    public var isLocked: Bool
    /// The process that holds the lock, where the lock file says so.
    public var holder: Int32?
    /// Whether there is a ledger.
    public var hasLedger: Bool
    /// Whether the kill-switch file asks for everything to be closed.
    public var isKilled: Bool

    /// A sight from its parts.
    public init(
        beat: Beat, isRunning: Bool, isLocked: Bool, holder: Int32?, hasLedger: Bool, isKilled: Bool = false
    ) {
        (self.beat, self.isRunning, self.isLocked) = (beat, isRunning, isLocked)
        (self.holder, self.hasLedger, self.isKilled) = (holder, hasLedger, isKilled)
    }
}
