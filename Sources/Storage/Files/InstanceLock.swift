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
        /// The process's start in clock ticks since boot, so that a later process of the same number is not taken for
        /// it; nil in files of older versions.
        public var processStart: UInt64?
        /// The boot that `processStart` counts from.
        public var bootId: String?
        /// The account it trades: `simulated`, or a venue's own name of it.
        public var account: String?
        /// Whether a watchdog holds it, to close everything.
        public var isWatchdog: Bool?

        /// A holder from its parts.
        public init(
            pid: Int32, startedAt: Timestamp, runId: String, process: ProcessIdentity? = nil, account: String? = nil,
            isWatchdog: Bool? = nil
        ) {
            (self.pid, self.startedAt, self.runId, self.account) = (pid, startedAt, runId, account)
            self.isWatchdog = isWatchdog
            (processStart, bootId) = (process?.startTicks, process?.bootId)
        }

        /// The process; nil when the file does not say when it started.
        public var process: ProcessIdentity? {
            processStart.map { ProcessIdentity(pid: pid, startTicks: $0, bootId: bootId) }
        }
    }

    /// Whether the file has to say who holds the lock.
    public enum Announcement: Hashable, Sendable {
        /// A lock that cannot be signed is not taken.
        case required
        /// On a full or read-only disk the lock is held unsigned; for hands that must act on any disk.
        case whenPossible
    }

    /// The lock file.
    public let path: String
    private let descriptor: Mutex<Int32?>

    /// Takes the lock and writes `holder` into the file.
    ///
    /// - Throws: ``InstanceLockError``; `held` names the other process.
    public init(path: String, holder: Holder, announcing: Announcement = .required) throws(InstanceLockError) {
        self.path = path
        var opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        // The kernel locks a file that may only be read just as well.
        if opened < 0, announcing == .whenPossible { opened = open(path, O_RDONLY | O_CLOEXEC) }
        guard opened >= 0 else { throw .file(FileError(action: "lock", path: path, code: errno)) }
        do throws(InstanceLockError) {
            try Self.acquire(opened, path: path)
            do throws(InstanceLockError) { try Self.announce(holder, opened, path: path) } catch {
                if announcing == .required { throw error }
            }
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
            // A process that is just being started has a copy of every open file: to close ours would leave it held.
            flock(open, LOCK_UN)
            close(open)
            held = nil
        }
    }

    /// Whether somebody holds the lock at `path` now, signed or not.
    public static func isHeld(path: String) -> Bool {
        let opened = open(path, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else { return false }
        defer { close(opened) }
        return flock(opened, LOCK_SH | LOCK_NB) != 0
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
    /// Another process on this machine trades the account, whatever its state folder; nil when the kernel does not say.
    case accountHeld(account: String, pid: Int32?)
    /// The lock file could not be opened or written.
    case file(FileError)

    /// Who or what is in the way.
    public var problem: String {
        switch self {
        case .held(let path, let holder?): "\(path) is held by process \(holder.pid) (run \(holder.runId))"
        case .held(let path, nil): "\(path) is held by another process"
        case .accountHeld(let account, let pid):
            "the account \(account) is traded by \(pid.map { "process \($0)" } ?? "another process") already"
        case .file(let error): error.problem
        }
    }

    /// What to do about it.
    public var fix: String {
        switch self {
        case .held(_, let holder?):
            "stop that process first (kill -INT \(holder.pid)), or use another --state-dir"
        case .held: "stop the other process first, or use another --state-dir"
        case .accountHeld(_, let pid):
            "stop that process first\(pid.map { " (kill -INT \($0))" } ?? ""); one account has one runner, "
                + "whatever the --state-dir"
        case .file(let error): error.fix
        }
    }
}
