import Foundation
import Synchronization

/// A log file that is set aside when it grows too large: `name`, `name.1` ... `name.5`, the highest being the oldest.
final class RotatingLogFile: Sendable {
    static let limitBytes: UInt64 = 10_000_000
    static let kept = 5

    private let url: URL
    private let state: Mutex<(handle: FileHandle?, size: UInt64)>

    /// Opens `url` for appending; a file that cannot be opened is not an error, the log is then silent.
    init(_ url: URL) {
        self.url = url
        state = Mutex(Self.open(url))
    }

    private static func open(_ url: URL) -> (handle: FileHandle?, size: UInt64) {
        try? FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        if !FileManager.default.fileExists(atPath: url.path) {
            _ = FileManager.default.createFile(atPath: url.path, contents: nil)
        }
        let handle = try? FileHandle(forWritingTo: url)
        return (handle, (try? handle?.seekToEnd()) ?? 0)
    }

    /// Whether lines get anywhere.
    var isOpen: Bool { state.withLock { $0.handle != nil } }

    /// Appends one line.
    func write(_ line: String) {
        let data = Data((line + "\n").utf8)
        state.withLock { state in
            if state.size + UInt64(data.count) > Self.limitBytes { rotate(&state) }
            guard (try? state.handle?.write(contentsOf: data)) != nil else { return }
            state.size += UInt64(data.count)
        }
    }

    private func rotate(_ state: inout (handle: FileHandle?, size: UInt64)) {
        try? state.handle?.close()
        let files = FileManager.default
        try? files.removeItem(atPath: "\(url.path).\(Self.kept)")
        for number in stride(from: Self.kept - 1, through: 1, by: -1) {
            try? files.moveItem(atPath: "\(url.path).\(number)", toPath: "\(url.path).\(number + 1)")
        }
        try? files.moveItem(atPath: url.path, toPath: "\(url.path).1")
        state = Self.open(url)
    }
}
