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
        #expect(throws: InstanceLockError.accountHeld(account: account, pid: child.processIdentifier)) {
            try AccountLock(account: account)
        }
        kill(child.processIdentifier, SIGKILL)
        child.waitUntilExit()
        _ = try AccountLock(account: account)
    }
}
