import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOPosix
import NIOSSL

/// A request as it goes over the wire.
package struct HTTPExchange: Sendable {
    /// `GET` or `POST`.
    package var method: String
    /// Scheme, host and port, without a slash at the end.
    package var base: String
    /// Path with query, exactly as signed.
    package var target: String
    /// Header lines.
    package var headers: [(String, String)]
    /// The body, exactly as signed; nil for none.
    package var body: [UInt8]?
    /// How long the whole exchange may take.
    package var deadline: Duration

    /// A request from its parts.
    package init(
        method: String, base: String, target: String, headers: [(String, String)] = [], body: [UInt8]? = nil,
        deadline: Duration = .seconds(10)
    ) {
        (self.method, self.base, self.target, self.headers) = (method, base, target, headers)
        (self.body, self.deadline) = (body, deadline)
    }
}

/// What came back.
package struct HTTPAnswer: Sendable {
    /// The status code.
    package let status: Int
    /// The body.
    package let body: [UInt8]
    private let headers: HTTPHeaders

    init(status: Int, headers: HTTPHeaders, body: [UInt8]) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }

    /// A header's first value.
    package func header(_ name: String) -> String? { headers.first(name: name) }

    /// What `Retry-After` says, in seconds or as a date.
    package var retryAfter: Duration? {
        header("retry-after").flatMap { Self.wait($0, since: header("date")) }
    }

    /// How long `Retry-After` asks to wait; nil when it says nothing that makes sense.
    ///
    /// - Parameter date: The server's `Date`; without one, this machine's clock counts.
    package static func wait(_ text: String, since date: String?) -> Duration? {
        if let seconds = Int(text) { return (0...3600).contains(seconds) ? .seconds(seconds) : nil }
        let reader = DateFormatter()
        reader.locale = Locale(identifier: "en_US_POSIX")
        reader.timeZone = TimeZone(identifier: "GMT")
        reader.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        guard let end = reader.date(from: text) else { return nil }
        let seconds = end.timeIntervalSince(date.flatMap(reader.date(from:)) ?? Date()).rounded(.up)
        return (0...3600).contains(seconds) ? .seconds(Int(seconds)) : nil
    }
}

/// Why there is no answer.
package enum TransportFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// No byte of the request left: it was certainly not looked at.
    case notSent(String)
    /// The request may or may not have been taken.
    case lost(String)

    package var description: String {
        switch self {
        case .notSent(let reason): "not sent: \(reason)"
        case .lost(let reason): "no answer: \(reason)"
        }
    }
}

/// HTTP over a pool of connections that stay open; every exchange has a deadline, every answer a size limit.
///
/// Redirects are not followed: a signed request belongs to the host it was made for.
package final class HTTPTransport: Sendable {
    /// A longer answer is not read to its end.
    package static let bodyLimitBytes = 16 << 20

    private let client: HTTPClient

    /// A transport that trusts the system's roots and those of `trust`.
    ///
    /// - Throws: ``TrustFault`` when the file of extra roots cannot be read.
    package init(trust: TrustRoots = .system, connect: Duration = .seconds(5)) throws {
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: try trust.configuration(), redirectConfiguration: .disallow,
            timeout: HTTPClient.Configuration.Timeout(connect: TimeAmount(connect)))
        configuration.connectionPool.idleTimeout = .seconds(60)
        // Whoever asks decides whether to ask again: a second attempt behind its back is a second order.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// The client insists on being shut down, also when its owner gave up before the first request.
    deinit { client.shutdown { _ in } }

    /// Sends a request and reads the whole answer.
    package func send(_ exchange: HTTPExchange) async throws(TransportFailure) -> HTTPAnswer {
        var request = HTTPClientRequest(url: exchange.base + exchange.target)
        request.method = HTTPMethod(rawValue: exchange.method)
        for (name, value) in exchange.headers { request.headers.add(name: name, value: value) }
        if let body = exchange.body { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response: HTTPClientResponse
        do {
            response = try await client.execute(request, deadline: .now() + TimeAmount(exchange.deadline))
        } catch {
            throw Self.failure(error)
        }
        do {
            let body = try await response.body.collect(upTo: Self.bodyLimitBytes)
            return HTTPAnswer(
                status: Int(response.status.code), headers: response.headers, body: Array(body.readableBytesView))
        } catch {
            throw .lost("the answer broke off: \(error)")
        }
    }

    private static func failure(_ error: any Error) -> TransportFailure {
        switch error {
        case let error as HTTPClientError where unsent.contains(error): .notSent("\(error)")
        case is NIOConnectionError: .notSent("\(error)")
        // Only before the handshake is done: an error of the cipher after it may follow a request that was read.
        case NIOSSLError.handshakeFailed, NIOSSLError.unableToValidateCertificate, is NIOSSLExtraError:
            .notSent("\(error)")
        // A refused connection comes as the bare error of the call.
        case let error as IOError where [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH].contains(error.errnoCode):
            .notSent("\(error)")
        default: .lost("\(error)")
        }
    }

    private static let unsent: [HTTPClientError] = [
        .connectTimeout, .getConnectionFromPoolTimeout, .invalidURL, .emptyHost, .emptyScheme, .tlsHandshakeTimeout,
        .requestStreamCancelled,
    ]

    /// Closes every connection.
    package func shutdown() async {
        try? await client.shutdown()
    }
}
