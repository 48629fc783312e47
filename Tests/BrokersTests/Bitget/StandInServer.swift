import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import Synchronization

/// What a scripted venue is asked over HTTP.
struct StandInRequest: Sendable {
    let method: String
    let path: String
    let query: [String: String]
    let target: String
    let headers: [String: String]
    let body: [UInt8]
    /// When its first line was read.
    let arrival: ContinuousClock.Instant
}

/// What it does about it.
enum StandInAnswer: Sendable {
    case reply(status: Int, headers: [String: String], body: String)
    /// An answer that comes when a wait is over.
    indirect case after(@Sendable () async -> Void, StandInAnswer)
    /// The connection is cut without a word.
    case cut
}

/// What a scripted venue is.
protocol StandInVenue: Sendable {
    func answer(_ request: StandInRequest) -> StandInAnswer
    /// A stream message; the answers are sent back. `path` tells public from private.
    func heard(_ message: String, path: String) -> [String]
}

/// A small HTTP and WebSocket server on a free port of this machine.
final class StandInServer: Sendable {
    let port: Int
    private let channel: any Channel
    private let sockets: Sockets
    private let connections: Sockets

    init(_ venue: any StandInVenue, tls: NIOSSLContext? = nil) async throws {
        let (sockets, connections) = (Sockets(), Sockets())
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                connections.add("", channel)
                let upgrader = NIOWebSocketServerUpgrader(
                    maxFrameSize: 1 << 20,
                    shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture(HTTPHeaders()) },
                    upgradePipelineHandler: { channel, head in
                        sockets.add(head.uri, channel)
                        return channel.pipeline.addHandler(SocketHandler(venue: venue, path: head.uri))
                    })
                return channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    }
                    let handler = RequestHandler(venue: venue)
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                        withServerUpgrade: (
                            upgraders: [upgrader],
                            completionHandler: { context in
                                context.pipeline.removeHandler(name: "requests", promise: nil)
                            }
                        ))
                    try channel.pipeline.syncOperations.addHandler(handler, name: "requests")
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
        (self.sockets, self.connections) = (sockets, connections)
    }

    /// Sends a stream message to everybody who listens on paths that end so.
    func push(_ message: String, to suffix: String) {
        sockets.send(message, to: suffix)
    }

    /// Closes the streams of paths that end so with a code.
    func close(_ suffix: String, code: UInt16) { sockets.close(suffix, code: code) }

    /// How many connections were opened so far, streams included.
    var opened: Int { connections.added }

    /// Cuts all streams.
    func cutStreams() { sockets.cut() }

    func stop() async {
        try? await channel.close()
        connections.cut()
    }
}

/// The open streams of a server.
final class Sockets: Sendable {
    private let open: Mutex<[(path: String, channel: any Channel)]> = Mutex([])
    private let count = Atomic(0)

    /// How many there were so far.
    var added: Int { count.load(ordering: .relaxed) }

    func add(_ path: String, _ channel: any Channel) {
        count.add(1, ordering: .relaxed)
        open.withLock { $0.append((path, channel)) }
    }

    func send(_ message: String, to suffix: String) {
        for (path, channel) in open.withLock({ $0 }) where path.hasSuffix(suffix) && channel.isActive {
            channel.writeAndFlush(
                WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: message)), promise: nil)
        }
    }

    func close(_ suffix: String, code: UInt16) {
        for (path, channel) in open.withLock({ $0 }) where path.hasSuffix(suffix) && channel.isActive {
            channel.writeAndFlush(
                WebSocketFrame(fin: true, opcode: .connectionClose, data: ByteBuffer(integer: code)), promise: nil)
        }
    }

    func cut() {
        let all = open.withLock { open in
            defer { open = [] }
            return open
        }
        for (_, channel) in all { channel.close(promise: nil) }
    }
}

private final class RequestHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart
    private let venue: any StandInVenue
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var arrival = ContinuousClock.now

    init(venue: any StandInVenue) { self.venue = venue }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): (self.head, body, arrival) = (head, [], .now)
        case .body(let part): body += part.readableBytesView
        case .end:
            guard let head else { return }
            reply(venue.answer(request(head)), context)
        }
    }

    private func request(_ head: HTTPRequestHead) -> StandInRequest {
        let parts = head.uri.split(separator: "?", maxSplits: 1)
        var query: [String: String] = [:]
        for pair in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let sides = pair.split(separator: "=", maxSplits: 1).map(String.init)
            query[sides[0]] = sides.count > 1 ? sides[1] : ""
        }
        var headers: [String: String] = [:]
        for (name, value) in head.headers { headers[name.lowercased()] = value }
        return StandInRequest(
            method: head.method.rawValue, path: String(parts[0]), query: query, target: head.uri, headers: headers,
            body: body, arrival: arrival)
    }

    private func reply(_ answer: StandInAnswer, _ context: ChannelHandlerContext) {
        switch answer {
        case .cut: context.close(promise: nil)
        case .after(let wait, let answer):
            let (loop, held) = (context.eventLoop, NIOLoopBound((self, context), eventLoop: context.eventLoop))
            Task {
                await wait()
                loop.execute { held.value.0.reply(answer, held.value.1) }
            }
        case .reply(let status, let lines, let body):
            var headers = HTTPHeaders(lines.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
            headers.add(name: "Content-Length", value: String(body.utf8.count))
            let head = HTTPResponseHead(
                version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}

private final class SocketHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame
    private let venue: any StandInVenue
    private let path: String

    init(venue: any StandInVenue, path: String) { (self.venue, self.path) = (venue, path) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        guard frame.opcode == .text else { return }
        for answer in venue.heard(String(buffer: frame.unmaskedData), path: path) {
            context.write(
                wrapOutboundOut(WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: answer))),
                promise: nil)
        }
        context.flush()
    }
}
