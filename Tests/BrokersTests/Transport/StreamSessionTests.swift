import Brokers
import Synchronization
import Testing

/// A stream that notes what it is told.
private final class NotingScript: StreamScript {
    let ping = "ping"
    private let reasons = Mutex<[String]>([])
    let opened = AsyncStream.makeStream(of: Void.self)
    let lost = AsyncStream.makeStream(of: Void.self)

    var ends: [String] { reasons.withLock { $0 } }

    func login() async -> String? { nil }
    func subscriptions() async -> [String] { [] }
    func receive(_ message: [UInt8]) async -> StreamNotice { .message }
    func connected() async { opened.continuation.yield() }
    func disconnected(_ reason: String, isFinal: Bool) async {
        reasons.withLock { $0.append(reason) }
        lost.continuation.yield()
    }
}

@Suite struct StreamSessionTests {
    private func session(_ script: NotingScript, port: Int) throws -> StreamSession {
        let address = try #require(WebSocketAddress("ws://127.0.0.1:\(port)/v2/ws/public"))
        return StreamSession(client: try WebSocketClient(address), script: script, seed: 1)
    }

    @Test func whatWeEndOurselvesIsNoLoss() async throws {
        let twin = try await TwinBench(isUnified: false, isHedge: false)
        let script = NotingScript()
        let session = try session(script, port: twin.port)
        let work = Task { await session.run() }
        for await _ in script.opened.stream { break }
        work.cancel()
        await work.value
        #expect(script.ends == [])
        await twin.stop()
    }

    @Test func whatTheVenueEndsIsALoss() async throws {
        let twin = try await TwinBench(isUnified: false, isHedge: false)
        let script = NotingScript()
        let session = try session(script, port: twin.port)
        let work = Task { await session.run() }
        for await _ in script.opened.stream { break }
        await twin.stop()
        for await _ in script.lost.stream { break }
        #expect(script.ends.count == 1)
        work.cancel()
        await work.value
    }
}
