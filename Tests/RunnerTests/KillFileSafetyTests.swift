import Foundation
import Glibc
import Runner
import Testing

/// Whatever stands in the kill-switch file's place, looking at it neither waits nor fills the memory.
@Suite struct KillFileSafetyTests {
    private func reading(_ place: (String) throws -> Void) throws -> KillSwitchReading {
        let state = try TemporaryState()
        let file = KillSwitchFile(folder: state.url)
        try place(file.url.path)
        return file.read()
    }

    @Test func aPipeWithoutAWriterIsUnreadableAndNotWaitedFor() throws {
        #expect(try reading { _ = mkfifo($0, 0o600) } == .unreadable)
    }

    @Test func aDeviceIsUnreadable() throws {
        #expect(try reading { _ = symlink("/dev/zero", $0) } == .unreadable)
    }

    @Test func aFolderIsUnreadable() throws {
        #expect(
            try reading { try FileManager.default.createDirectory(atPath: $0, withIntermediateDirectories: true) }
                == .unreadable)
    }

    @Test func aHugeFileIsUnreadable() throws {
        let form = #"{"enabled": false}"# + String(repeating: " ", count: KillSwitchFile.limitBytes)
        #expect(try reading { try form.write(toFile: $0, atomically: true, encoding: .utf8) } == .unreadable)
    }

    @Test func theLargestFileIsRead() throws {
        var form = #"{"enabled": false}"#
        form += String(repeating: " ", count: KillSwitchFile.limitBytes - form.utf8.count)
        #expect(try reading { try form.write(toFile: $0, atomically: true, encoding: .utf8) } == .released)
    }

    @Test func nothingIsMissing() throws {
        #expect(try reading { _ in } == .missing)
    }
}
