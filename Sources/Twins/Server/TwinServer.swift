import Core
import NIOCore
import NIOPosix

/// HTTP/1.1 and WebSockets on one port, in front of a ``TwinHost``.
package struct TwinServer: Sendable {
    /// The port that was taken.
    package let port: Int
    private let channel: any Channel
    private let group: MultiThreadedEventLoopGroup
    private let ticks: RepeatedTask

    /// Larger bodies and messages are refused.
    static let sizeLimit = 1 << 20

    /// Opens a port; 0 takes any free one.
    ///
    /// - Throws: What the system says when the port is taken.
    package static func start<World: TwinWorld>(
        _ host: TwinHost<World>, address: String = "127.0.0.1", port: Int
    ) async throws -> TwinServer {
        // One loop for everything: what is handed out in order leaves in order.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let channel = try await bootstrap(host, group).bind(host: address, port: port).get()
            let ticks = group.next().scheduleRepeatedTask(initialDelay: .milliseconds(5), delay: .milliseconds(5)) {
                _ in
                Self.deliver(host.tick(), on: channel.eventLoop)
            }
            return TwinServer(
                port: channel.localAddress?.port ?? port, channel: channel, group: group, ticks: ticks)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    /// Closes the port and every connection.
    package func stop() async {
        ticks.cancel()
        try? await channel.close()
        try? await group.shutdownGracefully()
    }

    private static func bootstrap<World: TwinWorld>(
        _ host: TwinHost<World>, _ group: MultiThreadedEventLoopGroup
    ) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try HTTPFrontDoor<World>.furnish(channel.pipeline.syncOperations, host: host)
                }
            }
    }

    /// Sends what is due on streams.
    static func deliver(_ deliveries: [StreamDelivery], on loop: any EventLoop) {
        for delivery in deliveries {
            if delivery.after == 0 {
                delivery.send(delivery.content)
            } else {
                loop.scheduleTask(in: .milliseconds(delivery.after)) { delivery.send(delivery.content) }
            }
        }
    }
}
