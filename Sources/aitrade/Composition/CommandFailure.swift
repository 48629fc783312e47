import ArgumentParser
import Storage

/// The exit codes that scripts rely on.
enum ExitStatus: Int32 {
    /// A check found something wrong.
    case checkFailed = 1
    /// Halted by the kill switch, verified flat.
    case halted = 10
    /// Halted by the kill switch, not verified flat.
    case haltedNotFlat = 11
    /// The command line makes no sense.
    case usage = 64
    /// An artifact, bars or a ledger cannot be used.
    case corruptInput = 65
    /// A venue cannot be reached, or there is no client for it.
    case venueUnavailable = 69
    /// A file cannot be written: no space, no permission.
    case cannotWrite = 73
    /// Another instance holds the lock.
    case locked = 75
    /// Live trading is not allowed, or keys were refused.
    case notAllowed = 77
    /// A setting is missing or malformed.
    case configuration = 78
    /// Stopped by Ctrl-C before the end.
    case interrupted = 130
}

/// A user's mistake or a machine's trouble: what is wrong, how to mend it, and the exit code. Never a stack trace.
struct CommandFailure: Error, CustomStringConvertible {
    let status: ExitStatus
    let problem: String
    let fix: String

    init(_ status: ExitStatus, _ problem: String, fix: String) {
        self.status = status
        self.problem = problem
        self.fix = fix
    }

    var description: String { fix.isEmpty ? problem : "\(problem)\n  fix: \(fix)" }
}
