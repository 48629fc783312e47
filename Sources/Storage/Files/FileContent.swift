import Glibc

/// The identity of a file's content, cheap to compare: it changes whenever the file is rewritten.
package struct FileIdentity: Hashable, Sendable {
    /// Length in bytes.
    package let size: Int
    /// When the content last changed, nanoseconds since the Unix epoch.
    package let modifiedNanoseconds: Int64

    /// The identity of the file at `path` now.
    ///
    /// - Throws: ``FileError`` when there is none.
    package init(path: String) throws(FileError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileError(action: "read", path: path, code: errno) }
        self.init(status)
    }

    package init(size: Int, modifiedNanoseconds: Int64) {
        self.size = size
        self.modifiedNanoseconds = modifiedNanoseconds
    }

    fileprivate init(_ status: stat) {
        size = Int(status.st_size)
        modifiedNanoseconds = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    }
}

/// A file read whole, with the identity it had while it was read.
package struct FileContent: Sendable {
    /// The bytes.
    package let bytes: [UInt8]
    /// Size and modification time of exactly these bytes.
    package let identity: FileIdentity

    /// No input of AiTrade is larger than this.
    package static let limitBytes = 1_000_000_000

    /// Reads the file at `path`.
    ///
    /// - Throws: ``FileError`` when it is missing, a folder, unreadable or larger than ``limitBytes``.
    package init(path: String) throws(FileError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(action: "read", path: path, code: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(action: "read", path: path, code: errno) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw FileError(action: "read", path: path, code: EISDIR) }
        guard status.st_size <= Self.limitBytes else {
            throw FileError(action: "read", path: path, reason: .tooLarge(limitBytes: Self.limitBytes))
        }
        bytes = try Self.readAll(descriptor, expecting: Int(status.st_size), path: path)
        identity = FileIdentity(status)
    }

    private static func readAll(_ descriptor: Int32, expecting size: Int, path: String) throws(FileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: size)
        var length = 0
        while length < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                read(descriptor, $0.baseAddress?.advanced(by: length), $0.count - length)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileError(action: "read", path: path, code: errno) }
            if count == 0 { break }
            length += count
        }
        bytes.removeLast(bytes.count - length)
        return bytes
    }
}
