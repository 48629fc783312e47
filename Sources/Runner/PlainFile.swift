import Foundation
import Glibc

/// Reads small files that people write, whatever stands in their place: a pipe, a device or a huge file must not stop a
/// loop or fill its memory.
enum PlainFile {
    /// What was found.
    enum Reading {
        /// Nothing is there.
        case missing
        /// The whole content.
        case content(Data)
        /// Something is there that cannot be used.
        case unreadable(String)
    }

    /// Reads a plain file of at most `limit` bytes; never waits.
    static func read(_ path: String, limit: Int) -> Reading {
        // Without O_NONBLOCK, opening a pipe waits for a writer.
        let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { return errno == ENOENT ? .missing : .unreadable(String(cString: strerror(errno))) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { return .unreadable(String(cString: strerror(errno))) }
        guard status.st_mode & S_IFMT == S_IFREG else { return .unreadable("it is no plain file") }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(file, buffer.baseAddress.map { $0 + count }, limit + 1 - count)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { return .unreadable(String(cString: strerror(errno))) }
            if got == 0 { break }
            count += got
        }
        guard count <= limit else { return .unreadable("it has more than \(limit) bytes") }
        return .content(Data(bytes.prefix(count)))
    }

    /// When a file was last changed or put where it is, ms UTC; nil when it is not there. One that was prepared before
    /// and moved here says so by its second time alone.
    static func changedAt(_ path: String) -> Int64? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return max(milliseconds(status.st_mtim), milliseconds(status.st_ctim))
    }

    private static func milliseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
