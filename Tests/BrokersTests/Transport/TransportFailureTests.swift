import Brokers
import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Testing

/// What a failure of the cipher says about a request: before the handshake is done nothing has left, after it the
/// request may have been read.
@Suite(.fewAtOnce) struct TransportFailureTests {
    /// Bytes that are no record of the cipher.
    private static let noise = ByteBuffer(bytes: [23, 3, 3, 0, 32] + [UInt8](repeating: 7, count: 32))

    /// Answers whatever it hears with noise under the cipher; without one, with noise at once.
    private final class Spoiler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let cipher = try? context.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
            (cipher ?? context).writeAndFlush(NIOAny(TransportFailureTests.noise), promise: nil)
        }
    }

    private func failure(ofServerWithCipher hasCipher: Bool) async throws -> TransportFailure? {
        let context = hasCipher ? try TrustRootsTests.context() : nil
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    try channel.pipeline.syncOperations.addHandler(Spoiler())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let file = FileManager.default.temporaryDirectory.appending(path: "root-\(UUID().uuidString).pem")
        try TrustRootsTests.root.write(to: file, atomically: true, encoding: .utf8)
        let transport = try HTTPTransport(trust: TrustRoots(extraFile: file.path))
        var failure: TransportFailure?
        do {
            _ = try await transport.send(
                HTTPExchange(
                    method: "POST", base: "https://127.0.0.1:\(channel.localAddress?.port ?? 0)", target: "/order",
                    body: Array("{}".utf8)))
            Issue.record("noise was taken for an answer")
        } catch {
            failure = error
        }
        await transport.shutdown()
        try await channel.close()
        try FileManager.default.removeItem(at: file)
        return failure
    }

    @Test func aCipherThatBreaksAfterTheRequestLeavesItsOutcomeOpen() async throws {
        let failure = try #require(try await failure(ofServerWithCipher: true))
        guard case .lost = failure else {
            Issue.record("\(failure)")
            return
        }
    }

    @Test func aHandshakeThatFailsHasSentNothing() async throws {
        let failure = try #require(try await failure(ofServerWithCipher: false))
        guard case .notSent = failure else {
            Issue.record("\(failure)")
            return
        }
    }
}
