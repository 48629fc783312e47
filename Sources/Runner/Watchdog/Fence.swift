import Core
import Foundation
public import Storage

/// Makes sure that a runner does nothing any more, before somebody else acts on its account.
public struct Fence: Sendable {
    /// How fencing ended.
    public enum Outcome: Sendable {
        /// The runner is gone and the folder is ours.
        case locked(InstanceLock)
        /// The runner was killed and hangs in the kernel, the lock with it. It will never act again, but its ledger
        /// cannot be used.
        case doomed(pid: Int32)
        /// Nobody may act: the folder belongs to a process that was not, or could not be, killed.
        case refused(String)
    }

    private let eye: StateFolderEye
    private let holder: InstanceLock.Holder
    private let patience: Duration

    /// A fence for one folder.
    ///
    /// - Parameters:
    ///   - holder: Signs the lock.
    ///   - patience: How long a killed process may take to go.
    public init(eye: StateFolderEye, holder: InstanceLock.Holder, patience: Duration = .seconds(10)) {
        (self.eye, self.holder, self.patience) = (eye, holder, patience)
    }

    /// Kills `culprit`, if it is still the process that was recorded, and takes the lock. A process that merely has
    /// its number is left alone.
    public func close(_ culprit: StateFolderEye.Culprit) async -> Outcome {
        var doomed: Int32?
        switch culprit {
        case .nobody: break
        case .colleague(let pid): return .refused("another watchdog, process \(pid), is closing everything")
        case .process(let process):
            switch await process.kill(patience: patience) {
            case .gone: break
            case .doomed: doomed = process.pid
            case .refused(let code):
                return .refused("process \(process.pid) cannot be killed: \(String(cString: strerror(code)))")
            }
        }
        do throws(InstanceLockError) {
            return .locked(try InstanceLock(path: eye.lockPath, holder: holder, announcing: .whenPossible))
        } catch {
            return doomed.map { .doomed(pid: $0) } ?? .refused(error.problem)
        }
    }
}
