public import Foundation
public import Storage

/// Looks at a state folder from outside the runner, reading only.
public struct StateFolderEye: Sendable {
    private let folder: URL

    /// An eye on `folder`.
    public init(folder: URL) {
        self.folder = folder
    }

    /// The lock file of the folder.
    public var lockPath: String { folder.appending(path: "runner.lock").path }
    /// The ledger of the folder.
    public var ledgerPath: String { folder.appending(path: "trades.sqlite").path }

    /// What it shows now.
    public func look() -> WatchdogSight {
        let beat = beat()
        return WatchdogSight(
            beat: beat, isRunning: suspect(beat)?.isRunning ?? isThere(beat),
            isLocked: InstanceLock.isHeld(path: lockPath), holder: InstanceLock.holder(path: lockPath)?.pid,
            hasLedger: FileManager.default.fileExists(atPath: ledgerPath),
            isKilled: KillSwitchFile(folder: folder).isEngaged)
    }

    /// The heartbeat file now.
    public func beat() -> WatchdogSight.Beat {
        let url = folder.appending(path: "runner_heartbeat.json")
        do {
            let beat = try JSONDecoder().decode(Heartbeat.self, from: try Data(contentsOf: url))
            return .beat(beat)
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            return .missing
        } catch {
            return .unreadable
        }
    }

    /// Who has to be gone before somebody else may act.
    public enum Culprit: Hashable, Sendable {
        /// Nobody that is known: the lock decides.
        case nobody
        /// This process.
        case process(ProcessIdentity)
        /// Another watchdog, which is closing everything already.
        case colleague(Int32)
    }

    /// The process that has the folder: whoever holds the lock, else whoever beat last. A process that did not say when
    /// it started cannot be told from a later one of its number, and is nobody.
    public func culprit() -> Culprit {
        let beat = beat()
        let writer = suspect(beat)
        guard InstanceLock.isHeld(path: lockPath), let holder = InstanceLock.holder(path: lockPath) else {
            return writer.map(Culprit.process) ?? .nobody
        }
        // A watchdog that beats is judged by its beats like a runner; one that cannot is left to work.
        if holder.isWatchdog == true, writer?.pid != holder.pid { return .colleague(holder.pid) }
        return (holder.process ?? writer).map(Culprit.process) ?? .nobody
    }

    private func suspect(_ beat: WatchdogSight.Beat) -> ProcessIdentity? {
        guard case .beat(let beat) = beat else { return nil }
        return beat.process
    }

    /// Whether there is a process of the number in a beat that does not say when its process started.
    private func isThere(_ beat: WatchdogSight.Beat) -> Bool {
        guard case .beat(let beat) = beat else { return false }
        return ProcessIdentity(of: beat.pid) != nil
    }
}
