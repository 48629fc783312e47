import Crypto
import Foundation
import NIOCore
import NIOHTTP1
import NIOWebSocket

extension HTTPFrontDoor {
    /// Sets a connection up for HTTP.
    static func furnish(_ pipeline: ChannelPipeline.SynchronousOperations, host: TwinHost<World>) throws {
        try pipeline.addHandler(HTTPResponseEncoder(), name: "http encoder")
        try pipeline.addHandler(
            ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes)), name: "http decoder")
        try pipeline.addHandler(HTTPServerPipelineHandler(), name: "http order")
        try pipeline.addHandler(HTTPServerProtocolErrorHandler(), name: "http errors")
        try pipeline.addHandler(HTTPFrontDoor(host: host), name: "front door")
    }

    /// Turns the connection into a WebSocket if that is what the request wants (RFC 6455, 4.2). Also on a connection
    /// that served plain requests before, which NIO's own handler does not do and clients that pool connections need.
    func upgrade(_ request: TwinRequest, _ context: ChannelHandlerContext) -> Bool {
        guard request.method == "GET", request.headers["upgrade"]?.lowercased() == "websocket",
            let key = request.headers["sec-websocket-key"], request.headers["sec-websocket-version"] == "13",
            !refusesStreams(request.path), let extra = handshake(request)
        else { return false }
        let digest = Insecure.SHA1.hash(data: Data("\(key)258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8))
        var headers: HTTPHeaders = [
            "Upgrade": "websocket", "Connection": "Upgrade",
            "Sec-WebSocket-Accept": Data(digest).base64EncodedString(),
        ]
        for (name, value) in extra.sorted(by: { $0.key < $1.key }) { headers.add(name: name, value: value) }
        let head = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        let pipeline = context.pipeline.syncOperations
        for name in ["http encoder", "http order", "http errors"] {
            pipeline.removeHandler(name: name).whenFailure { _ in }
        }
        do {
            try pipeline.addHandlers([
                WebSocketFrameEncoder(),
                ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: TwinServer.sizeLimit)),
                NIOWebSocketFrameAggregator(
                    minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 64,
                    maxAccumulatedFrameSize: TwinServer.sizeLimit),
                socketSession(path: request.path),
            ])
        } catch {
            context.close(promise: nil)
            return true
        }
        pipeline.removeHandler(self).whenFailure { _ in }
        // Last, because it hands on what came behind the request.
        pipeline.removeHandler(name: "http decoder").whenFailure { _ in }
        return true
    }
}
