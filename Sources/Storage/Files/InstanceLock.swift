public import Core
import Foundation
import Glibc
import Synchronization

/// A lock on a file that one process at a time can hold, and that the kernel releases when the process ends, even by
/// SIGKILL.
///
/// While it is held the file says who holds it, as one line of JSON.
public final class InstanceLock: Sendable {
    /// Who holds a lock.
    public struct Holder: Hashable, Codable, Sendable {
        /// The process.
        public let pid: Int32
        /// When it started.
        public let startedAt: Timestamp
        /// The run it executes.
        public let runId: String

        /// A holder from its parts.
        public init(pid: Int32, startedAt: Timestamp, runId: String) {
            self.pid = pid
            self.startedAt = startedAt
            self.runId = runId
        }
    }

    /// The lock file.
    public let path: String
    private let descriptor: Mutex<Int32?>

    /// Takes the lock and writes `holder` into the file.
    ///
    /// - Throws: ``InstanceLockError``; `held` names the other process.
    public init(path: String, holder: Holder) throws(InstanceLockError) {
        self.path = path
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard opened >= 0 else { throw .file(FileError(action: "lock", path: path, code: errno)) }
        do {
            try Self.acquire(opened, path: path)
            try Self.announce(holder, opened, path: path)
        } catch {
            close(opened)
            throw error
        }
        descriptor = Mutex(opened)
    }

    deinit { release() }

    /// Gives the lock back; calling it twice is fine.
    public func release() {
        descriptor.withLock { held in
            guard let open = held else { return }
            _ = ftruncate(open, 0)
            close(open)
            held = nil
        }
    }

    /// Who holds the lock at `path` now; nil when nobody does.
    public static func holder(path: String) -> Holder? {
        let opened = open(path, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else { return nil }
        defer { close(opened) }
        guard flock(opened, LOCK_SH | LOCK_NB) != 0 else { return nil }
        return read(path)
    }

    /// Tries for a quarter of a second, since somebody who only asks who the holder is takes the lock for an instant.
    private static func acquire(_ opened: Int32, path: String) throws(InstanceLockError) {
        for _ in 0..<5 {
            if flock(opened, LOCK_EX | LOCK_NB) == 0 { return }
            let code = errno
            guard code == EWOULDBLOCK || code == EINTR else {
                throw .file(FileError(action: "lock", path: path, code: code))
            }
            usleep(50_000)
        }
        throw .held(path: path, by: read(path))
    }

    private static func announce(_ holder: Holder, _ opened: Int32, path: String) throws(InstanceLockError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let line = (try? encoder.encode(holder)).map { Array($0) + [UInt8(ascii: "\n")] } ?? []
        let written = line.withUnsafeBytes { pwrite(opened, $0.baseAddress, $0.count, 0) }
        guard written == line.count, ftruncate(opened, off_t(line.count)) == 0, fsync(opened) == 0 else {
            throw .file(
                FileError(action: "lock", path: path, code: written >= 0 && written < line.count ? ENOSPC : errno))
        }
    }

    private static func read(_ path: String) -> Holder? {
        guard let content = try? FileContent(path: path) else { return nil }
        return try? JSONDecoder().decode(Holder.self, from: Data(content.bytes))
    }
}

/// Why a lock could not be taken.
public enum InstanceLockError: ExplainedError, Hashable {
    /// Another process holds it; nil when the file does not say who.
    case held(path: String, by: InstanceLock.Holder?)
    /// The lock file could not be opened or written.
    case file(FileError)

    /// Who or what is in the way.
    public var problem: String {
        switch self {
        case .held(let path, let holder?): "\(path) is held by process \(holder.pid) (run \(holder.runId))"
        case .held(let path, nil): "\(path) is held by another process"
        case .file(let error): error.problem
        }
    }

    /// What to do about it.
    public var fix: String {
        switch self {
        case .held(_, let holder?):
            "stop that process first (kill -INT \(holder.pid)), or use another --state-dir"
        case .held: "stop the other process first, or use another --state-dir"
        case .file(let error): error.fix
        }
    }
}
