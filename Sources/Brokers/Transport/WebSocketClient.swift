package import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket

/// Why a WebSocket could not be opened or broke.
package enum WebSocketFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The server did not take the upgrade.
    case refused
    /// The server ended it.
    case closed(code: Int?)
    /// Opening took too long.
    case timeout

    package var description: String {
        switch self {
        case .refused: "the server does not speak WebSocket here"
        case .closed(let code): "the server closed the connection" + (code.map { " (\($0))" } ?? "")
        case .timeout: "opening the connection took too long"
        }
    }
}

/// Opens WebSockets: TLS for `wss`, masked frames, pongs answered, messages put together within a size limit.
package struct WebSocketClient: Sendable {
    /// Where to.
    package let address: WebSocketAddress
    /// Extra header lines of the upgrade, such as an authorization.
    package var headers: [(String, String)] = []
    private let tls: NIOSSLContext?
    /// A longer message ends the connection.
    package static let messageLimitBytes = 4 << 20

    private enum Upgraded: Sendable {
        case open(NIOAsyncChannel<WebSocketFrame, WebSocketFrame>)
        case refused
    }

    /// A client of one address.
    ///
    /// - Throws: ``TrustFault`` when the file of extra roots cannot be read.
    package init(_ address: WebSocketAddress, trust: TrustRoots = .system, headers: [(String, String)] = []) throws {
        self.address = address
        self.headers = headers
        tls = address.isSecure ? try NIOSSLContext(configuration: try trust.configuration()) : nil
    }

    /// Opens a connection, hands it to `body`, and closes it when that returns or throws.
    package func withConnection<Result: Sendable>(
        openWithin limit: Duration = .seconds(10), _ body: (WebSocketConnection) async throws -> Result
    ) async throws -> Result {
        let upgrade = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(TimeAmount(limit))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: address.host, port: address.port) { channel in
                channel.eventLoop.makeCompletedFuture { try prepare(channel, limit) }
            }
        switch try await upgrade.get() {
        case .refused: throw WebSocketFailure.refused
        case .open(let channel):
            return try await channel.executeThenClose { inbound, outbound in
                try await body(WebSocketConnection(inbound: inbound, outbound: outbound))
            }
        }
    }

    private func prepare(_ channel: any Channel, _ limit: Duration) throws -> EventLoopFuture<Upgraded> {
        if let tls {
            // A name is checked against the certificate; a number cannot be sent as one.
            let isNumber = address.host.allSatisfy { $0.isNumber || $0 == "." }
            let handler = try NIOSSLClientHandler(context: tls, serverHostname: isNumber ? nil : address.host)
            try channel.pipeline.syncOperations.addHandler(handler)
        }
        let upgrader = NIOTypedWebSocketClientUpgrader<Upgraded>(maxFrameSize: Self.messageLimitBytes) { channel, _ in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    NIOWebSocketFrameAggregator(
                        minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 1024,
                        maxAccumulatedFrameSize: Self.messageLimitBytes))
                return .open(
                    try NIOAsyncChannel<WebSocketFrame, WebSocketFrame>(wrappingChannelSynchronously: channel))
            }
        }
        var lines = HTTPHeaders(headers)
        lines.replaceOrAdd(name: "Host", value: "\(address.host):\(address.port)")
        lines.replaceOrAdd(name: "Content-Length", value: "0")
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: address.path, headers: lines)
        let settings = NIOTypedHTTPClientUpgradeConfiguration(
            upgradeRequestHead: head, upgraders: [upgrader]
        ) { channel in
            channel.close().map { Upgraded.refused }
        }
        let deadline = channel.eventLoop.scheduleTask(in: TimeAmount(limit)) { channel.close(promise: nil) }
        let upgraded = try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
            configuration: .init(upgradeConfiguration: settings))
        upgraded.whenComplete { _ in deadline.cancel() }
        return upgraded
    }
}

/// An open WebSocket: one reader, one writer.
package struct WebSocketConnection: Sendable {
    let inbound: NIOAsyncChannelInboundStream<WebSocketFrame>
    let outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>

    /// Sends a text message; waits while the server takes none, so that nothing piles up here.
    package func send(_ text: String) async throws {
        try await write(.text, ByteBuffer(string: text))
    }

    /// Sends a ping of the protocol itself; its answer is not handed to the reader.
    package func ping() async throws {
        try await write(.ping, ByteBuffer())
    }

    private func write(_ opcode: WebSocketOpcode, _ data: ByteBuffer) async throws {
        try await outbound.write(WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: data))
    }

    /// Hands every text message to `receive` until the server ends it, which is an error too: a stream has no end of
    /// its own. Answers protocol pings meanwhile. The reader's pace holds the server back.
    package func read(_ receive: (ByteBuffer) async throws -> Void) async throws {
        for try await frame in inbound {
            switch frame.opcode {
            case .text, .binary: try await receive(frame.unmaskedData)
            case .ping: try await write(.pong, frame.unmaskedData)
            case .connectionClose:
                var data = frame.unmaskedData
                throw WebSocketFailure.closed(code: data.readInteger(as: UInt16.self).map(Int.init))
            default: break
            }
        }
        throw WebSocketFailure.closed(code: nil)
    }
}
