import Core
import Foundation
import Glibc
import Storage
import Testing

@Suite struct InstanceLockTests {
    private let me = InstanceLock.Holder(
        pid: getpid(), startedAt: Timestamp(milliseconds: 1_704_067_200_000), runId: "run-1")

    @Test func aSecondAcquireNamesTheHolder() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("runner.lock")
        let lock = try InstanceLock(path: path, holder: me)
        let other = InstanceLock.Holder(pid: 99, startedAt: .epoch, runId: "run-2")
        let error = #expect(throws: InstanceLockError.held(path: path, by: me)) {
            try InstanceLock(path: path, holder: other)
        }
        #expect(error?.description.contains("process \(getpid())") == true)
        #expect(InstanceLock.holder(path: path) == me)
        lock.release()
        #expect(InstanceLock.holder(path: path) == nil)
        let next = try InstanceLock(path: path, holder: other)
        #expect(InstanceLock.holder(path: path) == other)
        next.release()
    }

    @Test func droppingTheLockReleasesIt() throws {
        let folder = try TemporaryFolder()
        do { _ = try InstanceLock(path: folder.path("l"), holder: me) }
        _ = try InstanceLock(path: folder.path("l"), holder: me)
    }

    @Test func aKilledHolderFreesTheLockThoughItsNameStaysInTheFile() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("runner.lock")
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let script = "echo '{\"pid\":7,\"runId\":\"dead\",\"startedAt\":1}' > $0; echo ready; exec sleep 60"
        child.arguments = ["flock", path, "sh", "-c", script, path]
        let output = Pipe()
        child.standardOutput = output
        try child.run()
        _ = output.fileHandleForReading.availableData
        let dead = InstanceLock.Holder(pid: 7, startedAt: Timestamp(milliseconds: 1), runId: "dead")
        #expect(throws: InstanceLockError.held(path: path, by: dead)) { try InstanceLock(path: path, holder: me) }
        // flock(1) keeps the lock open in its child too; both go.
        let pids = try childPids(of: child.processIdentifier) + [child.processIdentifier]
        for pid in pids { kill(pid, SIGKILL) }
        child.waitUntilExit()
        let lock = try InstanceLock(path: path, holder: me)
        #expect(InstanceLock.holder(path: path) == me)
        lock.release()
    }

    @Test func theHolderIsToldApartFromALaterProcessOfItsNumber() throws {
        let folder = try TemporaryFolder()
        let signed = InstanceLock.Holder(
            pid: getpid(), startedAt: .epoch, runId: "r", process: .current, account: "simulated")
        let lock = try InstanceLock(path: folder.path("l"), holder: signed)
        let read = try #require(InstanceLock.holder(path: folder.path("l")))
        #expect(read == signed && read.process == .current && read.account == "simulated")
        #expect(InstanceLock.isHeld(path: folder.path("l")))
        lock.release()
        #expect(!InstanceLock.isHeld(path: folder.path("l")))
        #expect(me.process == nil)
    }

    /// Between fork and exec a child has a copy of every open file, so of the lock, too.
    @Test func aCopyOfTheFileDoesNotKeepTheLock() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("l")
        let lock = try InstanceLock(path: path, holder: me)
        let own = try #require(
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").first {
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path
            }.flatMap { Int32($0) })
        let copy = dup(own)
        defer { close(copy) }
        #expect(InstanceLock.isHeld(path: path))
        lock.release()
        #expect(!InstanceLock.isHeld(path: path))
    }

    @Test(.enabled(if: SmallDisk.isPermitted, Comment(rawValue: SmallDisk.reason)))
    func onAFullOrReadOnlyDiskTheLockIsHeldUnsigned() throws {
        let disk = try SmallDisk(kibibytes: 16)
        let path = disk.path("l")
        try InstanceLock(path: path, holder: me).release()
        try? Data(count: 64_000).write(to: URL(filePath: disk.path("filler")))
        #expect(throws: InstanceLockError.self) { try InstanceLock(path: path, holder: me) }
        let lock = try InstanceLock(path: path, holder: me, announcing: .whenPossible)
        #expect(InstanceLock.isHeld(path: path))
        #expect(throws: InstanceLockError.held(path: path, by: nil)) {
            try InstanceLock(path: path, holder: me, announcing: .whenPossible)
        }
        lock.release()
        try disk.makeReadOnly()
        let again = try InstanceLock(path: path, holder: me, announcing: .whenPossible)
        #expect(InstanceLock.isHeld(path: path))
        again.release()
    }

    @Test func aFolderThatIsMissingIsNamed() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("none/l")
        #expect(throws: InstanceLockError.file(FileError(action: "lock", path: path, reason: .missing))) {
            try InstanceLock(path: path, holder: me)
        }
    }

    private func childPids(of pid: Int32) throws -> [Int32] {
        let text = try String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)
        return text.split(separator: " ").compactMap { Int32($0) }
    }
}
