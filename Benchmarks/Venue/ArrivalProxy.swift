import NIOCore
import NIOPosix
import Synchronization

/// Passes bytes on to a venue and back, and notes when the first byte of a request arrived.
final class ArrivalProxy: Sendable {
    let port: Int
    private let listener: any Channel
    private let arrival: Arrival

    /// When a request's first byte was seen.
    final class Arrival: Sendable {
        private let moment = Mutex<ContinuousClock.Instant?>(nil)

        func note() { moment.withLock { $0 = $0 ?? .now } }
        func take() -> ContinuousClock.Instant? { moment.withLock { $0.take() } }
    }

    private final class Relay: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let peer: any Channel
        private let arrival: Arrival?

        init(to peer: any Channel, _ arrival: Arrival?) { (self.peer, self.arrival) = (peer, arrival) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            arrival?.note()
            peer.writeAndFlush(unwrapInboundIn(data), promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { peer.close(promise: nil) }
    }

    private init(_ listener: any Channel, _ arrival: Arrival) {
        (self.listener, self.arrival, port) = (listener, arrival, listener.localAddress?.port ?? 0)
    }

    /// Listens on a free port.
    static func start(to venue: Int) async throws -> ArrivalProxy {
        let arrival = Arrival()
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { client in
                ClientBootstrap(group: client.eventLoop).channelOption(.tcpOption(.tcp_nodelay), value: 1)
                    .connect(host: "127.0.0.1", port: venue)
                    .flatMapThrowing { remote in
                        try client.pipeline.syncOperations.addHandler(Relay(to: remote, arrival))
                        try remote.pipeline.syncOperations.addHandler(Relay(to: client, nil))
                    }
                    .flatMap { client.setOption(.autoRead, value: true) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return ArrivalProxy(listener, arrival)
    }

    /// When the first byte since the last call came.
    func taken() -> ContinuousClock.Instant? { arrival.take() }

    func stop() async { try? await listener.close() }
}
