import Core
import Foundation
import Storage

/// The locks of a state folder and of accounts in an operator's hand: nobody trades by hand beside a runner.
struct OperatorLock {
    private let lock: InstanceLock
    private let accountLocks: [AccountLock]

    /// Takes the folder's lock, then those of the accounts.
    ///
    /// - Throws: ``CommandFailure`` (75) saying what to do about the runner that has them.
    init(_ folder: String, accounts: [String]) throws {
        try AtomicFile.createFolder(folder)
        let pid = ProcessInfo.processInfo.processIdentifier
        do throws(InstanceLockError) {
            lock = try InstanceLock(
                path: Self.path(folder),
                holder: InstanceLock.Holder(
                    pid: pid, startedAt: SystemTime.wall(), runId: "operator-\(pid)", process: .current,
                    account: accounts.joined(separator: "+")))
            accountLocks = try AccountLock.take(accounts)
        } catch {
            throw Self.failure(error, folder)
        }
    }

    /// Refuses to work beside whoever holds the folder, before anything else is looked at.
    ///
    /// - Throws: ``CommandFailure`` (75).
    static func refuseBeside(_ folder: String) throws {
        guard InstanceLock.isHeld(path: path(folder)) else { return }
        let holder = InstanceLock.holder(path: path(folder))
        // Whoever only asked was mistaken for somebody for an instant.
        guard holder != nil || InstanceLock.isHeld(path: path(folder)) else { return }
        throw failure(.held(path: path(folder), by: holder), folder)
    }

    private static func path(_ folder: String) -> String { "\(folder)/runner.lock" }

    /// What to do about a runner that is in the way: stopping it leaves its positions open, the kill switch does not.
    private static func failure(_ error: InstanceLockError, _ folder: String) -> any Error {
        let (kill, pid): (String, Int32?)
        switch error {
        case .held(_, let holder):
            (kill, pid) = ("aitrade kill\(StateFolder.flag(folder))", holder?.pid)
        case .accountHeld(_, let holder):
            (kill, pid) = ("aitrade kill --state-dir FOLDER, with the folder of that runner,", holder)
        case .file: return error
        }
        let stop = pid.map { "kill -INT \($0)" } ?? "Ctrl-C"
        return CommandFailure(
            .locked, error.problem,
            fix: "\(kill) makes the runner close everything; to trade by hand, stop it in order first (\(stop)): "
                + "what it holds then stays open")
    }

    /// Gives the locks back; until here they are held.
    func release() {
        accountLocks.forEach { $0.release() }
        lock.release()
    }
}
