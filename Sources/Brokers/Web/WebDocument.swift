import AsyncHTTPClient
public import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// Why a document could not be fetched.
public struct WebDocumentError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence.
    public let description: String
}

/// One small document from the web: bounded in time and size, and never from a cache.
public struct WebDocument: Sendable {
    private let address: String
    private let patience: Duration
    private let limit: Int

    /// A document at an http or https address.
    ///
    /// - Parameters:
    ///   - patience: The time for everything together.
    ///   - limit: The most bytes that are taken.
    /// - Throws: ``WebDocumentError`` when the address is none.
    public init(_ address: String, patience: Duration = .seconds(5), limit: Int = 1 << 20) throws {
        guard let url = URL(string: address), url.scheme == "http" || url.scheme == "https", url.host != nil else {
            throw WebDocumentError(description: "'\(address)' is no http or https address")
        }
        (self.address, self.patience, self.limit) = (address, patience, limit)
    }

    /// Fetches it now.
    ///
    /// - Throws: ``WebDocumentError``.
    public func fetch() async throws -> Data {
        do {
            let request = HTTPClientRequest(url: address)
            let response = try await HTTPClient.shared.execute(request, deadline: .now() + TimeAmount(patience))
            guard response.status == .ok else {
                throw WebDocumentError(description: "the server answered \(response.status.code)")
            }
            return Data(buffer: try await response.body.collect(upTo: limit))
        } catch {
            throw Self.explained(error, patience, limit)
        }
    }

    private static func explained(_ error: any Error, _ patience: Duration, _ limit: Int) -> WebDocumentError {
        switch error {
        case let error as WebDocumentError: error
        case is NIOTooManyBytesError: WebDocumentError(description: "it is larger than \(limit) bytes")
        case let error as HTTPClientError where error == .deadlineExceeded:
            WebDocumentError(description: "there was no answer within \(patience)")
        default: WebDocumentError(description: "\(error)")
        }
    }
}
