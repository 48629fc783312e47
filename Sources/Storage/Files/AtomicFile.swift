import Glibc
import Synchronization

/// Replaces files so that a reader, or the machine after a crash, sees either the old content or the new, never a part.
public enum AtomicFile {
    /// What a finished write survives.
    public enum Durability: Hashable, Sendable {
        /// A power cut: the content and the folder are flushed to the disk before returning.
        case powerLoss
        /// The end of the process, however violent; for files that are rewritten every few seconds.
        case processCrash
    }

    /// How far a write has come.
    public enum Stage: Hashable, Sendable {
        /// The temporary file is there and empty.
        case opened
        /// The temporary file is complete.
        case written
        /// The new content is in place.
        case placed
    }

    private static let counter = Atomic<Int>(0)

    /// Writes `bytes` to a temporary file beside `path`, flushes it and renames it over `path`.
    ///
    /// - Parameter watch: Told of each stage.
    /// - Throws: ``FileError`` naming the file; the old file is then unchanged and nothing is left behind.
    public static func write(
        _ bytes: [UInt8], to path: String, durability: Durability = .powerLoss, watch: (Stage) -> Void = { _ in }
    ) throws(FileError) {
        let temporary = temporaryPath(for: path)
        do throws(FileError) {
            try fill(temporary, with: bytes, durability: durability, path: path, watch: watch)
            watch(.written)
            guard rename(temporary, path) == 0 else { throw FileError(action: "write", path: path, code: errno) }
        } catch {
            unlink(temporary)
            throw error
        }
        if durability == .powerLoss { try flushFolder(of: path) }
        watch(.placed)
    }

    /// Writes a text as UTF-8; otherwise like ``write(_:to:durability:)-([UInt8],_,_)``.
    public static func write(
        _ text: String, to path: String, durability: Durability = .powerLoss
    ) throws(FileError) {
        try write(Array(text.utf8), to: path, durability: durability)
    }

    /// Makes a folder and every missing folder above it.
    ///
    /// - Throws: ``FileError`` naming the first folder that could not be made.
    public static func createFolder(_ path: String) throws(FileError) {
        if mkdir(path, 0o755) == 0 { return }
        let code = errno
        if code == EEXIST, isFolder(path) { return }
        let above = folder(of: path)
        guard code == ENOENT, above != path, above != "." else {
            throw FileError(action: "make the folder", path: path, code: code == EEXIST ? ENOTDIR : code)
        }
        try createFolder(above)
        guard mkdir(path, 0o755) == 0 || isFolder(path) else {
            throw FileError(action: "make the folder", path: path, code: errno)
        }
    }

    /// Flushes the content of a finished file to the disk.
    package static func flush(_ path: String) throws(FileError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(action: "flush", path: path, code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError(action: "flush", path: path, code: errno) }
    }

    /// Flushes the entries of the folder that holds `path`, so that a rename or removal survives a power cut.
    package static func flushFolder(of path: String) throws(FileError) {
        let folder = folder(of: path)
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(action: "flush the folder", path: folder, code: errno) }
        defer { close(descriptor) }
        // Some file systems do not support flushing a folder and say EINVAL; they order renames by themselves.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw FileError(action: "flush the folder", path: folder, code: errno)
        }
    }

    /// The folder that holds `path`; `.` for a bare name.
    package static func folder(of path: String) -> String {
        let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func temporaryPath(for path: String) -> String {
        let serial = counter.add(1, ordering: .relaxed).newValue
        let name = path.split(separator: "/").last.map(String.init) ?? "file"
        return "\(folder(of: path))/.\(name).\(getpid()).\(serial).tmp"
    }

    private static func fill(
        _ temporary: String, with bytes: [UInt8], durability: Durability, path: String, watch: (Stage) -> Void
    ) throws(FileError) {
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError(action: "write", path: path, code: errno) }
        defer { close(descriptor) }
        watch(.opened)
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress?.advanced(by: offset), $0.count - offset)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw FileError(action: "write", path: path, code: written == 0 ? ENOSPC : errno) }
            offset += written
        }
        if durability == .powerLoss, fsync(descriptor) != 0 {
            throw FileError(action: "write", path: path, code: errno)
        }
    }
}
