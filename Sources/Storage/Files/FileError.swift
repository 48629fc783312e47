import Glibc

/// A file operation that failed, by remedy.
public struct FileError: ExplainedError, Hashable {
    /// What the operating system refused.
    public enum Reason: Hashable, Sendable {
        /// The disk, or the user's quota, is full.
        case noSpace
        /// The file system is mounted read-only.
        case readOnly
        /// The user may not do this.
        case permission
        /// The file, or a folder on the way to it, does not exist.
        case missing
        /// A file was expected and a folder found, or the reverse.
        case wrongKind
        /// The file is larger than the program accepts.
        case tooLarge(limitBytes: Int)
        /// Anything else, with the system's number and words.
        case other(code: Int32, text: String)
    }

    /// What was tried: `read`, `write`, `lock`...
    public let action: String
    /// The file it was tried on.
    public let path: String
    /// Why it failed.
    public let reason: Reason

    /// An error from its parts.
    public init(action: String, path: String, reason: Reason) {
        self.action = action
        self.path = path
        self.reason = reason
    }

    /// An error from a system call's `errno`.
    package init(action: String, path: String, code: Int32) {
        let reason: Reason =
            switch code {
            case ENOSPC, EDQUOT: .noSpace
            case EROFS: .readOnly
            case EACCES, EPERM: .permission
            case ENOENT: .missing
            case EISDIR, ENOTDIR: .wrongKind
            default: .other(code: code, text: String(cString: strerror(code)))
            }
        self.init(action: action, path: path, reason: reason)
    }

    /// What failed, on which file.
    public var problem: String { "cannot \(action) \(path): \(words)" }

    /// What to do about it.
    public var fix: String {
        switch reason {
        case .noSpace: "free some disk space and run the command again; the old file is unchanged"
        case .readOnly: "remount the file system writable, or choose a writable folder"
        case .permission: "give the current user permission (chown or chmod), or choose another folder"
        case .missing: "check the path"
        case .wrongKind: "move what is in the way, or give another path"
        case .tooLarge(let limit): "split it into files of at most \(limit / 1_000_000) MB"
        case .other: "check the disk and the folder, then run the command again"
        }
    }

    private var words: String {
        switch reason {
        case .noSpace: "no space left on the disk"
        case .readOnly: "the file system is read-only"
        case .permission: "permission denied"
        case .missing: "no such file or folder"
        case .wrongKind: "a folder stands where a file should be, or the reverse"
        case .tooLarge(let limit): "it is larger than \(limit / 1_000_000) MB"
        case .other(_, let text): text
        }
    }
}
