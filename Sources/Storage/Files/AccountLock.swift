import Core
import Glibc
import Synchronization

/// A lock on a trading account that one process on the machine can hold, whatever its state folder.
///
/// It is a name in the kernel (an abstract socket), not a file: no disk is needed, no cleaner removes it, and it ends
/// with the process, even by SIGKILL. Accounts of the simulated venue need none: they live in their state folder,
/// which ``InstanceLock`` guards. Processes in other network namespaces (containers with networks of their own) do not
/// see each other's locks.
public final class AccountLock: Sendable {
    /// The account.
    public let account: String
    private let descriptor: Mutex<Int32?>

    /// Takes the lock of `account`, such as `venue:12345`.
    ///
    /// - Throws: ``InstanceLockError``; `accountHeld` names the other process.
    public init(account: String) throws(InstanceLockError) {
        self.account = account
        let opened = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard opened >= 0 else { throw Self.failure(account, errno) }
        // Nobody ever answers: each asker stays in the queue. One that is full tells nothing but that it is held.
        guard Self.call(bind, opened, account) == 0, listen(opened, Int32(SOMAXCONN)) == 0 else {
            let code = errno
            close(opened)
            guard code == EADDRINUSE else { throw Self.failure(account, code) }
            throw .accountHeld(account: account, pid: Self.holder(account))
        }
        descriptor = Mutex(opened)
    }

    /// Takes the locks of several accounts, all or none.
    ///
    /// - Parameter doomed: A process that was killed and hangs in the kernel: it never runs a line again, so what it
    ///   still holds keeps nobody from acting.
    /// - Throws: ``InstanceLockError`` for the first account that somebody else holds.
    public static func take(
        _ accounts: [String], except doomed: Int32? = nil
    ) throws(InstanceLockError) -> [AccountLock] {
        var locks: [AccountLock] = []
        for account in accounts {
            do throws(InstanceLockError) {
                locks.append(try AccountLock(account: account))
            } catch {
                if let doomed, case .accountHeld(_, doomed) = error { continue }
                locks.forEach { $0.release() }
                throw error
            }
        }
        return locks
    }

    deinit { release() }

    /// Gives the lock back; calling it twice is fine.
    public func release() {
        descriptor.withLock { held in
            if let held { close(held) }
            held = nil
        }
    }

    /// The process that holds the lock of `account` now, as the kernel tells it; nil when nobody does,
    /// or when so many have asked that it tells no more.
    public static func holder(_ account: String) -> Int32? {
        // A full queue must not keep the asker waiting for a holder that never answers.
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let opened = socket(AF_UNIX, kind, 0)
        guard opened >= 0 else { return nil }
        defer { close(opened) }
        guard call(connect, opened, account) == 0 else { return nil }
        // struct ucred: process, user, group.
        var credentials: [Int32] = [0, 0, 0]
        var length = socklen_t(MemoryLayout<Int32>.size * credentials.count)
        guard getsockopt(opened, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0, credentials[0] > 0 else {
            return nil
        }
        return credentials[0]
    }

    /// The name in the kernel, without its leading zero byte.
    package static func name(_ account: String) -> String {
        "aitrade-account-\(Digest.sha256(Array(account.utf8)).hex)"
    }

    private static func call(
        _ function: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32, _ opened: Int32, _ account: String
    ) -> Int32 {
        var address = UnixSocketAddress(abstract: name(account))
        return address.withPointer { function(opened, $0, $1) }
    }

    private static func failure(_ account: String, _ code: Int32) -> InstanceLockError {
        .file(FileError(action: "lock", path: "the account \(account)", code: code))
    }
}
