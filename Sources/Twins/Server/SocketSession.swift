import NIOCore
import NIOWebSocket

/// One WebSocket connection.
final class SocketSession<World: TwinWorld>: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let host: TwinHost<World>
    private let path: String
    private var session: Int?

    init(host: TwinHost<World>, path: String) {
        (self.host, self.path) = (host, path)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        let opened = host.open(path: path) { content in
            switch content {
            case .text(let text):
                let frame = WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: text))
                channel.writeAndFlush(frame, promise: nil)
            case .hangUp: channel.close(promise: nil)
            case .close(let code):
                let frame = WebSocketFrame(
                    fin: true, opcode: .connectionClose, data: ByteBuffer(integer: code, endianness: .big))
                channel.writeAndFlush(frame).whenComplete { _ in channel.close(promise: nil) }
            }
        }
        guard let opened else { return context.close(promise: nil) }
        session = opened.session
        TwinServer.deliver(opened.1, on: context.eventLoop)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .text:
            guard let session else { return }
            let text = String(buffer: frame.unmaskedData)
            TwinServer.deliver(host.receive(text, from: session), on: context.eventLoop)
        case .ping:
            let pong = WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)
            context.writeAndFlush(wrapOutboundOut(pong), promise: nil)
        case .connectionClose:
            let channel = context.channel
            let close = WebSocketFrame(fin: true, opcode: .connectionClose, data: frame.unmaskedData)
            context.writeAndFlush(wrapOutboundOut(close)).whenComplete { _ in channel.close(promise: nil) }
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let session { host.close(session) }
        session = nil
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
