package import Glibc

/// The address of a local socket.
package struct UnixSocketAddress {
    private var address = sockaddr_un()
    private var length: socklen_t

    /// An abstract name: it lives in the kernel and not in the file system.
    package init(abstract name: String) {
        self.init(bytes: [0] + Array(name.utf8), isTerminated: false)
    }

    /// A path in the file system, or an abstract name when it begins with `@`, as in `NOTIFY_SOCKET`.
    ///
    /// - Returns: Nil when it is neither, or too long for the kernel.
    package init?(_ text: String) {
        guard text.utf8.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path), text.utf8.count > 1 else {
            return nil
        }
        switch text.first {
        case "@": self.init(abstract: String(text.dropFirst()))
        case "/": self.init(bytes: Array(text.utf8), isTerminated: true)
        default: return nil
        }
    }

    private init(bytes: [UInt8], isTerminated: Bool) {
        address.sun_family = sa_family_t(AF_UNIX)
        let limit = MemoryLayout.size(ofValue: address.sun_path)
        precondition(bytes.count < limit, "the name of a local socket is short")
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let before = MemoryLayout.size(ofValue: address) - limit
        length = socklen_t(before + bytes.count + (isTerminated ? 1 : 0))
    }

    /// Hands the address to a system call.
    package mutating func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        let length = length
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
