import Core
import Foundation
import Storage

/// What keeps two searches apart: neither may make the file that the other makes, nor go on from, or remove, the
/// checkpoint that the other writes.
struct SearchLocks {
    private let locks: [InstanceLock]

    /// - Throws: ``CommandFailure`` (75) while another search has one of them.
    init(out: String, store: CheckpointStore) throws {
        let target = URL(filePath: out)
        let name = target.lastPathComponent
        let folder = target.deletingLastPathComponent().relativePath
        let checkpoints = "\(folder.isEmpty ? "." : folder)/checkpoints"
        try AtomicFile.createFolder(checkpoints)
        let file = try Self.lock(
            "\(checkpoints)/\(name).lock", "making \(out)",
            fix: "wait for it, or name another file with --out")
        do {
            let checkpoint = try Self.lock(
                store.lockPath, "at the very same search", fix: "wait for it, or work in another folder")
            locks = [file, checkpoint]
        } catch {
            file.release()
            throw error
        }
    }

    /// Lets others begin.
    func release() { for lock in locks.reversed() { lock.release() } }

    private static func lock(_ path: String, _ deed: String, fix: String) throws -> InstanceLock {
        let holder = InstanceLock.Holder(
            pid: ProcessInfo.processInfo.processIdentifier, startedAt: .wallClock, runId: "signals")
        do {
            return try InstanceLock(path: path, holder: holder)
        } catch {
            guard case .held(_, let other) = error else { throw error }
            let who = other.map { "process \($0.pid)" } ?? "another process"
            throw CommandFailure(.locked, "\(who) is \(deed) already", fix: fix)
        }
    }
}
