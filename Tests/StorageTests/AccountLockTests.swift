import Core
import Foundation
import Glibc
import Storage
import Testing

@Suite struct AccountLockTests {
    private let account = "venue:\(UUID().uuidString)"

    @Test func twoHoldersOfOneAccountExcludeEachOtherWhereverTheirStateIs() throws {
        let lock = try AccountLock(account: account)
        #expect(AccountLock.holder(account) == getpid())
        let error = #expect(throws: InstanceLockError.accountHeld(account: account, pid: getpid())) {
            try AccountLock(account: account)
        }
        #expect(error?.description.contains("process \(getpid())") == true)
        _ = try AccountLock(account: account + "0")
        lock.release()
        lock.release()
        #expect(AccountLock.holder(account) == nil)
        _ = try AccountLock(account: account)
    }

    @Test func aKilledHolderLeavesNothingBehind() throws {
        let child = try Self.holder(of: account)
        #expect(throws: InstanceLockError.accountHeld(account: account, pid: child.processIdentifier)) {
            try AccountLock(account: account)
        }
        kill(child.processIdentifier, SIGKILL)
        child.waitUntilExit()
        _ = try AccountLock(account: account)
    }

    /// A runner that is stuck in the kernel with SIGKILL on it never answers; whoever asks must not hang with it.
    @Test func soManyMayAskWithoutEverWaiting() throws {
        let lock = try AccountLock(account: account)
        for _ in 0..<200 { #expect(AccountLock.holder(account) == getpid()) }
        #expect(throws: InstanceLockError.self) { try AccountLock(account: account) }
        lock.release()
    }

    @Test func theLockOfADoomedProcessKeepsNobodyFromActing() throws {
        let other = account + "-other"
        let child = try Self.holder(of: account)
        defer { kill(child.processIdentifier, SIGKILL) }
        let held = InstanceLockError.accountHeld(account: account, pid: child.processIdentifier)
        #expect(throws: held) { try AccountLock.take([other, account]) }
        #expect(AccountLock.holder(other) == nil, "all or none")
        #expect(throws: held) { try AccountLock.take([other, account], except: getpid()) }
        let locks = try AccountLock.take([other, account], except: child.processIdentifier)
        #expect(locks.map(\.account) == [other])
    }

    /// A process that holds the lock of an account and answers nobody.
    private static func holder(of account: String) throws -> Process {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/usr/bin/perl")
        let script = """
            use Socket; socket(S, PF_UNIX, SOCK_STREAM, 0); bind(S, pack_sockaddr_un("\\0$ARGV[0]")) or die;
            listen(S, 8); $| = 1; print "ready\\n"; sleep 60;
            """
        child.arguments = ["-e", script, AccountLock.name(account)]
        let output = Pipe()
        child.standardOutput = output
        try child.run()
        _ = output.fileHandleForReading.availableData
        return child
    }
}
