import Core
import Foundation
import Runner
import Storage

/// The state folder of a run on venues: its lock, the locks of the accounts, its log and its ledger.
struct LiveBooks {
    let runId: String
    let ledger: Ledger
    private let lock: InstanceLock
    private let accountLocks: [AccountLock]

    /// Takes the locks, starts the log and opens the ledger.
    init(_ request: LiveRequest, _ venues: LiveVenues, log: LogSettings) throws {
        let now = SystemTime.wall()
        runId = "\(DateText.fileName(now))-\(ProcessInfo.processInfo.processIdentifier)"
        try AtomicFile.createFolder(request.stateFolder)
        lock = try InstanceLock(
            path: "\(request.stateFolder)/runner.lock",
            holder: InstanceLock.Holder(
                pid: ProcessInfo.processInfo.processIdentifier, startedAt: now, runId: runId, process: .current,
                account: venues.account))
        accountLocks = try venues.lock()
        LogSetup.start(log, stateFolder: URL(filePath: request.stateFolder))
        let path = "\(request.stateFolder)/trades.sqlite"
        if request.startNew, FileManager.default.fileExists(atPath: path) {
            try Replay.refuseLatched(path, stateFolder: request.stateFolder)
            let kept = try Ledger.archive(path, named: DateText.fileName(now))
            if !request.isQuiet { print("A new run; the old ledger is kept as \(kept)") }
        }
        ledger = try Ledger(
            path: path, identity: LedgerIdentity(mode: request.mode.rawValue, account: venues.account))
    }

    /// Gives the locks back after the last word was written.
    func release() {
        accountLocks.forEach { $0.release() }
        lock.release()
    }
}
