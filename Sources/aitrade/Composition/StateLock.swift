import Core
import Foundation
import Storage

/// The lock of a state folder, for a command that must be alone on it.
enum StateLock {
    /// Takes the lock.
    ///
    /// - Throws: `InstanceLockError`; `held` names the process that works on the folder.
    static func take(_ folder: String, for command: String) throws -> InstanceLock {
        try InstanceLock(
            path: "\(folder)/runner.lock",
            holder: InstanceLock.Holder(
                pid: ProcessInfo.processInfo.processIdentifier, startedAt: .wallClock, runId: command))
    }
}

extension Timestamp {
    /// The machine's clock.
    static var wallClock: Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
}
