import NIOCore
import NIOPosix
import Twins

/// A client that writes bytes to a socket and reads until the other side closes.
enum RawHTTP {
    /// Everything that came back; empty when the connection was closed without a word.
    static func ask(
        port: Int, _ method: String, _ target: String, body: String = "", headers: [String: String] = [:]
    ) async throws -> String {
        let group = MultiThreadedEventLoopGroup.singleton
        let done = group.next().makePromise(of: String.self)
        let channel = try await ClientBootstrap(group: group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(done))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        let fields = headers.map { "\($0.key): \($0.value)\r\n" }.joined()
        let request =
            "\(method) \(target) HTTP/1.1\r\nHost: twin\r\nConnection: close\r\n"
            + "\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        try await channel.writeAndFlush(ByteBuffer(string: request))
        return try await done.futureResult.get()
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let done: EventLoopPromise<String>
        private var text = ""

        init(_ done: EventLoopPromise<String>) {
            self.done = done
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            text += String(buffer: unwrapInboundIn(data))
        }

        func channelInactive(context: ChannelHandlerContext) {
            done.succeed(text)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
