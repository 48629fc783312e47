import Brokers
import Foundation
import Glibc
import Testing

@Suite(.fewAtOnce) struct WebDocumentTests {
    /// A server on the loopback that answers one request with these bytes, or says nothing.
    private final class Server: Sendable {
        let port: UInt16
        private let socket: Int32

        init(answer: String?) throws {
            let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            socket = descriptor
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let bound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    bind(descriptor, address, size) == 0 && listen(descriptor, 4) == 0
                        && getsockname(descriptor, address, &size) == 0
                }
            }
            try #require(bound)
            port = UInt16(bigEndian: address.sin_port)
            guard let answer else { return }
            Thread.detachNewThread {
                let client = accept(descriptor, nil, nil)
                var request = [UInt8](repeating: 0, count: 4096)
                _ = recv(client, &request, request.count, 0)
                let bytes = Array(answer.utf8)
                var sent = 0
                while sent < bytes.count {
                    let count = bytes[sent...].withUnsafeBytes {
                        send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                    }
                    guard count > 0 else { break }
                    sent += count
                }
                close(client)
            }
        }

        deinit {
            shutdown(socket, Int32(SHUT_RDWR))
            close(socket)
        }

        var address: String { "http://127.0.0.1:\(port)/regime.json" }
    }

    private func answer(_ status: String, _ body: String) -> String {
        "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
    }

    @Test func aDocumentIsFetchedWhole() async throws {
        let server = try Server(answer: answer("200 OK", "{\"schema\": 1}"))
        let data = try await WebDocument(server.address).fetch()
        #expect(String(decoding: data, as: UTF8.self) == "{\"schema\": 1}")
    }

    @Test func anythingButSuccessIsAFault() async throws {
        let server = try Server(answer: answer("503 Busy", "later"))
        let fault = await #expect(throws: WebDocumentError.self) { try await WebDocument(server.address).fetch() }
        #expect(fault?.description.contains("503") == true)
    }

    @Test func moreThanTheLimitIsNotTaken() async throws {
        let server = try Server(answer: answer("200 OK", String(repeating: "x", count: 100_000)))
        let document = try WebDocument(server.address, limit: 1000)
        let fault = await #expect(throws: WebDocumentError.self) { try await document.fetch() }
        #expect(fault?.description.contains("1000 bytes") == true)
    }

    @Test func aSilentServerIsGivenUp() async throws {
        let server = try Server(answer: nil)
        let document = try WebDocument(server.address, patience: .seconds(1))
        await #expect(throws: WebDocumentError.self) { try await document.fetch() }
        withExtendedLifetime(server) {}
    }

    @Test(arguments: ["", "regime.json", "ftp://example.org/x", "http://"]) func otherAddressesAreRefused(text: String)
    {
        #expect(throws: WebDocumentError.self) { try WebDocument(text) }
    }
}
