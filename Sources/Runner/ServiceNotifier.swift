import Glibc
import Storage

/// Sends notes to the service manager: one datagram each, never waiting. Without a manager it does nothing.
public final class ServiceNotifier: Sendable {
    private let descriptor: Int32
    private let path: String

    /// A notifier for the socket at `path`: the value of `NOTIFY_SOCKET`, a path or `@` and an abstract name. Nil when
    /// there is none or it is no such address.
    public init?(path: String?) {
        guard let path, UnixSocketAddress(path) != nil else { return nil }
        let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        descriptor = socket(AF_UNIX, kind, 0)
        self.path = path
        guard descriptor >= 0 else { return nil }
    }

    deinit { close(descriptor) }

    /// Sends one note. A manager that is away or busy is not waited for: the next beat brings the next note.
    ///
    /// - Returns: Whether it was handed over.
    @discardableResult
    public func send(_ note: ServiceNote) -> Bool {
        guard var address = UnixSocketAddress(path) else { return false }
        let bytes = Array(note.text.utf8)
        return address.withPointer { pointer, length in
            sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), pointer, length) == bytes.count
        }
    }
}
