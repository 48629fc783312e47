import NIOCore
import NIOHTTP1

/// One HTTP connection: collects a request, asks the host, answers.
final class HTTPFrontDoor<World: TwinWorld>: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let host: TwinHost<World>
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(host: TwinHost<World>) {
        self.host = host
    }

    func refusesStreams(_ path: String) -> Bool { host.refusesStreams(path: path) }

    func handshake(_ request: TwinRequest) -> [String: String]? { host.handshake(request) }

    func socketSession(path: String) -> SocketSession<World> { SocketSession(host: host, path: path) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): (self.head, body) = (head, [])
        case .body(let part):
            guard body.count + part.readableBytes <= TwinServer.sizeLimit else {
                head = nil
                return respond(TwinAnswer(status: 413, type: "text/plain", text: "too large"), false, context)
            }
            body += part.readableBytesView
        case .end:
            guard let head else { return }
            self.head = nil
            let fields = head.headers.map { ($0.name.lowercased(), $0.value) }
            let request = TwinRequest(
                method: head.method.rawValue, target: head.uri,
                headers: Dictionary(fields, uniquingKeysWith: { _, last in last }), body: body)
            if upgrade(request, context) { return }
            answer(request, head.isKeepAlive, context)
        }
    }

    private func answer(_ request: TwinRequest, _ staysOpen: Bool, _ context: ChannelHandlerContext) {
        let (reply, deliveries) = host.handle(request)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let door = NIOLoopBound(self, eventLoop: context.eventLoop)
        switch reply {
        case .hang: break
        case .drop: context.close(promise: nil)
        case .later:
            context.eventLoop.scheduleTask(in: .milliseconds(50)) {
                guard bound.value.channel.isActive else { return }
                door.value.answer(request, staysOpen, bound.value)
            }
        case .answer(let answer, let delay):
            if delay == 0 {
                respond(answer, staysOpen, context)
            } else {
                context.eventLoop.scheduleTask(in: .milliseconds(delay)) {
                    guard bound.value.channel.isActive else { return }
                    door.value.respond(answer, staysOpen, bound.value)
                }
            }
        }
        TwinServer.deliver(deliveries, on: context.eventLoop)
    }

    private func respond(_ answer: TwinAnswer, _ staysOpen: Bool, _ context: ChannelHandlerContext) {
        var headers = HTTPHeaders()
        headers.add(name: "Content-Type", value: answer.type)
        headers.add(name: "Content-Length", value: String(answer.body.count))
        headers.add(name: "Connection", value: staysOpen ? "keep-alive" : "close")
        for (name, value) in answer.headers.sorted(by: { $0.key < $1.key }) { headers.add(name: name, value: value) }
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
            if !staysOpen { channel.close(promise: nil) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
