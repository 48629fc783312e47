import Foundation
import Glibc

/// A tiny file system in memory, for tests of full and read-only disks. Mounting needs root.
final class SmallDisk: Sendable {
    let path: String

    static let isPermitted: Bool = (try? SmallDisk(kibibytes: 64)) != nil
    static let reason = "needs the right to mount a tmpfs"

    init(kibibytes: Int) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("aitrade-disk-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(kibibytes)k") == 0 else {
            rmdir(path)
            throw POSIXError(.init(rawValue: errno) ?? .EPERM)
        }
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
        rmdir(path)
    }

    func path(_ name: String) -> String { "\(path)/\(name)" }

    func makeReadOnly() throws {
        guard mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0 else {
            throw POSIXError(.init(rawValue: errno) ?? .EPERM)
        }
    }

    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    }
}
