import Brokers
import Synchronization
import Testing

/// A stream that notes what it is told.
private final class NotingScript: StreamScript {
    let ping = "ping"
    private let reasons = Mutex<[String]>([])
    let opened = AsyncStream.makeStream(of: Void.self)
    let lost = AsyncStream.makeStream(of: Void.self)

    let acknowledgements: Int

    init(acknowledgements: Int = 0) { self.acknowledgements = acknowledgements }

    var ends: [String] { reasons.withLock { $0 } }

    func login() async -> String? { nil }
    func subscriptions() async -> [String] {
        guard acknowledgements > 0 else { return [] }
        let topic = #"{"instType":"USDT-FUTURES","channel":"books1","instId":"BTCUSDT"}"#
        return [#"{"op":"subscribe","args":[\#(topic)]}"#]
    }
    func receive(_ message: [UInt8]) async -> StreamNotice {
        String(decoding: message, as: UTF8.self).contains(#""event":"subscribe""#) ? .acknowledged : .message
    }
    func connected() async { opened.continuation.yield() }
    func disconnected(_ reason: String, isFinal: Bool) async {
        reasons.withLock { $0.append(reason) }
        lost.continuation.yield()
    }
}

@Suite(.fewAtOnce) struct StreamSessionTests {
    private func session(_ script: NotingScript, port: Int, answer: Duration = .seconds(10)) throws -> StreamSession {
        let address = try #require(WebSocketAddress("ws://127.0.0.1:\(port)/v2/ws/public"))
        return StreamSession(
            client: try WebSocketClient(address), script: script, limits: StreamWatch.Limits(answer: answer), seed: 1)
    }

    /// A subscription is there when the venue says so, and a stream that is never told is no stream.
    @Test(arguments: [1, 2]) func aStreamIsUpWhenEverySubscriptionIsAcknowledged(awaited: Int) async throws {
        let twin = try await TwinBench(isUnified: false, isHedge: false)
        let script = NotingScript(acknowledgements: awaited)
        let session = try session(script, port: twin.port, answer: .milliseconds(300))
        let work = Task { await session.run() }
        if awaited == 1 {
            for await _ in script.opened.stream { break }
            #expect(script.ends == [])
        } else {
            // The venue acknowledges one, and two are waited for.
            for await _ in script.lost.stream { break }
            #expect(script.ends == ["unanswered"])
        }
        work.cancel()
        await work.value
        await twin.stop()
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
