import Foundation
import Glibc
import Storage
import Testing

@Suite struct ProcessIdentityTests {
    private func sleeper() throws -> Process {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/bin/sleep")
        child.arguments = ["60"]
        try child.run()
        return child
    }

    @Test func thisProcessRunsAndKnowsItsBoot() throws {
        let me = try #require(ProcessIdentity.current)
        #expect(me.pid == getpid() && me.isRunning && me.bootId != nil)
        #expect(ProcessIdentity(of: getpid()) == me)
    }

    @Test func aLaterProcessOfTheSameNumberIsAnother() throws {
        let me = try #require(ProcessIdentity.current)
        #expect(!ProcessIdentity(pid: me.pid, startTicks: me.startTicks + 1, bootId: me.bootId).isRunning)
        #expect(!ProcessIdentity(pid: me.pid, startTicks: me.startTicks, bootId: "another").isRunning)
        #expect(ProcessIdentity(pid: me.pid, startTicks: me.startTicks, bootId: nil).isRunning)
    }

    @Test func namesWithBlanksAndBracketsAreRead() throws {
        let tail = (4...52).map { "\($0)" }.joined(separator: " ")
        for name in ["sh", "a b", ") R 1 2 (", "((", "\u{1}"] {
            let parsed = try #require(ProcessIdentity.parse("17 (\(name)) S \(tail)\n"))
            #expect(parsed.state == "S" && parsed.startTicks == 22)
        }
        for damaged in ["", "17", "17 (x", "17 (x) S 1 2 3", "17 (x) S " + String(repeating: "a ", count: 40)] {
            #expect(ProcessIdentity.parse(damaged) == nil)
        }
    }

    @Test func killEndsThatProcessAndNoOther() async throws {
        let child = try sleeper()
        let identity = try #require(ProcessIdentity(of: child.processIdentifier))
        let other = ProcessIdentity(pid: identity.pid, startTicks: identity.startTicks - 1, bootId: identity.bootId)
        #expect(await other.kill(patience: .seconds(5)) == .gone)
        #expect(identity.isRunning)
        Glibc.kill(identity.pid, SIGSTOP)
        #expect(await identity.kill(patience: .seconds(5)) == .gone)
        #expect(!identity.isRunning)
        child.waitUntilExit()
    }
}
