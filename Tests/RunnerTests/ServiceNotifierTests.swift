import Foundation
import Glibc
import Runner
import Storage
import Testing

/// A service manager's end: a datagram socket that collects what it is sent.
final class NotifySocket: Sendable {
    let descriptor: Int32

    init(_ text: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = try #require(UnixSocketAddress(text))
        let opened = descriptor
        try #require(address.withPointer { bind(opened, $0, $1) } == 0)
    }

    deinit { close(descriptor) }

    /// What was sent so far.
    func drain() -> [String] {
        var notes: [String] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return notes }
            notes.append(String(decoding: buffer.prefix(count), as: UTF8.self))
        }
    }
}

@Suite struct ServiceNotifierTests {
    @Test(arguments: [true, false]) func aNoteArrivesAsOneDatagram(isAbstract: Bool) throws {
        let state = try TemporaryState()
        let text = isAbstract ? "@aitrade-\(UUID().uuidString)" : state.url.appending(path: "notify").path
        let manager = try NotifySocket(text)
        let notifier = try #require(ServiceNotifier(path: text))
        #expect(notifier.send(ServiceNote(.starting, status: "recovering")))
        #expect(notifier.send(ServiceNote(.running, status: "fine")))
        #expect(notifier.send(ServiceNote(.halted, status: "flat")))
        #expect(
            manager.drain() == [
                "STATUS=starting: recovering", "READY=1\nWATCHDOG=1\nSTATUS=running: fine",
                "STOPPING=1\nSTATUS=halted: flat",
            ])
    }

    @Test func aManagerThatIsAwayOrBusyIsNotWaitedFor() throws {
        #expect(ServiceNotifier(path: nil) == nil)
        for nonsense in ["", "@", "relative", "/" + String(repeating: "x", count: 200)] {
            #expect(ServiceNotifier(path: nonsense) == nil)
        }
        let text = "@aitrade-\(UUID().uuidString)"
        let notifier = try #require(ServiceNotifier(path: text))
        #expect(!notifier.send(ServiceNote(["READY=1"])))
        let manager = try NotifySocket(text)
        var taken = 0
        while notifier.send(ServiceNote(["WATCHDOG=1"])), taken < 100_000 { taken += 1 }
        #expect(taken > 0 && taken < 100_000, "a full queue refuses at once")
        #expect(manager.drain().count == taken)
    }

    @Test func theLoopItselfSaysReadyAfterRecoveryAndStoppingAtTheEnd() async throws {
        let state = try TemporaryState()
        let notes = Collected<ServiceNote>()
        let (stream, continuation) = AsyncStream.makeStream(of: ServiceNote.self)
        var scenario = try LoopScenario(bars: 6)
        scenario.notify = { continuation.yield($0) }
        _ = try await scenario.run(state)
        continuation.finish()
        for await note in stream { await notes.add(note) }
        let all = await notes.all
        #expect(all.first?.lines.contains("READY=1") == false)
        #expect(all.dropFirst().dropLast().allSatisfy { $0.lines.starts(with: ["READY=1", "WATCHDOG=1"]) })
        #expect(all.last?.lines.first == "STOPPING=1")
        #expect(all.count > 3)
    }
}
