import Foundation
import Glibc

/// A tiny file system in memory, for full and read-only disks. Mounting needs root.
final class SmallDisk: Sendable {
    let url: URL

    static let isPermitted: Bool = (try? SmallDisk(kibibytes: 64)) != nil
    static let reason = "needs the right to mount a tmpfs"

    init(kibibytes: Int) throws {
        url = Site.parent.appending(path: "aitrade-disk-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        guard mount("tmpfs", url.path, "tmpfs", 0, "size=\(kibibytes)k") == 0 else {
            rmdir(url.path)
            throw POSIXError(.init(rawValue: errno) ?? .EPERM)
        }
    }

    deinit {
        umount2(url.path, Int32(MNT_DETACH))
        rmdir(url.path)
    }

    func grow(kibibytes: Int) throws {
        try remount(UInt(MS_REMOUNT), "size=\(kibibytes)k")
    }

    func makeReadOnly() throws {
        try remount(UInt(MS_REMOUNT | MS_RDONLY), nil)
    }

    private func remount(_ flags: UInt, _ options: String?) throws {
        guard mount("tmpfs", url.path, "tmpfs", flags, options) == 0 else {
            throw POSIXError(.init(rawValue: errno) ?? .EPERM)
        }
    }
}
