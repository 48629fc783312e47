import Foundation
import Glibc
import Storage
import Testing

@Suite struct AtomicFileTests {
    @Test func writingReplacesTheWholeFileAndLeavesNothingBeside() throws {
        let folder = try TemporaryFolder()
        try AtomicFile.write("a long first content\n", to: folder.path("x.json"))
        try AtomicFile.write("short\n", to: folder.path("x.json"))
        #expect(try folder.text("x.json") == "short\n")
        #expect(try folder.names == ["x.json"])
    }

    @Test(arguments: [AtomicFile.Durability.powerLoss, .processCrash])
    func emptyAndLargeContentsArriveWhole(durability: AtomicFile.Durability) throws {
        let folder = try TemporaryFolder()
        for size in [0, 1, 3_000_000] {
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try AtomicFile.write(bytes, to: folder.path("x.bin"), durability: durability)
            #expect(try folder.bytes("x.bin") == bytes)
        }
    }

    @Test func missingFolderIsNamed() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("none/x.json")
        #expect(throws: FileError(action: "write", path: path, reason: .missing)) {
            try AtomicFile.write("x", to: path)
        }
    }

    @Test func aFolderInTheWayIsReportedAndNothingIsLeftBehind() throws {
        let folder = try TemporaryFolder()
        try AtomicFile.createFolder(folder.path("x.json"))
        #expect(throws: FileError(action: "write", path: folder.path("x.json"), reason: .wrongKind)) {
            try AtomicFile.write("x", to: folder.path("x.json"))
        }
        #expect(try folder.names == ["x.json"])
    }

    /// `/proc` takes no new files, whoever asks.
    @Test func aFolderThatTakesNoFilesIsAnErrorWithAFix() throws {
        let error = #expect(throws: FileError.self) { try AtomicFile.write("x", to: "/proc/x.json") }
        #expect(error?.path == "/proc/x.json")
        #expect(error?.fix.isEmpty == false)
    }

    @Test(.enabled(if: permissionsBind, "root may write everywhere"))
    func aFolderWithoutPermissionIsNamed() throws {
        let folder = try TemporaryFolder()
        chmod(folder.path, 0o500)
        #expect(throws: FileError(action: "write", path: folder.path("x"), reason: .permission)) {
            try AtomicFile.write("x", to: folder.path("x"))
        }
    }

    @Test(.enabled(if: SmallDisk.isPermitted, Comment(rawValue: SmallDisk.reason)))
    func aFullDiskKeepsTheOldFile() throws {
        let disk = try SmallDisk(kibibytes: 64)
        try AtomicFile.write("old", to: disk.path("x"))
        #expect(throws: FileError(action: "write", path: disk.path("x"), reason: .noSpace)) {
            try AtomicFile.write([UInt8](repeating: 1, count: 1_000_000), to: disk.path("x"))
        }
        #expect(try disk.names == ["x"])
        #expect(try String(contentsOfFile: disk.path("x"), encoding: .utf8) == "old")
    }

    @Test(.enabled(if: SmallDisk.isPermitted, Comment(rawValue: SmallDisk.reason)))
    func aReadOnlyDiskIsNamed() throws {
        let disk = try SmallDisk(kibibytes: 64)
        try disk.makeReadOnly()
        #expect(throws: FileError(action: "write", path: disk.path("x"), reason: .readOnly)) {
            try AtomicFile.write("x", to: disk.path("x"))
        }
    }

    @Test func foldersAreMadeWithAllParentsAndMakingThemAgainIsFine() throws {
        let folder = try TemporaryFolder()
        try AtomicFile.createFolder(folder.path("a/b/c"))
        try AtomicFile.createFolder(folder.path("a/b/c"))
        try AtomicFile.createFolder(folder.path("a/b/d/"))
        try folder.write("x", to: "file")
        #expect(throws: FileError.self) { try AtomicFile.createFolder(folder.path("file")) }
        #expect(throws: FileError.self) { try AtomicFile.createFolder(folder.path("file/sub")) }
    }
}
