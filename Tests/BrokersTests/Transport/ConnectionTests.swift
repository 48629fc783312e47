import Brokers
import Core
import Synchronization
import Testing

/// Connections stay open between requests, and an answer or message without end is not read to it.
@Suite(.fewAtOnce) struct ConnectionTests {
    /// Answers every request with so many bytes; hears what its streams are told.
    private final class Talker: StandInVenue {
        let heard = Mutex<[String]>([])
        private let bytes: Int
        private let isMute: Bool

        init(bytes: Int = 2, isMute: Bool = false) { (self.bytes, self.isMute) = (bytes, isMute) }

        func answer(_ request: StandInRequest) -> StandInAnswer {
            .reply(status: 200, headers: [:], body: String(repeating: "a", count: bytes))
        }

        func heard(_ message: String, path: String) -> [String] {
            heard.withLock { $0.append(message) }
            return isMute ? [] : ["pong"]
        }

        var pings: Int { heard.withLock { $0.count } }
    }

    /// A stream that only listens.
    private final class Listener: StreamScript {
        let ping = "ping"
        let news = AsyncStream.makeStream(of: String.self)

        func login() async -> String? { nil }
        func subscriptions() async -> [String] { [] }
        func receive(_ message: [UInt8]) async -> StreamNotice {
            news.continuation.yield("\(message.count) bytes")
            return .message
        }
        func connected() async { news.continuation.yield("up") }
        func disconnected(_ reason: String, isFinal: Bool) async { news.continuation.yield(reason) }
    }

    private func ask(_ transport: HTTPTransport, _ port: Int, method: String = "GET") async throws -> HTTPAnswer {
        try await transport.send(
            HTTPExchange(
                method: method, base: "http://127.0.0.1:\(port)", target: "/", body: method == "GET" ? nil : [1]))
    }

    @Test func manyRequestsGoOverOneConnection() async throws {
        let server = try await StandInServer(Talker())
        let transport = try HTTPTransport()
        for _ in 0..<50 { #expect(try await ask(transport, server.port).body.count == 2) }
        for _ in 0..<50 { #expect(try await ask(transport, server.port, method: "POST").status == 200) }
        #expect(server.opened == 1)
        await transport.shutdown()
        await server.stop()
    }

    @Test func asManyConnectionsAreOpenedAsRequestsAreUnderWay() async throws {
        let server = try await StandInServer(Talker())
        let transport = try HTTPTransport()
        for _ in 0..<5 {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { try await ask(transport, server.port).status } }
                for try await status in group { #expect(status == 200) }
            }
        }
        #expect((1...4).contains(server.opened), "\(server.opened)")
        await transport.shutdown()
        await server.stop()
    }

    /// Also one to a venue: an order, its look-ups and every reading share them.
    @Test func aBrokersReadingsKeepTheirConnections() async throws {
        let venue = BitgetStandIn()
        try await withBitget(venue, isStarted: false) { broker, server in
            for round in 0..<10 {
                _ = await broker.submit(BitgetBench.request("a\(round)", .buy))
                _ = try await broker.snapshot()
            }
            let asked = venue.state.withLock { $0.requests.count }
            #expect(asked > 50 && server.opened < 8, "\(server.opened) connections for \(asked) requests")
        }
    }

    @Test func anAnswerBeyondTheLimitIsNotRead() async throws {
        for (excess, isRead) in [(0, true), (1, false)] {
            let server = try await StandInServer(Talker(bytes: HTTPTransport.bodyLimitBytes + excess))
            let transport = try HTTPTransport()
            var failure: TransportFailure?
            do { _ = try await ask(transport, server.port) } catch { failure = error as? TransportFailure }
            #expect((failure == nil) == isRead, "\(String(describing: failure))")
            if !isRead, case .lost? = failure {} else { #expect(isRead, "the request was read: its outcome is open") }
            await transport.shutdown()
            await server.stop()
        }
    }

    private func session(
        _ script: Listener, _ port: Int, _ limits: StreamWatch.Limits = StreamWatch.Limits()
    ) throws -> StreamSession {
        let address = try #require(WebSocketAddress("ws://127.0.0.1:\(port)/stream"))
        return StreamSession(
            client: try WebSocketClient(address), script: script, limits: limits,
            backoff: Backoff(steps: [.milliseconds(10)]), seed: 1)
    }

    @Test func aMessageBeyondTheLimitEndsItsConnection() async throws {
        let server = try await StandInServer(Talker())
        let script = Listener()
        let session = try session(script, server.port)
        let work = Task { await session.run() }
        var news = script.news.stream.makeAsyncIterator()
        #expect(await news.next() == "up")
        let most = WebSocketClient.messageLimitBytes
        server.push(String(repeating: "a", count: most), to: "stream")
        #expect(await news.next() == "\(most) bytes")
        server.push(String(repeating: "a", count: most + 1), to: "stream")
        let end = await news.next()
        #expect(end != nil && end != "\(most + 1) bytes", "\(end ?? "")")
        #expect(await news.next() == "up", "another one is opened")
        work.cancel()
        await work.value
        await server.stop()
    }

    /// The venue ends connections that do not say `ping` as a text of four letters; its answers keep ours alive.
    @Test func textPingsKeepAStreamAlive() async throws {
        let venue = Talker()
        let server = try await StandInServer(venue)
        let script = Listener()
        let limits = StreamWatch.Limits(ping: .milliseconds(100), silence: .seconds(5))
        let session = try session(script, server.port, limits)
        let work = Task { await session.run() }
        var news = script.news.stream.makeAsyncIterator()
        #expect(await news.next() == "up")
        // Longer than the silence that would end it.
        for _ in 0..<60 { #expect(await news.next() == "4 bytes") }
        #expect(venue.heard.withLock { Set($0) } == ["ping"] && venue.pings >= 60)
        work.cancel()
        await work.value
        await server.stop()
    }

    @Test func pingsThatNobodyAnswersEndAStream() async throws {
        let venue = Talker(isMute: true)
        let server = try await StandInServer(venue)
        let script = Listener()
        let limits = StreamWatch.Limits(ping: .milliseconds(50), silence: .seconds(3))
        let session = try session(script, server.port, limits)
        let work = Task { await session.run() }
        var news = script.news.stream.makeAsyncIterator()
        #expect(await news.next() == "up")
        #expect(await news.next() == "silent")
        #expect(venue.pings >= 1, "it was asked before it was given up")
        #expect(await news.next() == "up")
        work.cancel()
        await work.value
        await server.stop()
    }
}
